"""What API Gateway makes of a function's answer: nothing is taken for a response that AWS takes for malformed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextvars import ContextVar
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

__all__ = ["http_answer", "refuse_malformed_answers", "rest_answer"]

_JSON = {"Content-Type": "application/json"}
# The answers of API Gateway itself, byte for byte: REST APIs write a space after the colon.
_REST_MALFORMED = {
    "statusCode": 502,
    "headers": _JSON | {"x-amzn-ErrorType": "InternalServerErrorException"},
    "body": '{"message": "Internal server error"}',
}
_HTTP_MALFORMED = {"statusCode": 500, "headers": _JSON, "body": '{"message":"Internal Server Error"}'}
# A function URL says it in words (https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html counts it as 5xx).
_URL_MALFORMED = {"statusCode": 502, "headers": {"Content-Type": "text/plain"}, "body": "Internal Server Error"}
_MALFORMED: ContextVar[dict[str, Any] | None] = ContextVar("what_a_malformed_answer_becomes", default=None)


def refuse_malformed_answers() -> None:
    """Answer 502 (REST, function URLs) or 500 (HTTP) where a function failed or its answer is malformed, and no more.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html: "If the
    function output is of a different format, API Gateway returns a 502 Bad Gateway error response." REST APIs pass
    ``_lambda_proxy_response`` (``services/apigateway_v1.py``), HTTP APIs ``_invoke_lambda_proxy``
    (``services/apigateway.py``), function URLs ``handle_function_url_request`` (``services/lambda_svc.py``); all end in
    ``lambda_execute_result_to_api_proxy_response`` there, which makes 200 of everything, and which balancers use too.
    """
    from ministack.services import apigateway, apigateway_v1, lambda_svc  # noqa: PLC0415 - only in the child process

    shape_rest = getattr(apigateway_v1, "_lambda_proxy_response", None)
    invoke_http = getattr(apigateway, "_invoke_lambda_proxy", None)
    invoke_url = getattr(lambda_svc, "handle_function_url_request", None)
    shape = getattr(lambda_svc, "lambda_execute_result_to_api_proxy_response", None)

    def shaped_for_rest(result: dict[str, Any]) -> tuple[Any, str | None]:
        return shape_rest(result) if result.get("throttle") else (rest_answer(result), None)  # type: ignore[misc]

    def invoked(invoke: Callable[..., Any], *, malformed: dict[str, Any]) -> Callable[..., Any]:
        async def invoked_with(*args: Any, **rest: Any) -> Any:
            token = _MALFORMED.set(malformed)
            try:
                return await invoke(*args, **rest)
            finally:
                _MALFORMED.reset(token)

        # Others ask for the names of its parameters.
        return functools.wraps(invoke)(invoked_with)

    def shaped(result: dict[str, Any]) -> tuple[Any, str | None]:
        malformed = _MALFORMED.get()
        answer = http_answer(result, malformed=malformed) if malformed else None
        return (answer, None) if answer is not None else shape(result)  # type: ignore[misc]

    if shape_rest is not None:
        apigateway_v1._lambda_proxy_response = shaped_for_rest  # noqa: SLF001 - the place of the difference
    if invoke_http is not None and invoke_url is not None and shape is not None:
        apigateway._invoke_lambda_proxy = invoked(invoke_http, malformed=_HTTP_MALFORMED)  # noqa: SLF001 - as above
        lambda_svc.handle_function_url_request = invoked(invoke_url, malformed=_URL_MALFORMED)
        lambda_svc.lambda_execute_result_to_api_proxy_response = shaped


def rest_answer(result: Mapping[str, Any]) -> dict[str, Any]:
    """Give the answer of a REST API to what a function did.

    >>> rest_answer({"body": {"status": 200}})["statusCode"]
    502
    >>> rest_answer({"body": {"statusCode": "201", "headers": {"x": 1}}})
    {'statusCode': 201, 'headers': {'x': '1'}, 'multiValueHeaders': {}, 'body': '', 'isBase64Encoded': False}
    """
    payload = result.get("body")
    if result.get("error") or not isinstance(payload, dict) or not payload.keys() <= REST_KEYS:
        return _REST_MALFORMED
    try:
        several = object_of(payload, "multiValueHeaders")
        merged = {name: [text_of(value) for value in list_of(values)] for name, values in several.items()}
        return _envelope(payload, multiValueHeaders=merged)
    except MalformedAnswer:
        return _REST_MALFORMED


def http_answer(result: Mapping[str, Any], *, malformed: dict[str, Any] = _HTTP_MALFORMED) -> dict[str, Any] | None:
    """Give the answer of an HTTP API with payload 2.0, or None where ministack infers one as AWS does.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    payload = result.get("body")
    if result.get("throttle"):
        return None
    if result.get("error"):
        return malformed
    if payload is None:
        return {"statusCode": 200, "headers": _JSON, "body": "null"}
    if not (isinstance(payload, dict) and "statusCode" in payload):
        return None
    try:
        return _envelope(payload, cookies=[text_of(cookie) for cookie in list_of(payload.get("cookies") or [])])
    except MalformedAnswer:
        return malformed


def _envelope(payload: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    headers = {name: text_of(value) for name, value in object_of(payload, "headers").items()}
    answer = {"statusCode": status_of(payload), "headers": headers}
    return answer | more | {"body": _sendable(payload), "isBase64Encoded": flag_of(payload)}


def _sendable(payload: Mapping[str, Any]) -> str:
    # JSON can carry half of a surrogate pair, UTF-8 cannot.
    return body_of(payload).encode(errors="replace").decode()
