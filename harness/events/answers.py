"""The parts of a function's answer, read by the rules of the proxy integration.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["REST_KEYS", "MalformedAnswer", "body_of", "flag_of", "list_of", "object_of", "status_of", "text_of"]

# REST APIs take an object with any other key for malformed; HTTP APIs pass over it
# (https://github.com/aws/aws-sam-cli/pull/2941).
REST_KEYS = frozenset(
    {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded", "base64Encoded", "cookies"}
)


class MalformedAnswer(Exception):
    """API Gateway cannot make a response of this."""


def status_of(answer: Mapping[str, Any]) -> int:
    """Give the status, which may be a number or its digits."""
    code = answer.get("statusCode")
    if isinstance(code, str) and code.isascii() and code.isdigit():
        code = int(code)
    if isinstance(code, bool) or not isinstance(code, int) or not 100 <= code <= 599:  # noqa: PLR2004 - HTTP's range
        raise MalformedAnswer
    return code


def body_of(answer: Mapping[str, Any]) -> str:
    """Give the body as text; none is empty."""
    body = answer.get("body")
    if body is not None and not isinstance(body, str):
        raise MalformedAnswer
    return body or ""


def flag_of(answer: Mapping[str, Any]) -> bool:
    """Say whether the body is base64."""
    flag = answer.get("isBase64Encoded", answer.get("base64Encoded"))
    if flag not in (None, "true", "false") and not isinstance(flag, bool):
        raise MalformedAnswer
    return flag in (True, "true")


def object_of(answer: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Give the object under a key; none is empty."""
    found = answer.get(key)
    if found is not None and not isinstance(found, dict):
        raise MalformedAnswer
    return found or {}


def list_of(value: Any) -> list[Any]:
    """Give a list that is one."""
    if not isinstance(value, list):
        raise MalformedAnswer
    return value


def text_of(value: Any) -> str:
    """Give the value of a header: text, a number or a boolean, and nothing else."""
    if isinstance(value, str):
        return value
    if not isinstance(value, int | float):
        raise MalformedAnswer
    return json.dumps(value)
