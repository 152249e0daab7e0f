"""When a body travels as text and when as base64."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any

__all__ = ["as_base64", "as_text", "is_text", "matches", "media_type", "text_of"]

_TEXT_TYPES = frozenset({"application/javascript", "application/json", "application/xml"})


def media_type(content_type: str | None) -> str:
    """Give the type without its parameters, in lower case.

    >>> media_type("Application/JSON; charset=utf-8")
    'application/json'
    """
    return (content_type or "").partition(";")[0].strip().lower()


def is_text(content_type: str | None) -> bool:
    """Tell whether an HTTP API hands a body of this type on as text.

    Measured against AWS, for the guide does not list them: ``text/*`` and JSON, XML and JavaScript are text;
    all others are base64, forms and bodies without a content type included
    (https://github.com/ministackorg/ministack/pull/766).

    >>> is_text("text/csv"), is_text("application/x-www-form-urlencoded"), is_text(None)
    (True, False, False)
    """
    found = media_type(content_type)
    return found.startswith("text/") or found in _TEXT_TYPES


def matches(found: str, patterns: Iterable[str]) -> bool:
    """Tell whether a media type is among the binary media types of a REST API.

    The type is taken literally, so ``*/*`` in a request matches only the pattern ``*/*``.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html

    >>> matches("image/png", ["image/*"]), matches("*/*", ["image/png"]), matches("", ["*/*"])
    (True, False, True)
    """
    family = found.partition("/")[0] + "/*"
    return any(pattern.lower() in ("*/*", found, family) for pattern in patterns)


def as_text(body: bytes) -> str:
    """Give the body as text; what is not UTF-8 is lost, as it is in API Gateway."""
    return body.decode("utf-8", errors="replace")


def as_base64(body: bytes) -> str:
    """Give the body as base64 text."""
    return base64.b64encode(body).decode("ascii")


def text_of(body: Any) -> str:
    """Give a body as text: text as it is, anything else as JSON.

    >>> text_of("hello"), text_of({"id": "é"})
    ('hello', '{"id": "é"}')
    """
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
