"""Gateway responses: what a REST API answers by itself, as the template changes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from harness.modes.exchange import Request
from harness.modes.gateway.refusals import Refusal
from harness.system.model import GatewayResponse

__all__ = ["dressed"]

_SERVER_ERRORS = 500
_REQUEST = "method.request."


def dressed(refusal: Refusal, responses: Mapping[str, GatewayResponse], *, request: Request) -> Refusal:
    """Give a refusal as the gateway response of its type makes it, or that for all of 4xx or 5xx.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
    Of expressions constants and parameters of the request are known; a header with any other is left out.
    """
    general = "DEFAULT_5XX" if refusal.status >= _SERVER_ERRORS else "DEFAULT_4XX"
    response = responses.get(refusal.kind) or responses.get(general)
    if response is None:
        return refusal
    values = ((name, _value(expression, request)) for name, expression in response.headers)
    added = [(name, value) for name, value in values if value is not None]
    names = {name.lower() for name, _ in added}
    return replace(
        refusal,
        status=response.status or refusal.status,
        headers=(*(pair for pair in refusal.headers if pair[0].lower() not in names), *added),
        # The template of a changed response, unless told otherwise, writes "message", also where AWS says "Message".
        content=refusal.content.replace(b'{"Message":', b'{"message":')
        if response.template is None
        else _rendered(response.template, refusal).encode(),
    )


def _value(expression: str, request: Request) -> str | None:
    if expression[:1] == "'" == expression[-1:]:
        return expression[1:-1]
    place, _, name = expression.removeprefix(_REQUEST).partition(".")
    if place == "header":
        return request.headers.get(name)
    return dict(request.query).get(name) if place == "querystring" else None


def _rendered(template: str, refusal: Refusal) -> str:
    message = str(json.loads(refusal.content).popitem()[1] or "")
    known = {
        "$context.error.messageString": json.dumps(message),
        "$context.error.message": message,
        "$context.error.responseType": refusal.kind,
    }
    for name, value in known.items():
        template = template.replace(name, value)
    return template
