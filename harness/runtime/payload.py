"""Events and results on their way through JSON, within the limits of Lambda."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

from harness._text import redacted, shortened
from harness.errors import MisusedStep
from harness.runtime.faults import Fault

__all__ = ["REQUEST_LIMIT", "RESPONSE_LIMIT", "answered", "sent"]

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html says 6 MB each for synchronous calls.
# A request may have exactly 6 MiB; a response may have a hundred bytes more, as Lambda's own message says.
REQUEST_LIMIT = 6 * 1024 * 1024
RESPONSE_LIMIT = 6_291_556
# From Python 3.12 the runtime writes characters beyond ASCII as they are, before that as six-byte escapes.
_ESCAPING_RUNTIMES = ("python3.6", "python3.7", "python3.8", "python3.9", "python3.10", "python3.11")


def sent(event: object, *, function: str) -> str:
    """Give the event as the JSON text that goes to Lambda.

    Raises:
        MisusedStep: The event holds something that has no form in JSON.
        Fault: It is too large for Lambda.
    """
    try:
        text = _EVENTS.encode(event)
    except _Unknown as unknown:
        raise MisusedStep(
            f"The event for {function!r} holds a {type(unknown.value).__name__!r}, which JSON does not have.",
            facts=[("value", shortened(redacted(repr(unknown.value))))],
            remedy="Write it as JSON would: text, a number, a list or an object.",
        ) from None
    except (TypeError, ValueError) as error:
        raise MisusedStep(
            f"The event for {function!r} is not JSON: {error}.",
            remedy="Write it as JSON would: text, a number, a list or an object.",
        ) from error
    if len(text) > REQUEST_LIMIT:
        raise Fault(
            "RequestEntityTooLargeException",
            f"Request must be smaller than {REQUEST_LIMIT} bytes for the InvokeFunction operation",
        )
    return text


def answered(result: object, *, runtime: str) -> Any:
    """Give a handler's result as its caller reads it.

    The rules are those of ``awslambdaric/lambda_runtime_marshaller.py``, which writes with simplejson:
    a Decimal is a number, a namedtuple an object, bytes are UTF-8 text, NaN is allowed.

    Raises:
        Fault: The result cannot be written as JSON, or is too large for Lambda.
    """
    if isinstance(result, bytes):
        text = result.decode(errors="replace")
        size = len(result)
        payload = _read(text)
    else:
        text = _written(result, runtime=runtime)
        size = len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))
        payload = json.loads(text)
    if size > RESPONSE_LIMIT:
        raise Fault(
            "Function.ResponseSizeTooLarge",
            f"Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes).",
        )
    return payload


class _Unknown(Exception):
    """A value that JSON does not have."""

    def __init__(self, value: object) -> None:
        super().__init__(value)
        self.value = value


def _refuse(value: object) -> Any:
    raise _Unknown(value)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text  # Lambda hands raw bytes on as they are.


def _written(result: object, *, runtime: str) -> str:
    try:
        try:
            plain = _plain(result)
        except RecursionError:
            plain = result  # The encoder finds the circle and names it.
        return (_ESCAPED if runtime in _ESCAPING_RUNTIMES else _UNESCAPED).encode(plain)
    except Exception as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int or value is None:
        return value
    if isinstance(value, dict):
        return {_key(name): _plain(held) for name, held in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, (list, tuple)):
        return [_plain(held) for held in value]
    return value.decode() if isinstance(value, bytes) else value


def _key(name: Any) -> Any:
    if isinstance(name, bytes):
        return name.decode()
    if name is None or isinstance(name, (str, int, float)):
        return name
    raise TypeError(f"keys must be str, int, float, bool or None, not {type(name).__name__}")


def _number(value: object) -> Any:
    if not isinstance(value, Decimal):
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    return math.nan if value.is_nan() else json.loads(str(value))


# An encoder made once is twice as fast as `json.dumps` with arguments.
_EVENTS = json.JSONEncoder(allow_nan=False, default=_refuse)
_ESCAPED = json.JSONEncoder(default=_number)
_UNESCAPED = json.JSONEncoder(ensure_ascii=False, default=_number)
