"""What an HTTP API or a function URL says to browsers of other origins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.system.model import Cors
from harness.system.references import flag, number

__all__ = ["cors_of"]


def cors_of(written: Any) -> Cors | None:
    """Give a CORS configuration: that of a resource, of ``x-amazon-apigateway-cors``, or of a function URL.

    >>> cors_of({"AllowOrigins": ["https://shop.example"], "MaxAge": "600"})
    Cors(origins=('https://shop.example',), methods=(), headers=(), exposed=(), credentials=False, max_age=600)
    """
    if not isinstance(written, Mapping) or not written:
        return None
    # A document writes `allowOrigins`, resources write `AllowOrigins`.
    found = {key[:1].lower() + key[1:]: value for key, value in written.items()}
    age = found.get("maxAge")
    return Cors(
        origins=tuple(found.get("allowOrigins") or ()),
        methods=tuple(method.upper() for method in _texts(found.get("allowMethods"))),
        headers=_texts(found.get("allowHeaders")),
        exposed=_texts(found.get("exposeHeaders")),
        credentials=flag(found.get("allowCredentials")),
        max_age=None if age is None else int(number(age, default=0)),
    )


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(str(value) for value in values) if isinstance(values, list | tuple) else ()
