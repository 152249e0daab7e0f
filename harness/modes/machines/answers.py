"""What the Lambda integration of Step Functions makes of an invocation."""

from __future__ import annotations

import json
from typing import Any

from harness._text import new_uuid
from harness.runtime.faults import stack_trace
from harness.runtime.invocation import FunctionError, Invocation

__all__ = ["failure", "success"]


def success(invocation: Invocation, *, how: str) -> Any:
    """Give the result of a task: what the function returned, or for ``lambda:invoke`` the answer of Lambda's API.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
    """
    if how == "function":
        return invocation.payload
    headers = {
        "Content-Type": "application/json",
        "X-Amz-Executed-Version": "$LATEST",
        "x-amzn-RequestId": invocation.request_id,
    }
    return {
        "ExecutedVersion": "$LATEST",
        "Payload": invocation.payload,
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": invocation.request_id},
        "StatusCode": 200,
    }


def failure(error: FunctionError, *, request_id: str = "") -> tuple[str, str]:
    """Give the error name and the cause of a task whose function failed: Lambda's error type and error payload.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html; timeouts are
    ``Sandbox.Timedout``.
    """
    facts: dict[str, Any] = {"errorMessage": error.message, "errorType": error.type}
    trace = stack_trace(error) if error.exception is not None else []
    if trace:
        facts |= {"requestId": request_id or new_uuid(), "stackTrace": trace}
    return error.type, json.dumps(facts)
