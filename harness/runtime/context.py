"""The context object that a handler gets, as the Python runtime of Lambda builds it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

__all__ = ["CognitoIdentity", "LambdaContext"]


class CognitoIdentity:
    """The caller's Cognito identity; empty, because nobody invokes through the mobile SDK here."""

    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self) -> None:
        self.cognito_identity_id: str | None = None
        self.cognito_identity_pool_id: str | None = None

    def __repr__(self) -> str:
        return (
            f"CognitoIdentity([cognito_identity_id={self.cognito_identity_id},"
            f"cognito_identity_pool_id={self.cognito_identity_pool_id}])"
        )


class LambdaContext:
    """What Lambda tells a handler about its function and this invocation.

    The attributes and their types are those of ``awslambdaric/lambda_context.py``: the memory is text.

    Args:
        request_id: The id of the invocation.
        arn: The ARN by which the function was invoked.
        variables: The environment of the function, from which the runtime takes the rest.
        deadline: Epoch seconds.
        clock: Gives epoch seconds.
    """

    def __init__(
        self, request_id: str, *, arn: str, variables: Mapping[str, str], deadline: float, clock: Callable[[], float]
    ) -> None:
        self.aws_request_id = request_id
        self.log_group_name = variables.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = variables.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = variables.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = variables.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = variables.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = arn
        self.tenant_id: str | None = None
        self.client_context: object = None
        self.identity = CognitoIdentity()
        self._deadline = deadline
        self._clock = clock

    def get_remaining_time_in_millis(self) -> int:
        """Give the milliseconds until the deadline, never less than 0."""
        return max(0, int(self._deadline * 1000) - int(self._clock() * 1000))

    def log(self, message: object) -> None:
        """Write to the log, without a line end of its own."""
        sys.stdout.write(str(message))

    def __repr__(self) -> str:
        return (
            f"LambdaContext([aws_request_id={self.aws_request_id},"
            f"log_group_name={self.log_group_name},"
            f"log_stream_name={self.log_stream_name},"
            f"function_name={self.function_name},"
            f"memory_limit_in_mb={self.memory_limit_in_mb},"
            f"function_version={self.function_version},"
            f"invoked_function_arn={self.invoked_function_arn},"
            f"client_context={self.client_context},"
            f"identity={self.identity},"
            f"tenant_id={self.tenant_id}])"
        )
