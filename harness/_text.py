"""Words for messages: lists, near misses, shortened texts."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable

from harness._secrets import without_secrets

__all__ = [
    "did_you_mean",
    "is_hidden",
    "listed",
    "new_uuid",
    "reason_of",
    "redacted",
    "redacted_lines",
    "shortened",
]


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


_HIDDEN_NAME = "(?:passw(?:or)?d|passphrase|secret|token|authorization|credential|cookie|(?:api|private)[-_]?key)"
_SAYS_WHERE = "(?:arn|name|id|path|prefix|table|queue|bucket|url|uri|endpoint|ttl|seconds|minutes|hours|days)$"
_HEADER = "(?:authorization|cookie|x-api-key|x-amz-security-token)"
# Up to the value of what is secret by its name, as JSON and Python write it; DynamoDB gives a value with its type:
# {"S": "text"}, {"N": "1"}, {"B": "AQ=="}. JSON in a text within JSON, such as the body of an event, has backslashes
# before its quotes. Headers may also be a list of pairs, and a value the argument of a call or in a form. Of SSM's
# parameters the type says that they are secret, and stands before the value in what SSM answers.
_NAMED = re.compile(
    rf"""
    (?: {_HIDDEN_NAME} [^"'\\\n:=,]{{0,40}} (?P<quote>\\{{0,31}}["']) \s* :
      | {_HEADER} \\{{0,31}}["'] \s* ,
      | SecureString \\{{0,31}}["'] \s* , \s* \\{{0,31}}["'] Value \\{{0,31}}["'] \s* :
    )
    \s* (?: \{{ \s* \\{{0,31}}["'] [SNB] \\{{0,31}}["'] \s* : \s* )? (?P<list>\[\s*)? b? (?P<opening>\\{{0,31}}["'])
    | {_HIDDEN_NAME} [\w.-]{{0,40}} = b? (?P<given>\\{{0,31}}["'])
    """,
    re.IGNORECASE | re.VERBOSE,
)
# In a form or a query string, and as the line of a header.
_IN_FORM = re.compile(
    r"((?:passw(?:or)?d|passphrase|secret|token|authorization|cookie|(?:api|private)[-_]?key)[\w.-]{0,40}=)[^\s&;,)\]}\"'\\]{6,}",
    re.IGNORECASE,
)
_HEADER_LINE = re.compile(rf"\b({_HEADER}:[ ]?)[^\r\n\"'\\]{{8,}}", re.IGNORECASE)
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
_SIGNATURE = re.compile(
    r"\b((?:X-Amz-)?Signature(?:=|%3D)|X-Amz-Security-Token[=:]\s*|(?:Bearer|Basic)\s+)[\w%+/=.~-]{16,}", re.IGNORECASE
)
# As botocore's own log has it, on a line of its own; in JSON the line's end is a backslash and a letter.
_LOGGED_SIGNATURE = re.compile(r"\b(Signature:(?:\s|\\{1,31}[nr])*)[0-9a-f]{64}", re.IGNORECASE)
_DIGEST = re.compile("[0-9a-f]{64}")
# Query services, such as STS, answer in XML.
_IN_XML = re.compile(rf"(<\w{{0,40}}{_HIDDEN_NAME}\w{{0,40}}>)[^<]+(?=</)", re.IGNORECASE)
# Most texts have none of these, and one look at small letters is ten times quicker than the rest.
_HINT = re.compile(
    "passw|passphrase|secret|token|authorization|credential|cookie|api[-_]?key|private[-_]?key|signature|bearer|basic"
    "|securestring"
)
_TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")


def is_hidden(name: str) -> bool:
    """Say whether what has this name is secret; what only says where a secret is, or how long it is good, is not.

    >>> [name for name in ("DB_PASSWORD", "apiKey", "SECRET_ARN", "tokenTtl", "LEVEL") if is_hidden(name)]
    ['DB_PASSWORD', 'apiKey']
    """
    return bool(re.search(_HIDDEN_NAME, name, re.IGNORECASE)) and not re.search(_SAYS_WHERE, name, re.IGNORECASE)


def reason_of(error: Exception) -> str:
    r"""Give in a line what an error says, or else what it is.

    >>> reason_of(ValueError("It rains.\nVery much."))
    'It rains.'
    >>> reason_of(ValueError())
    'ValueError'
    """
    return next(iter(without_secrets(str(error)).splitlines()), "") or type(error).__name__


def redacted(text: str) -> str:
    r"""Give a text without what is secret by its name in JSON, and without tokens.

    >>> redacted('{"user": "ann", "password": "p\\"w", "idToken": "abc')
    '{"user": "ann", "password": "***", "idToken": "***"'
    >>> redacted("Bearer eyJhbGciOi.eyJzdWIi.c2ln")
    'Bearer ***'
    >>> redacted("Credential=ASIA1/20260101/eu-west-1/execute-api/aws4_request, Signature=0123456789abcdef0123")
    'Credential=ASIA1/20260101/eu-west-1/execute-api/aws4_request, Signature=***'
    >>> redacted("<SecretAccessKey>wJalrXUt</SecretAccessKey><Expiration>2026</Expiration>")
    '<SecretAccessKey>***</SecretAccessKey><Expiration>2026</Expiration>'
    >>> redacted("{'Password': 'hunter2', 'user': 'ann'}")
    "{'Password': '***', 'user': 'ann'}"
    >>> redacted('{"x-api-key": "da2-x", "password": {"S": "hunter2"}, "pin": {"N": "1"}}')
    '{"x-api-key": "***", "password": {"S": "***"}, "pin": {"N": "1"}}'
    >>> redacted("{'Authorization': ['Basic YW5uOmh1bnRlcjI='], 'cookies': ['a=1; b=2']}")
    "{'Authorization': ['***'], 'cookies': ['***']}"
    >>> redacted("[('Authorization', 'Basic YW5uOmh1bnRlcjI=')] User(password='hunter2') user=ann&password=hunter2")
    "[('Authorization', '***')] User(password='***') user=ann&password=***"
    >>> print(redacted(r'{"body": "{\"password\": \"p\\\"w\", \"n\": 1}"}'))
    {"body": "{\"password\": \"***\", \"n\": 1}"}
    >>> print(redacted(r'{"body": "{\"password\": {\"S\": \"hunter2\"}, \"X-Api-Key\": \"da2-x\"}"}'))
    {"body": "{\"password\": {\"S\": \"***\"}, \"X-Api-Key\": \"***\"}"}
    """
    if _HINT.search(text.lower()):
        text = _HEADER_LINE.sub(r"\1***", _IN_FORM.sub(r"\1***", _without_named(text)))
        text = _IN_XML.sub(r"\1***", _LOGGED_SIGNATURE.sub(r"\1***", _SIGNATURE.sub(r"\1***", text)))
    return without_secrets(_TOKEN.sub("***", text))


def redacted_lines(lines: Iterable[str]) -> list[str]:
    """Give lines of a log as `redacted` does; where botocore logs, a signature stands on a line of its own.

    It is known by the line before it, which the first line may have lost.

    >>> redacted_lines(["0f" * 32, "token='a'", "[DEBUG] Signature:", "1f" * 32])
    ['***', "token='***'", '[DEBUG] Signature:', '***']
    """
    shown, is_after = [], True
    for line in lines:
        shown.append("***" if is_after and _DIGEST.fullmatch(line.strip()) else redacted(line))
        is_after = line.rstrip().endswith("Signature:")
    return shown


def _without_named(text: str) -> str:
    shown, done = [], 0
    for found in _NAMED.finditer(text):
        if found.start() < done:
            continue  # It is in a value that is not shown.
        quote = found["opening"] or found["given"]
        start = found.end()
        end = text.find("]", start) if found["list"] else _closing(text, quote, start=start)
        # Where a value within another text was cut, that text was too.
        closing = quote if len(quote) == 1 or (found["list"] and end >= 0) else ""
        shown += [text[done:start], "***", closing if found["list"] or end < 0 else ""]
        done = end if end >= 0 else len(text)
    return "".join([*shown, text[done:]])


def _closing(text: str, quote: str, *, start: int) -> int:
    """Find the quote that ends a value: one like that which began it, and not one of the value itself."""
    end = text.find(quote, start)
    while end >= 0 and _is_escaped(text, end, quote=quote, start=start):
        end = text.find(quote, end + 1)
    return end


def _is_escaped(text: str, at: int, *, quote: str, start: int) -> bool:
    before = text[max(start, at - 64) : at]
    backslashes = len(before) - len(before.rstrip("\\"))
    return backslashes > 0 if len(quote) > 1 else backslashes % 2 == 1


def new_uuid() -> str:
    """Give a random UUID (version 4) as text, in a third of the time that `uuid.uuid4` takes; each request has two.

    >>> import uuid
    >>> uuid.UUID(new_uuid()).version
    4
    """
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
