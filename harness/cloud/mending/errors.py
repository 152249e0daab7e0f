"""Errors of functions, in Lambda's words."""

from __future__ import annotations

import json
import os
from typing import Any

from harness.cloud.worker_site import ASKED_FOR_FACTS, FACTS

__all__ = ["RESPONSE_LIMIT", "in_the_words_of_lambda", "tell_errors_as_lambda_does", "within_the_limit"]

# Six MiB and a hundred bytes, as Lambda's own message says
# (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
RESPONSE_LIMIT = 6_291_556
# From Python 3.12 the runtime writes characters beyond ASCII as they are, before that as six-byte escapes.
_ESCAPING_RUNTIMES = ("python3.6", "python3.7", "python3.8", "python3.9", "python3.10", "python3.11")


def tell_errors_as_lambda_does() -> None:
    """Give a failed invocation Lambda's error payload, and fail one whose response is too large.

    Lambda's payload names the class of the exception and holds the stack trace
    (https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html); ``_execute_function_warm``
    (``services/lambda_svc.py``) calls every error ``Runtime.HandlerError``, drops the trace, and knows no limit.
    """
    from ministack.services import lambda_svc  # noqa: PLC0415 - only the child process has it

    execute = getattr(lambda_svc, "_execute_function_warm", None)
    if execute is None:
        return

    def executed(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        result: dict[str, Any] = execute(func, event, request_id)
        if result.get("error"):
            return result | {"body": in_the_words_of_lambda(result["body"], request_id=request_id)}
        return within_the_limit(result, runtime=(func.get("config") or func).get("Runtime", ""))

    os.environ[ASKED_FOR_FACTS] = "yes"
    lambda_svc._execute_function_warm = executed  # noqa: SLF001 - the place of the difference


def in_the_words_of_lambda(body: Any, *, request_id: str) -> Any:
    """Give Lambda's error payload where the function's interpreter has said what happened.

    >>> in_the_words_of_lambda({"errorMessage": "Task timed out"}, request_id="1")
    {'errorMessage': 'Task timed out'}
    """
    message = body.get("errorMessage", "") if isinstance(body, dict) else ""
    _, found, facts = message.partition(FACTS)
    return json.loads(facts) | {"requestId": request_id} if found else body


def within_the_limit(result: dict[str, Any], *, runtime: str) -> dict[str, Any]:
    """Give the result of an invocation, or Lambda's error where its payload is larger than Lambda sends."""
    text = json.dumps(result.get("body"), ensure_ascii=runtime in _ESCAPING_RUNTIMES)
    size = len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))
    if size <= RESPONSE_LIMIT:
        return result
    message = f"Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
    error = {"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"}
    return result | {"body": error, "error": True}
