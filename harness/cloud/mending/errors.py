"""Errors of functions: in Lambda's words, and behind API Gateway in none at all."""

from __future__ import annotations

import json
import os
from typing import Any

from harness.cloud.worker_site import ASKED_FOR_FACTS, FACTS

__all__ = ["in_the_words_of_lambda", "tell_errors_as_lambda_does"]


def tell_errors_as_lambda_does() -> None:
    """Give a failed invocation Lambda's error payload, and the caller of an API nothing of it.

    Lambda's payload names the class of the exception and holds the stack trace
    (https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html); ``_execute_function_warm``
    (``services/lambda_svc.py``) calls every error ``Runtime.HandlerError`` and drops the trace. API Gateway answers
    502 with ``Internal server error``; ``_lambda_proxy_response`` (``services/apigateway_v1.py``) hands the
    function's error to the caller.
    """
    from ministack.services import apigateway_v1, lambda_svc  # noqa: PLC0415 - only the child process has them

    execute = getattr(lambda_svc, "_execute_function_warm", None)
    shape = getattr(apigateway_v1, "_lambda_proxy_response", None)

    def executed(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        result: dict[str, Any] = execute(func, event, request_id)  # type: ignore[misc]
        if result.get("error"):
            result["body"] = in_the_words_of_lambda(result["body"], request_id=request_id)
        return result

    def shaped(result: dict[str, Any]) -> tuple[Any, str | None]:
        response, error = shape(result)  # type: ignore[misc]
        return response, "Internal server error" if error else None

    if execute is not None:
        os.environ[ASKED_FOR_FACTS] = "yes"
        lambda_svc._execute_function_warm = executed  # noqa: SLF001 - the place of the difference
    if shape is not None:
        apigateway_v1._lambda_proxy_response = shaped  # noqa: SLF001 - the place of the difference


def in_the_words_of_lambda(body: Any, *, request_id: str) -> Any:
    """Give Lambda's error payload where the function's interpreter has said what happened.

    >>> in_the_words_of_lambda({"errorMessage": "Task timed out"}, request_id="1")
    {'errorMessage': 'Task timed out'}
    """
    message = body.get("errorMessage", "") if isinstance(body, dict) else ""
    _, found, facts = message.partition(FACTS)
    return json.loads(facts) | {"requestId": request_id} if found else body
