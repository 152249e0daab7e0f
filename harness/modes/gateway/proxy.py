"""The proxy contract: what API Gateway makes of what a function returned."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.events.answers import (
    REST_KEYS,
    MalformedAnswer,
    body_of,
    flag_of,
    list_of,
    object_of,
    status_of,
    text_of,
)
from harness.events.bodies import matches, media_type
from harness.modes.gateway.refusals import HttpRefusal, Refusal, RestRefusal, UrlRefusal
from harness.runtime.invocation import Invocation

__all__ = ["Answer", "Contract", "http_contract", "http_contract_v1", "rest_contract", "url_contract"]

Pairs = Sequence[tuple[str, str]]

# The longest that API Gateway waits for a function, in seconds.
_REST_LIMIT = 29.0
_HTTP_LIMIT = 30.0

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
_REMAPPED = frozenset(
    {
        "authorization", "connection", "content-md5", "date", "expect", "host", "max-forwards", "server", "te",
        "trailer", "transfer-encoding", "upgrade", "user-agent", "www-authenticate",
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the client gets of a function's answer."""

    status: int
    headers: Pairs
    content: bytes


Contract = Callable[[Invocation, str | None], Answer | Refusal]


def rest_contract(binary_media_types: tuple[str, ...]) -> Contract:
    """Give the contract of a REST API; it takes the invocation and the client's ``Accept``.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """

    def answer(invocation: Invocation, accept: str | None) -> Answer | Refusal:
        if invocation.seconds > _REST_LIMIT:
            return RestRefusal.timed_out
        payload = invocation.payload
        if invocation.error or not isinstance(payload, dict) or not payload.keys() <= REST_KEYS:
            return RestRefusal.malformed
        try:
            status, headers = status_of(payload), _remapped(_headers(payload))
            text, is_base64 = body_of(payload), flag_of(payload)
        except MalformedAnswer:
            return RestRefusal.malformed
        # Only the first type that the client accepts counts, and it decides, not the type of the answer.
        first = media_type((accept or "").partition(",")[0])
        if not (is_base64 and matches(first, binary_media_types)):
            return Answer(status=status, headers=_typed(headers, "application/json"), content=_bytes(text))
        try:
            content = base64.b64decode(text, validate=True)
        except ValueError:
            return RestRefusal.undecodable
        return Answer(status=status, headers=_typed(headers, "application/json"), content=content)

    return answer


def http_contract(invocation: Invocation, accept: str | None) -> Answer | Refusal:  # noqa: ARG001 - as REST has it
    """Answer for an HTTP API with payload format 2.0: what has no status code is itself the body.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    payload = invocation.payload
    if invocation.error is None and not (isinstance(payload, dict) and "statusCode" in payload):
        text = payload if isinstance(payload, str) else json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
        inferred = Answer(status=200, headers=[("content-type", "application/json")], content=_bytes(text))
        return HttpRefusal.timed_out if invocation.seconds > _HTTP_LIMIT else inferred
    return _http_answer(invocation, read=_headers_v2)


def http_contract_v1(invocation: Invocation, accept: str | None) -> Answer | Refusal:  # noqa: ARG001 - as REST has it
    """Answer for an HTTP API with payload format 1.0: nothing is inferred."""
    return _http_answer(invocation, read=_headers)


def url_contract(invocation: Invocation, accept: str | None) -> Answer | Refusal:  # noqa: ARG001 - as REST has it
    """Answer for a function URL: as an HTTP API, but that it waits for as long as the function may run.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload
    """
    answer = http_contract(replace(invocation, seconds=0.0), None)
    if isinstance(answer, Refusal):
        return UrlRefusal.malformed
    is_typed = any(name.lower() == "content-type" for name, _ in _given(invocation.payload))
    if is_typed:
        return answer
    kept = [pair for pair in answer.headers if pair[0].lower() != "content-type"]
    return replace(answer, headers=_typed(kept, "application/json"))


def _given(payload: Any) -> Pairs:
    return _headers_v2(payload) if isinstance(payload, dict) else []


def _http_answer(invocation: Invocation, *, read: Callable[[Mapping[str, Any]], Pairs]) -> Answer | Refusal:
    if invocation.seconds > _HTTP_LIMIT:
        return HttpRefusal.timed_out
    payload = invocation.payload
    if invocation.error or not isinstance(payload, dict):
        return HttpRefusal.malformed
    try:
        status, headers = status_of(payload), read(payload)
        text, is_base64 = body_of(payload), flag_of(payload)
        content = base64.b64decode(text, validate=True) if is_base64 else _bytes(text)
    except (MalformedAnswer, ValueError):
        return HttpRefusal.malformed
    return Answer(status=status, headers=_typed(headers, "text/plain;charset=UTF-8"), content=content)


def _bytes(text: str) -> bytes:
    # JSON can carry half of a surrogate pair, UTF-8 cannot.
    return text.encode("utf-8", errors="replace")


def _headers(payload: Mapping[str, Any]) -> Pairs:
    """Merge both forms: the values of ``multiValueHeaders``, and what ``headers`` has besides."""
    merged = [
        (name, text_of(value))
        for name, values in object_of(payload, "multiValueHeaders").items()
        for value in list_of(values)
    ]
    seen = {(name.lower(), value) for name, value in merged}
    single = [(name, text_of(value)) for name, value in object_of(payload, "headers").items()]
    return [*merged, *((name, value) for name, value in single if (name.lower(), value) not in seen)]


def _headers_v2(payload: Mapping[str, Any]) -> Pairs:
    cookies = [("set-cookie", text_of(cookie)) for cookie in list_of(payload.get("cookies") or [])]
    return [*cookies, *((name.lower(), text_of(value)) for name, value in object_of(payload, "headers").items())]


def _remapped(headers: Pairs) -> Pairs:
    # REST APIs keep these names for themselves and rename the function's. The length is always their own.
    return [
        (f"x-amzn-Remapped-{name}" if name.lower() in _REMAPPED else name, value)
        for name, value in headers
        if name.lower() != "content-length"
    ]


def _typed(headers: Pairs, default: str) -> Pairs:
    if any(name.lower() == "content-type" for name, _ in headers):
        return headers
    return [("Content-Type", default), *headers]
