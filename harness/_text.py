"""Words for messages: lists, near misses, shortened texts."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable

from harness._secrets import without_secrets

__all__ = ["did_you_mean", "listed", "new_uuid", "redacted", "shortened"]


def listed(names: Iterable[str]) -> str:
    """Give names in one line, in order of the alphabet.

    >>> listed(["b", "a"])
    'a, b'
    >>> listed([])
    'none'
    """
    return ", ".join(sorted(names)) or "none"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Give the question that helps after a typing error, or nothing.

    >>> did_you_mean("EvenBus", ["EventBus", "Table"])
    "did you mean 'EventBus'?"
    >>> did_you_mean("Something", ["EventBus"])
    ''
    """
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else ""


def shortened(text: str, *, limit: int = 400) -> str:
    """Give a text in at most `limit` characters and say how many are missing.

    >>> shortened("abcdef", limit=3)
    'abc… (3 more characters)'
    """
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit} more characters)"


_HIDDEN_NAME = "(?:password|secret|token|authorization|credential|api[-_]?key)"
# DynamoDB gives a value with its type: {"S": "text"}, {"N": "1"}, {"B": "AQ=="}.
_SECRET = re.compile(
    rf"""("[^"]*{_HIDDEN_NAME}[^"]*"\s*:\s*(?:\{{\s*"[SNB]"\s*:\s*)?)"(?:[^"\\]|\\.)*"?""", re.IGNORECASE
)
# JSON in a text within JSON, such as the body of an event: its quotes have backslashes, the same number at both ends.
_NESTED_SECRET = re.compile(
    rf"""(?<!\\)((\\{{1,31}}+)"[^"\\]*{_HIDDEN_NAME}[^"\\]*\2"\s*:\s*(?:\{{\s*\2"[SNB]\2"\s*:\s*)?\2")(?:(?!(?<!\\)\2").)*""",
    re.IGNORECASE | re.DOTALL,
)
# As Python writes a dictionary, in the log of a function or the trace of a test.
_SECRET_IN_PYTHON = re.compile(rf"""('[^']*{_HIDDEN_NAME}[^']*'\s*:\s*)'(?:[^'\\]|\\.)*'?""", re.IGNORECASE)
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
_SIGNATURE = re.compile(
    r"\b((?:X-Amz-)?Signature=|X-Amz-Security-Token[=:]\s*|Bearer\s+)[\w%+/=.~-]{16,}", re.IGNORECASE
)
_TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")


def redacted(text: str) -> str:
    r"""Give a text without what is secret by its name in JSON, and without tokens.

    >>> redacted('{"user": "ann", "password": "p\\"w", "idToken": "abc')
    '{"user": "ann", "password": "***", "idToken": "***"'
    >>> redacted("Bearer eyJhbGciOi.eyJzdWIi.c2ln")
    'Bearer ***'
    >>> redacted("Credential=ASIA1/20260101/eu-west-1/execute-api/aws4_request, Signature=0123456789abcdef0123")
    'Credential=ASIA1/20260101/eu-west-1/execute-api/aws4_request, Signature=***'
    >>> redacted("{'Password': 'hunter2', 'user': 'ann'}")
    "{'Password': '***', 'user': 'ann'}"
    >>> redacted('{"x-api-key": "da2-x", "password": {"S": "hunter2"}, "pin": {"N": "1"}}')
    '{"x-api-key": "***", "password": {"S": "***"}, "pin": {"N": "1"}}'
    >>> print(redacted(r'{"body": "{\"password\": \"p\\\"w\", \"n\": 1}"}'))
    {"body": "{\"password\": \"***\", \"n\": 1}"}
    >>> print(redacted(r'{"body": "{\"password\": {\"S\": \"hunter2\"}, \"X-Api-Key\": \"da2-x\"}"}'))
    {"body": "{\"password\": {\"S\": \"***\"}, \"X-Api-Key\": \"***\"}"}
    """
    text = _TOKEN.sub("***", _SECRET.sub(r'\1"***"', _NESTED_SECRET.sub(r"\1***", text)))
    return without_secrets(_SIGNATURE.sub(r"\1***", _SECRET_IN_PYTHON.sub(r"\1'***'", text)))


def new_uuid() -> str:
    """Give a random UUID (version 4) as text, in a third of the time that `uuid.uuid4` takes; each request has two.

    >>> import uuid
    >>> uuid.UUID(new_uuid()).version
    4
    """
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
