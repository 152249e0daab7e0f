"""Payload format 1.0: the event of REST APIs, and of HTTP APIs that ask for it."""

from __future__ import annotations

from typing import Any

from harness.events.bodies import as_base64, as_text, is_text, matches, media_type
from harness.events.http import Call, Door, by_name, identity
from harness.events.times import request_time

__all__ = ["http_event_v1", "rest_event"]


def rest_event(call: Call, door: Door) -> dict[str, Any]:
    """Give the event that a REST API sends to a function (Lambda proxy integration).

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    Path and path parameters stay percent-encoded, the query is decoded, as the .NET Lambda Test Tool of AWS does it.
    """
    content_type = media_type(_header(call, "content-type")) or "application/json"
    is_binary = matches(content_type, door.binary_media_types)
    context = {
        "accountId": door.account,
        "apiId": door.api_id,
        # The guide does not name it, events recorded in AWS have it: `test_apigateway_lambda.snapshot.json` in
        # https://github.com/localstack/localstack/tree/main/tests/aws/services/apigateway
        "deploymentId": door.deployment_id,
        "domainName": door.domain,
        "domainPrefix": door.domain_prefix,
        "extendedRequestId": call.extended_request_id,
        "httpMethod": call.method,
        "identity": identity(call),
        "path": f"/{door.stage}{call.path}",
        "protocol": "HTTP/1.1",
        "requestId": call.request_id,
        "requestTime": request_time(call.moment),
        "requestTimeEpoch": int(call.moment * 1000),
        "resourceId": call.resource_id,
        "resourcePath": call.resource,
        "stage": door.stage,
    }
    # An open route has no authorizer in its context, not even null.
    if call.claims is not None:
        context["authorizer"] = {"claims": dict(call.claims)}
    elif call.decision is not None:
        context["authorizer"] = {**call.decision.flat, "integrationLatency": call.decision.latency}
    return _event(call, path=call.path, context=context, is_binary=is_binary, door=door)


def http_event_v1(call: Call, door: Door) -> dict[str, Any]:
    """Give the event that an HTTP API sends when its integration asks for payload format 1.0.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    Against REST: it tells its version, the path holds the stage, there is one request id and no resource id,
    the authorizer is there with nulls, and the content type alone decides about base64.
    """
    path = call.path if door.stage == "$default" else f"/{door.stage}{call.path}"
    context = {
        "accountId": door.account,
        "apiId": door.api_id,
        "authorizer": _authorizer(call),
        "domainName": door.domain,
        "domainPrefix": door.domain_prefix,
        "extendedRequestId": call.request_id,
        "httpMethod": call.method,
        "identity": identity(call),
        "path": path,
        "protocol": "HTTP/1.1",
        "requestId": call.request_id,
        "requestTime": request_time(call.moment),
        "requestTimeEpoch": int(call.moment * 1000),
        "resourceId": None,
        "resourcePath": call.resource,
        "stage": door.stage,
    }
    is_binary = not is_text(_header(call, "content-type"))
    return {"version": "1.0", **_event(call, path=path, context=context, is_binary=is_binary, door=door)}


def _authorizer(call: Call) -> dict[str, Any]:
    if call.decision is not None:
        return call.decision.flat
    return {
        "claims": None if call.claims is None else dict(call.claims),
        "scopes": None if call.scopes is None else list(call.scopes),
    }


def _event(call: Call, *, path: str, context: dict[str, Any], is_binary: bool, door: Door) -> dict[str, Any]:
    body = None
    if call.body:
        body = as_base64(call.body) if is_binary else as_text(call.body)
    headers = by_name(call.headers)
    query = by_name(call.query)
    return {
        "resource": call.resource,
        "path": path,
        "httpMethod": call.method,
        "headers": dict(call.headers) or None,
        "multiValueHeaders": headers or None,
        # The last value of a name wins in the single form.
        "queryStringParameters": dict(call.query) or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(call.parameters) if call.parameters else None,
        "stageVariables": dict(door.variables) or None,
        "requestContext": context,
        "body": body,
        "isBase64Encoded": body is not None and is_binary,
    }


def _header(call: Call, name: str) -> str | None:
    return next((value for key, value in call.headers if key.lower() == name), None)
