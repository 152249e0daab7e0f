"""The worker of a muted stage: it does in this process what the tasks of state machines want of Lambda."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, translated
from harness.cloud.machines import DOES_NOT_WAIT
from harness.cloud.names import Names
from harness.modes.links import Invoke
from harness.modes.machines.answers import failure, success
from harness.modes.machines.execution import StateResult
from harness.modes.machines.single import Single
from harness.runtime.deadline import debugged
from harness.system.muted_machines import ABOUT, TOKEN, activity_arn

__all__ = ["Worker"]

# States.ALL does not take this error, so that the execution ends, and does nothing else in the next test.
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
_OVER = ("States.Runtime", "The test that caused the execution is over")


class Worker:
    """Runs local functions for the tasks that a muted stage has turned into those of an activity.

    Args:
        cloud: The cloud of the stage.
        names: What its functions are called there.
        invoke: Runs a local function.
        clock: Gives the time in epoch seconds, by the clock that the cloud goes by.
    """

    def __init__(self, *, cloud: Cloud, names: Names, invoke: Invoke, clock: Callable[[], float] = time.time) -> None:
        self._cloud = cloud
        self._names = names
        self._invoke = invoke
        self._clock = clock
        self._since = _milliseconds(clock())
        self._working = threading.Lock()

    @cached_property
    def _activity(self) -> str:
        """The activity of the stage, made when it is first asked for; making it again does no harm."""
        names, client = self._names, self._cloud.client("stepfunctions")
        arn = activity_arn(names.stack, account=names.account, region=names.region, partition=self._cloud.partition)
        # An earlier run on this stage may have made it.
        with translated(self._cloud), suppress(client.exceptions.ActivityAlreadyExists):
            client.create_activity(name=arn.rpartition(":")[2])
        return arn

    def open(self) -> None:
        """Make the activity, so that executions find it whoever starts them."""
        _ = self._activity

    def serve(self) -> int:
        """Do all tasks that wait by now, in the caller's thread, and say how many they were.

        A task of an execution that began before the last `over` fails instead, and does not count.
        """
        __tracebackhide__ = True
        # A handler that itself waits does not serve from within, nor does another thread.
        if not self._working.acquire(blocking=False):
            return 0
        done = 0
        try:
            while (answer := self._next()) is not None:
                token, task = answer["taskToken"], json.loads(answer["input"])
                if self._is_of_earlier(task[ABOUT]):
                    self._tell(token, error=_OVER)
                else:
                    done += 1
                    self._do(token, task)
        finally:
            self._working.release()
        return done

    def over(self) -> None:
        """Do nothing any more for executions that have begun by now: the test that caused them is over."""
        self._since = _milliseconds(self._clock())

    def _is_of_earlier(self, about: Mapping[str, Any]) -> bool:
        # A stage may have been deployed when tasks did not tell it yet.
        began = about.get("began")
        return began is not None and _milliseconds(datetime.fromisoformat(began).timestamp()) < self._since

    def test(self, single: Single, given: str) -> StateResult:
        """Give what a state comes to whose function is run here.

        A first test, with a mock, tells what the function would get; a second one takes what the function gave.
        """
        __tracebackhide__ = True
        about = single.muted_task or {}
        first = single.run(given, mock={"Return": {}})
        request = first.inspected.get("afterParameters", first.inspected.get("afterArguments"))
        if request is None or about["how"] == "token":
            return first
        output, error = self._done(about, request)
        if error:
            return single.run(given, mock={"Throw": {"Error": error[0], "Cause": error[1]}})
        return single.run(given, mock={"Return": output})

    def _next(self) -> Mapping[str, str] | None:
        with translated(self._cloud):
            answer = self._cloud.client("stepfunctions").get_activity_task(
                activityArn=self._activity, workerName=DOES_NOT_WAIT
            )
        return answer if answer.get("taskToken") else None

    def _do(self, token: str, task: Mapping[str, Any]) -> None:
        __tracebackhide__ = True
        about = task[ABOUT]
        output, error = self._done(about, _with_token(task["request"], token))
        if error or about["how"] != "token":  # Otherwise whoever has got the token answers.
            self._tell(token, output=output, error=error)

    def _done(self, about: Mapping[str, Any], request: Any) -> tuple[Any, tuple[str, str] | None]:
        """Run the function of a task, and give the result, or the error and its cause."""
        __tracebackhide__ = True
        how = about["how"]
        asked = about["function"] if how == "function" else request["FunctionName"]
        function = self._logical_id(asked)
        if function is None:
            return None, ("Lambda.ResourceNotFoundException", f"Function not found: {asked}")
        invocation = self._invoke(function, request if how == "function" else request.get("Payload", {}))
        if _is_late(about.get("timeout"), invocation.seconds):
            return None, ("States.Timeout", "")
        if invocation.error:
            return None, failure(invocation.error, request_id=invocation.request_id)
        return success(invocation, how=how), None

    def _logical_id(self, function: str) -> str | None:
        """Give the logical id of a function by its name or ARN, with or without a version or alias."""
        name = function.rpartition("function:")[2].partition(":")[0]
        return next((one for one, deployed in self._names.functions.items() if deployed.name == name), None)

    def _tell(self, token: str, *, output: Any = None, error: tuple[str, str] | None = None) -> None:
        """Tell how a task ended; nobody wants to know it any more when its execution was stopped meanwhile."""
        client = self._cloud.client("stepfunctions")
        with translated(self._cloud):
            try:
                if error:
                    # The limits of https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html
                    client.send_task_failure(taskToken=token, error=error[0][:256], cause=error[1][:32768])
                else:
                    client.send_task_success(taskToken=token, output=json.dumps(output))
            except client.exceptions.ClientError as fault:
                if code_of(fault) not in {"TaskDoesNotExist", "TaskTimedOut"}:
                    raise


def _with_token(request: Any, token: str) -> Any:
    if isinstance(request, Mapping):
        return {key: _with_token(value, token) for key, value in request.items()}
    if isinstance(request, list):
        return [_with_token(item, token) for item in request]
    return token if request == TOKEN else request


def _milliseconds(seconds: float) -> int:
    """Give a time as executions tell theirs: in whole milliseconds, cut off. So what begins now is not before now."""
    return int(round(seconds * 1e6) // 1000)


def _is_late(timeout: Any, seconds: float) -> bool:
    """Say whether a function took longer than its state allows; a debugger lifts that, as it lifts the deadline."""
    return isinstance(timeout, int | float) and seconds > timeout and not debugged(None)
