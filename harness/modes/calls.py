"""A function called by itself: the deployed one through the Lambda API, and what a caller gets of an invocation."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.names import Names
from harness.cloud.retrying import never_twice
from harness.modes.links import failure
from harness.modes.sending.delivering import Delivery
from harness.runtime.invocation import FunctionError, Invocation

__all__ = ["CALLED", "Deployed", "returned"]

# What a failure says of who started the function.
CALLED = "the test, which called it"


class Deployed:
    """The deployed functions of a stage, through the Lambda API.

    Args:
        cloud: The cloud of the stage.
        names: What its functions are called there.
    """

    def __init__(self, cloud: Cloud, *, names: Names) -> None:
        self._cloud = cloud
        self._names = names

    @cached_property
    def _client(self) -> Any:
        # Lambda runs a function for 900 s at most.
        return self._cloud.client("lambda", read_timeout=910)

    def call(self, function: str, event: Any, *, asynchronous: bool = False) -> Any:
        """Call a function and give what it returned; None of an asynchronous call, which Lambda has taken in.

        Raises:
            FunctionFailed: It was called synchronously, and ended in an error.
        """
        __tracebackhide__ = True
        if asynchronous:
            self.send(function, event)
            return None
        return returned(self.invoke(function, event))

    def invoke(self, function: str, event: Any) -> Invocation:
        """Invoke a function and give what came back, the end of its log included.

        A 500 of Lambda's own is tried again, as AWS advises; function errors come with a 200.
        https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html

        Raises:
            AnswerLost: The connection broke while the function may have been running; it is not run twice.
        """
        __tracebackhide__ = True
        started = time.perf_counter()
        with translated(self._cloud), never_twice(f"the function {function!r} ran"):
            answer = self._client.invoke(
                FunctionName=self._names.functions[function].name,
                LogType="Tail",
                Payload=json.dumps(event).encode(),
            )
            raw = answer["Payload"].read()
        payload = json.loads(raw) if raw else None
        failed = "FunctionError" in answer
        return Invocation(
            function=function,
            request_id=answer["ResponseMetadata"].get("RequestId", ""),
            payload=None if failed else payload,
            error=_error(payload) if failed else None,
            log=base64.b64decode(answer.get("LogResult", "")).decode(errors="replace"),
            seconds=time.perf_counter() - started,
        )

    def send(self, function: str, event: Any) -> None:
        """Let Lambda take an event in: it tries the function, more than once if need be, and tells its destinations."""
        __tracebackhide__ = True
        with Delivery(f"function {function!r}", cloud=self._cloud):
            answer = self._client.invoke(
                FunctionName=self._names.functions[function].name,
                InvocationType="Event",
                Payload=json.dumps(event).encode(),
            )
            # It is empty, and holds the connection until it is read.
            answer["Payload"].read()


def returned(invocation: Invocation) -> Any:
    """Give what a function returned to who has called it.

    Raises:
        FunctionFailed: It ended in an error.
    """
    __tracebackhide__ = True
    if invocation.error is not None:
        raise failure(invocation, started_by=CALLED, path=()) from invocation.error.exception
    return invocation.payload


def _error(payload: Any) -> FunctionError:
    """Read Lambda's error payload: ``errorType``, ``errorMessage`` and ``stackTrace``, a list of text or text."""
    facts: Mapping[str, Any] = payload if isinstance(payload, dict) else {"errorMessage": str(payload)}
    trace = facts.get("stackTrace") or facts.get("trace") or ""
    return FunctionError(
        type=str(facts.get("errorType") or "Unhandled"),
        message=str(facts.get("errorMessage") or ""),
        trace=trace if isinstance(trace, str) else "".join(trace),
    )
