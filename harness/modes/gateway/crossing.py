"""Requests from other origins (CORS), as HTTP APIs and function URLs answer them by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from harness.modes.exchange import Request
from harness.modes.gateway.proxy import Answer
from harness.modes.gateway.refusals import Refusal
from harness.system.model import Cors

__all__ = ["preflight", "with_cors"]

_OURS = "access-control-"


def preflight(cors: Cors, request: Request, *, status: int) -> Answer:
    """Give the answer to a preflight; an origin that may not come gets no word about CORS.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html

    Args:
        cors: The configuration.
        request: The ``OPTIONS`` request.
        status: 204 for HTTP APIs, 200 for function URLs.
    """
    headers = [*_for_all(cors, request)]
    if headers:
        headers += _for_preflights(cors)
    return Answer(status=status, headers=headers, content=b"")


def with_cors(answer: Answer | Refusal, cors: Cors, request: Request, *, replaces: bool) -> Answer | Refusal:
    """Give the answer of a function with the configured headers.

    Args:
        answer: Of the function.
        cors: The configuration.
        request: What was asked.
        replaces: Whether the function's own CORS headers are dropped, as HTTP APIs do; a function URL sends both.
    """
    kept = [pair for pair in answer.headers if not (replaces and pair[0].lower().startswith(_OURS))]
    return replace(answer, headers=(*kept, *_for_all(cors, request)))


def _for_all(cors: Cors, request: Request) -> Iterator[tuple[str, str]]:
    origin = request.headers.get("Origin", "")
    allowed = _allowed(cors, origin)
    if not allowed:
        return
    yield "access-control-allow-origin", allowed
    if cors.credentials:
        yield "access-control-allow-credentials", "true"
    if cors.exposed:
        yield "access-control-expose-headers", ",".join(cors.exposed)
    if allowed != "*":
        yield "vary", "Origin"


def _for_preflights(cors: Cors) -> Iterator[tuple[str, str]]:
    if cors.methods:
        yield "access-control-allow-methods", ",".join(cors.methods)
    if cors.headers:
        yield "access-control-allow-headers", ",".join(cors.headers)
    if cors.max_age is not None:
        yield "access-control-max-age", str(cors.max_age)


def _allowed(cors: Cors, origin: str) -> str:
    """Give the origin as the answer names it; empty where it may not come. A request without one is from no browser."""
    if not origin:
        return ""
    if "*" in cors.origins:
        return "*"
    return origin if any(fnmatchcase(origin.lower(), one.lower()) for one in cors.origins) else ""
