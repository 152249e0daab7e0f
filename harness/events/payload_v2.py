"""Payload format 2.0: the event of HTTP APIs and of function URLs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote, urlencode

from harness.events.bodies import as_base64, as_text, is_text
from harness.events.caller import Caller
from harness.events.http import Call, Door, by_name
from harness.events.times import request_time

__all__ = ["http_event", "url_event"]


def http_event(call: Call, door: Door) -> dict[str, Any]:
    """Give the event that an HTTP API sends to a function.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    Values that come more than once are joined by commas. What there is none of is left out, not null: body,
    cookies, query, path parameters, authorizer. The path is decoded and holds the stage unless that is ``$default``.
    """
    headers = by_name(call.headers)
    cookies = headers.pop("cookie", [])
    path = unquote(call.path if door.stage == "$default" else f"/{door.stage}{call.path}")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": call.route_key,
        "rawPath": path,
        # As it was sent (https://github.com/ministackorg/ministack/issues/1035); `HttpMode` sends a space as %20.
        "rawQueryString": urlencode(call.query, quote_via=quote),
        "headers": _joined(headers),
        "requestContext": _context(call, door, path=path),
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = [part.strip() for line in cookies for part in line.split(";")]
    if call.query:
        event["queryStringParameters"] = _joined(by_name(call.query))
    if call.parameters:
        event["pathParameters"] = dict(call.parameters)
    if door.variables:
        event["stageVariables"] = dict(door.variables)
    if call.body:
        event["isBase64Encoded"] = not is_text(event["headers"].get("content-type"))
        event["body"] = as_base64(call.body) if event["isBase64Encoded"] else as_text(call.body)
    return event


def url_event(call: Call, door: Door) -> dict[str, Any]:
    """Give the event that a function gets at its URL.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    It is that of an HTTP API with the route ``$default``. The account of a URL that anybody may call is ``anonymous``.
    """
    event = http_event(call, door)
    if call.caller is None:
        event["requestContext"]["accountId"] = "anonymous"
    return event


def _context(call: Call, door: Door, *, path: str) -> dict[str, Any]:
    context = {
        "accountId": door.account,
        "apiId": door.api_id,
        "domainName": door.domain,
        "domainPrefix": door.domain_prefix,
        "http": {
            "method": call.method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": call.source_ip,
            "userAgent": call.user_agent or "",
        },
        "requestId": call.request_id,
        "routeKey": call.route_key,
        "stage": door.stage,
        "time": request_time(call.moment),
        "timeEpoch": int(call.moment * 1000),
    }
    if call.claims is not None:
        scopes = None if call.scopes is None else list(call.scopes)
        context["authorizer"] = {"jwt": {"claims": dict(call.claims), "scopes": scopes}}
    elif call.decision is not None:
        context["authorizer"] = {"lambda": call.decision.nested}
    elif call.caller is not None:
        context["authorizer"] = {"iam": _signer(call.caller)}
    return context


def _signer(caller: Caller) -> dict[str, Any]:
    return {
        "accessKey": caller.access_key,
        "accountId": caller.account,
        "callerId": caller.user_id,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": caller.arn,
        "userId": caller.user_id,
    }


def _joined(values: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: ",".join(found) for name, found in values.items()}
