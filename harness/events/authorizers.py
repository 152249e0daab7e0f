"""The events that Lambda authorizers get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.events.http import Call, Door
from harness.events.payload_v1 import http_event_v1, rest_event
from harness.events.payload_v2 import http_event

__all__ = ["request_event_v1", "request_event_v2", "route_arn", "token_event"]

_EMPTY = (
    "multiValueQueryStringParameters",
    "pathParameters",
    "queryStringParameters",
    "stageVariables",
)


def route_arn(call: Call, door: Door, *, region: str, partition: str = "aws") -> str:
    """Give the ARN of what is asked for, as policies name it.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
    """
    place = f"arn:{partition}:execute-api:{region}:{door.account}"
    return f"{place}:{door.api_id}/{door.stage}/{call.method}{call.path}"


def token_event(*, token: str, arn: str) -> dict[str, Any]:
    """Give the event of a TOKEN authorizer: the header as it was sent, and what is asked for.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
    """
    return {"type": "TOKEN", "methodArn": arn, "authorizationToken": token}


def request_event_v1(
    call: Call, door: Door, *, arn: str, sources: Sequence[str] = (), is_rest: bool = True
) -> dict[str, Any]:
    """Give the event of a REQUEST authorizer of a REST API, or of an HTTP API with payload format 1.0.

    It is the event of the function without the body, and what there is none of is empty, not null:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html

    Args:
        call: What is asked; not yet admitted.
        door: The API that it comes through.
        arn: What is asked for.
        sources: The values of the identity sources, which only an HTTP API tells.
        is_rest: Whether it is a REST API.
    """
    event = _without_body(rest_event(call, door) if is_rest else http_event_v1(call, door))
    event |= {name: event[name] or {} for name in _EMPTY}
    told = {"type": "REQUEST", "methodArn": arn}
    if not is_rest:
        event["requestContext"].pop("authorizer")
        told |= {"identitySource": ",".join(sources), "authorizationToken": ",".join(sources)}
    return {**told, **event}


def request_event_v2(call: Call, door: Door, *, arn: str, sources: Sequence[str]) -> dict[str, Any]:
    """Give the event of an authorizer of an HTTP API with payload format 2.0.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html

    Args:
        call: What is asked; not yet admitted.
        door: The API that it comes through.
        arn: What is asked for.
        sources: The values of the identity sources.
    """
    told: Mapping[str, Any] = {"type": "REQUEST", "routeArn": arn, "identitySource": list(sources)}
    return {**told, **_without_body(http_event(call, door))}


def _without_body(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name not in ("body", "isBase64Encoded")}
