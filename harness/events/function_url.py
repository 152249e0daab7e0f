"""The event that the URL of a function sends to it.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
It has payload format 2.0; what belongs to API Gateway has a placeholder (``$default``) or is not there.
"""

from __future__ import annotations

import time as clock
from collections.abc import Mapping, Sequence
from typing import Any

from harness._text import new_uuid
from harness.events.bodies import text_of
from harness.events.caller import Caller
from harness.events.http import Call, Door, http_headers
from harness.events.payload_v2 import http_event

__all__ = ["event"]


def event(  # noqa: PLR0913 - the parts of a request
    method: str = "GET",
    path: str = "/",
    *,
    region: str,
    url_id: str = "abcdefghijklmnopqrstuvwxyz012345",
    account: str = "anonymous",
    query: Mapping[str, str | Sequence[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    caller: Caller | None = None,
    source_ip: str = "127.0.0.1",
    request_id: str | None = None,
    time: float | None = None,
) -> dict[str, Any]:
    """Give the event of a request to a function's URL.

    >>> sent = event("POST", "/orders", region="eu-west-1", query={"tag": ["a", "b"]}, body={"id": "o-1"})
    >>> sent["rawPath"], sent["rawQueryString"], sent["queryStringParameters"], sent["body"]
    ('/orders', 'tag=a&tag=b', {'tag': 'a,b'}, '{"id": "o-1"}')
    >>> sent["requestContext"]["domainName"]
    'abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws'

    Args:
        method: In capitals.
        path: Percent-encoded.
        region: Such as ``eu-west-1``.
        url_id: The first label of the URL's host name.
        account: ``anonymous``, unless the URL asks for a signature.
        query: A name may have several values.
        headers: By name, in any case; cookies in the header ``cookie``.
        body: Bytes, text, or what is written as JSON; text and JSON also give a content type. None for none.
        caller: Who signed, where the URL asks for a signature; also gives the account.
        source_ip: Where the request came from.
        request_id: A UUID; a new one unless given.
        time: In seconds since 1970, now unless given.
    """
    content = _content(body)
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    if (kind := _content_type(body)) is not None:
        sent.setdefault("content-type", kind)
    pairs = [(name, one) for name, found in (query or {}).items() for one in _several(found)]
    moment = clock.time() if time is None else time
    domain = f"{url_id}.lambda-url.{region}.on.aws"
    call = Call(
        method=method,
        path=path,
        resource="$default",
        route_key="$default",
        request_id=request_id or new_uuid(),
        moment=moment,
        headers=_headers(sent, host=domain, trace=_trace(moment), source_ip=source_ip, length=len(content)),
        query=pairs,
        body=content,
        source_ip=source_ip,
        user_agent=sent.get("user-agent"),
        caller=caller,
    )
    door = Door(account=caller.account if caller else account, api_id=url_id, domain=domain, stage="$default")
    return http_event(call, door)


def _headers(sent: Mapping[str, str], *, host: str, trace: str, source_ip: str, length: int) -> list[tuple[str, str]]:
    # Against an HTTP API, a request without a body has no length, and the encryption is told, as in the event at
    # https://docs.powertools.aws.dev/lambda/typescript/latest/api/variables/_aws-lambda-powertools_parser.schemas.LambdaFunctionUrlSchema.html
    found = http_headers(sent.items(), host=host, trace=trace, source_ip=source_ip, length=length)
    kept = [pair for pair in found if length or pair[0] != "content-length"]
    return [*kept, ("x-amzn-tls-cipher-suite", "TLS_AES_128_GCM_SHA256"), ("x-amzn-tls-version", "TLSv1.3")]


def _content(body: Any) -> bytes:
    if body is None:
        return b""
    return body if isinstance(body, bytes) else text_of(body).encode()


def _content_type(body: Any) -> str | None:
    if body is None or isinstance(body, bytes):
        return None
    return "text/plain;charset=UTF-8" if isinstance(body, str) else "application/json"


def _several(values: str | Sequence[str]) -> Sequence[str]:
    return [values] if isinstance(values, str) else values


def _trace(moment: float) -> str:
    return f"Root=1-{int(moment):08x}-{new_uuid().replace('-', '')[:24]}"
