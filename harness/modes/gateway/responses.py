"""The response of the gateway: what API Gateway adds to each, and the ids by which it is found again."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from typing import Literal

from urllib3 import HTTPHeaderDict

from harness._text import new_uuid
from harness.events.times import http_date
from harness.modes.exchange import Request, Response
from harness.modes.gateway.proxy import Answer
from harness.modes.gateway.refusals import Refusal
from harness.runtime.invocation import Invocation

__all__ = ["Arrival", "Kind", "arrive", "respond"]

Kind = Literal["rest", "http", "url"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """One request as it comes in.

    Args:
        moment: In seconds since 1970.
        kind: What it comes to.
        request_id: A uuid, but in HTTP APIs the extended id.
        extended_id: Fifteen characters and an equals sign.
        trace: What ``X-Amzn-Trace-Id`` carries.
    """

    moment: float
    kind: Kind
    request_id: str
    extended_id: str
    trace: str


def arrive(moment: float, *, kind: Kind) -> Arrival:
    """Give a request its ids."""
    # Eleven random bytes give the fifteen characters and the equals sign of AWS.
    extended_id = base64.b64encode(os.urandom(11)).decode("ascii")
    request_id = extended_id if kind == "http" else new_uuid()
    trace = f"Root=1-{int(moment):08x}-{os.urandom(12).hex()}"
    return Arrival(moment=moment, kind=kind, request_id=request_id, extended_id=extended_id, trace=trace)


def respond(
    answer: Answer | Refusal, *, request: Request, arrival: Arrival, invocation: Invocation | None = None
) -> Response:
    """Give the response for an answer of the function or of the gateway itself."""
    headers = HTTPHeaderDict()
    for name, value in answer.headers:
        headers.add(name, value)
    headers["Date"] = http_date(arrival.moment)
    headers["Content-Length"] = str(len(answer.content))
    if arrival.kind == "http":
        headers["apigw-requestid"] = arrival.request_id
    else:
        headers["x-amzn-RequestId"] = arrival.request_id
        if invocation is not None:
            headers["X-Amzn-Trace-Id"] = arrival.trace
    if arrival.kind == "rest":
        headers["x-amz-apigw-id"] = arrival.extended_id
    return Response(
        status_code=answer.status, headers=headers, content=answer.content, invocation=invocation, request=request
    )
