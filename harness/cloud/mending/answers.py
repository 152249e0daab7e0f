"""What API Gateway makes of a function's answer: nothing is taken for a response that AWS takes for malformed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

__all__ = ["http_answer", "refuse_malformed_answers", "rest_answer"]

_JSON = {"Content-Type": "application/json"}
# The answers of API Gateway itself, byte for byte: REST APIs write a space after the colon.
_REST_MALFORMED = {
    "statusCode": 502,
    "headers": _JSON | {"x-amzn-ErrorType": "InternalServerErrorException"},
    "body": '{"message": "Internal server error"}',
}
_HTTP_MALFORMED = {"statusCode": 500, "headers": _JSON, "body": '{"message":"Internal Server Error"}'}
# REST APIs take an object with any other key for malformed; HTTP APIs pass over it
# (https://github.com/aws/aws-sam-cli/pull/2941).
_REST_KEYS = frozenset(
    {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded", "base64Encoded", "cookies"}
)
_FOR_AN_HTTP_API: ContextVar[bool] = ContextVar("for_an_http_api", default=False)


class _Malformed(Exception):
    """API Gateway cannot make a response of this."""


def refuse_malformed_answers() -> None:
    """Answer 502 (REST) or 500 (HTTP) where a function failed or its answer is malformed, and tell no more than that.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html: "If the
    function output is of a different format, API Gateway returns a 502 Bad Gateway error response." REST APIs pass
    ``_lambda_proxy_response`` (``services/apigateway_v1.py``), HTTP APIs ``_invoke_lambda_proxy``
    (``services/apigateway.py``); both end in ``lambda_execute_result_to_api_proxy_response``
    (``services/lambda_svc.py``), which makes 200 of everything, and which balancers and function URLs use too.
    """
    from ministack.services import apigateway, apigateway_v1, lambda_svc  # noqa: PLC0415 - only in the child process

    shape_rest = getattr(apigateway_v1, "_lambda_proxy_response", None)
    invoke_http = getattr(apigateway, "_invoke_lambda_proxy", None)
    shape = getattr(lambda_svc, "lambda_execute_result_to_api_proxy_response", None)

    def shaped_for_rest(result: dict[str, Any]) -> tuple[Any, str | None]:
        return shape_rest(result) if result.get("throttle") else (rest_answer(result), None)  # type: ignore[misc]

    async def invoked_for_http(*args: Any, **rest: Any) -> Any:
        token = _FOR_AN_HTTP_API.set(True)
        try:
            return await invoke_http(*args, **rest)  # type: ignore[misc]
        finally:
            _FOR_AN_HTTP_API.reset(token)

    def shaped(result: dict[str, Any]) -> tuple[Any, str | None]:
        answer = http_answer(result) if _FOR_AN_HTTP_API.get() else None
        return (answer, None) if answer is not None else shape(result)  # type: ignore[misc]

    if shape_rest is not None:
        apigateway_v1._lambda_proxy_response = shaped_for_rest  # noqa: SLF001 - the place of the difference
    if invoke_http is not None and shape is not None:
        apigateway._invoke_lambda_proxy = invoked_for_http  # noqa: SLF001 - the place of the difference
        lambda_svc.lambda_execute_result_to_api_proxy_response = shaped


def rest_answer(result: Mapping[str, Any]) -> dict[str, Any]:
    """Give the answer of a REST API to what a function did.

    >>> rest_answer({"body": {"status": 200}})["statusCode"]
    502
    >>> rest_answer({"body": {"statusCode": "201", "headers": {"x": 1}}})
    {'statusCode': 201, 'headers': {'x': '1'}, 'multiValueHeaders': {}, 'body': '', 'isBase64Encoded': False}
    """
    payload = result.get("body")
    if result.get("error") or not isinstance(payload, dict) or not payload.keys() <= _REST_KEYS:
        return _REST_MALFORMED
    try:
        several = _object(payload, "multiValueHeaders")
        merged = {name: [_scalar(value) for value in _list(values)] for name, values in several.items()}
        return _envelope(payload, multiValueHeaders=merged)
    except _Malformed:
        return _REST_MALFORMED


def http_answer(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give the answer of an HTTP API with payload 2.0, or None where ministack infers one as AWS does.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    payload = result.get("body")
    if result.get("throttle"):
        return None
    if result.get("error"):
        return _HTTP_MALFORMED
    if payload is None:
        return {"statusCode": 200, "headers": _JSON, "body": "null"}
    if not (isinstance(payload, dict) and "statusCode" in payload):
        return None
    try:
        return _envelope(payload, cookies=[_scalar(cookie) for cookie in _list(payload.get("cookies") or [])])
    except _Malformed:
        return _HTTP_MALFORMED


def _envelope(payload: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    headers = {name: _scalar(value) for name, value in _object(payload, "headers").items()}
    answer = {"statusCode": _status(payload), "headers": headers}
    return answer | more | {"body": _body(payload), "isBase64Encoded": _flag(payload)}


def _status(payload: Mapping[str, Any]) -> int:
    code = payload.get("statusCode")
    if isinstance(code, str) and code.isascii() and code.isdigit():
        code = int(code)
    if isinstance(code, bool) or not isinstance(code, int) or not 100 <= code <= 599:  # noqa: PLR2004 - HTTP's range
        raise _Malformed
    return code


def _body(payload: Mapping[str, Any]) -> str:
    body = payload.get("body")
    if body is not None and not isinstance(body, str):
        raise _Malformed
    # JSON can carry half of a surrogate pair, UTF-8 cannot.
    return (body or "").encode(errors="replace").decode()


def _flag(payload: Mapping[str, Any]) -> bool:
    flag = payload.get("isBase64Encoded", payload.get("base64Encoded"))
    if flag not in (None, "true", "false") and not isinstance(flag, bool):
        raise _Malformed
    return flag in (True, "true")


def _object(payload: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = payload.get(key)
    if found is not None and not isinstance(found, dict):
        raise _Malformed
    return found or {}


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _Malformed
    return value


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, int | float):
        raise _Malformed
    return json.dumps(value)
