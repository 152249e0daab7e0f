"""Executions: started, waited for, stopped when they last too long."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from harness._text import redacted, shortened
from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, message_of, translated
from harness.cloud.retrying import never_twice
from harness.errors import StageError
from harness.modes.machines.definitions import Deployed
from harness.modes.machines.execution import Execution
from harness.modes.machines.history import standing, visits

__all__ = ["Runner", "client_of"]

_SOONEST = 0.01
_LATEST = 1.0
# A function runs for 900 s at most. How long an execution may last is said elsewhere, where a debugger counts.
_LONGEST = 910.0
_NO_HISTORY = "an express workflow has no history"


def client_of(cloud: Cloud, *, read_timeout: float = 60.0) -> Any:
    """Give a client for the calls that last as long as what they run, and that are not to be made twice."""
    # In AWS these calls have a host of their own, which no embedded cloud has.
    more = {"inject_host_prefix": False} if cloud.embedded else {}
    return cloud.client("stepfunctions", read_timeout=read_timeout, **more)


class Runner:
    """Runs executions of state machines.

    Args:
        cloud: The cloud of the stage.
        meanwhile: What is done while an execution runs, in the thread of the test; it says how much it was.
        sleep: Waits for so many seconds.
        clock: Gives the time in seconds.
    """

    def __init__(
        self,
        *,
        cloud: Cloud,
        meanwhile: Callable[[], int],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cloud = cloud
        self._meanwhile = meanwhile
        self._sleep = sleep
        self._clock = clock

    @property
    def _client(self) -> Any:
        return self._cloud.client("stepfunctions")

    def run(self, machine: Deployed, *, given: str, name: str, within: float) -> Execution:
        """Start an execution and give what it came to.

        Args:
            machine: The machine.
            given: The input, as JSON.
            name: The name of the execution.
            within: For how many seconds it may run; what local functions take is not counted.

        Raises:
            StageError: It takes longer, or Step Functions does not start it.
        """
        __tracebackhide__ = True
        if machine.express:
            return self._run_express(machine, given=given, name=name, within=within)
        arn = _execution_arn(machine, name)  # Known beforehand: an interrupt may come before the answer does.
        try:
            with translated(self._cloud), _started(machine):
                self._client.start_execution(stateMachineArn=machine.arn, name=name, input=given)
            self._wait(machine, arn, within=within)
        except BaseException as error:
            self._stop_because_of(error, arn)
            raise
        return self._ended(arn)

    def _wait(self, machine: Deployed, arn: str, *, within: float) -> None:
        """Wait until an execution has ended.

        Raises:
            StageError: It takes longer.
        """
        __tracebackhide__ = True
        if not self._waited(lambda: self._described(arn)["status"] != "RUNNING", within=within):
            raise self._too_long(machine, arn, within=within)

    def _stop_because_of(self, error: BaseException, arn: str) -> None:
        try:
            self.stop(arn)
        except Exception as fault:  # noqa: BLE001 - what led here is raised, and this is told beside it
            error.add_note(f"The execution {arn} could not be stopped: {fault}")

    def _waited(self, is_over: Callable[[], bool], *, within: float) -> bool:
        """Wait until something is over, and say whether it is in time."""
        __tracebackhide__ = True
        deadline, delay = self._clock() + within, _SOONEST
        while True:
            began = self._clock()
            done = self._meanwhile()
            if done:  # A debugger may hold a local function for as long as it likes.
                deadline, delay = deadline + self._clock() - began, _SOONEST
            if is_over():
                return True
            if self._clock() > deadline:
                return False
            if not done:
                self._sleep(delay)
                delay = min(delay * 1.5, _LATEST)

    def _described(self, arn: str) -> Mapping[str, Any]:
        with translated(self._cloud):
            found: Mapping[str, Any] = self._client.describe_execution(executionArn=arn)
        return found

    def history(self, arn: str) -> Iterator[Mapping[str, Any]]:
        """Give the events of an execution, oldest first."""
        pages = self._client.get_paginator("get_execution_history")
        with translated(self._cloud):
            for page in pages.paginate(executionArn=arn, PaginationConfig={"PageSize": 1000}):
                yield from page["events"]

    def _ended(self, arn: str) -> Execution:
        found = self._described(arn)
        return Execution(arn=arn, states=visits(self.history(arn)), **_outcome(found))

    def _too_long(self, machine: Deployed, arn: str, *, within: float) -> StageError:
        stands = standing(visits(self.history(arn)))
        return StageError(
            f"The execution of {machine.name!r} has not ended within {within:g} s, and was stopped.",
            facts=[("it stood in", f"{visit.name}, with {_shown(visit.input)}") for visit in stands]
            or [("it stood", "before its first state")],
            remedy="give it more time: start(…, within=…)",
        )

    def stop(self, arn: str) -> None:
        """Stop an execution, so that nothing is left running; one that has ended is left alone."""
        with translated(self._cloud):
            try:
                self._client.stop_execution(executionArn=arn, error="harness.Stopped", cause="The test is over")
            except self._client.exceptions.ClientError as fault:
                # What AWS answers for an execution that has just ended.
                if code_of(fault) not in {"ValidationException", "ExecutionDoesNotExist"}:
                    raise

    def _run_express(self, machine: Deployed, *, given: str, name: str, within: float) -> Execution:
        """Run an express workflow, whose caller waits: another thread does, since this one may have tasks to do.

        https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html: there is no history,
        it lasts 5 minutes at most, and cannot be stopped.
        """
        __tracebackhide__ = True
        client = client_of(self._cloud, read_timeout=max(_LONGEST, within + 5))

        def start() -> Mapping[str, Any]:
            with never_twice(f"the execution of {machine.name!r} took place"):
                found: Mapping[str, Any] = client.start_sync_execution(
                    stateMachineArn=machine.arn, name=name, input=given
                )
            return found

        running = _in_background(start)
        if not self._waited(running.done, within=within):
            raise StageError(
                f"The execution of {machine.name!r} has not ended within {within:g} s.",
                facts=[("kind", "express: it has no history, and cannot be stopped")],
                remedy="give it more time: start(…, within=…)",
            )
        with translated(self._cloud), _started(machine):
            found = running.result()
        return Execution(arn=found["executionArn"], note=_NO_HISTORY, **_outcome(found))


def _execution_arn(machine: Deployed, name: str) -> str:
    return f"{machine.arn.replace(':stateMachine:', ':execution:', 1)}:{name}"


def _in_background(call: Callable[[], Mapping[str, Any]]) -> Future[Mapping[str, Any]]:
    """Make a call in a thread for which nobody waits when the process ends, as those of an executor are waited for."""
    made: Future[Mapping[str, Any]] = Future()

    def make() -> None:
        try:
            made.set_result(call())
        except BaseException as error:  # noqa: BLE001 - whoever asks for the result gets it
            made.set_exception(error)

    threading.Thread(target=make, name="express", daemon=True).start()
    return made


@contextmanager
def _started(machine: Deployed) -> Iterator[None]:
    """Say it when Step Functions does not start an execution."""
    try:
        yield
    except Exception as fault:
        # Nobody else uses the name: what exists has been started by a call whose answer was lost.
        if code_of(fault) == "ExecutionAlreadyExists":
            return
        if code_of(fault) not in {"InvalidExecutionInput", "ValidationException"}:
            raise
        sentence = f"Step Functions does not start {machine.name!r}."
        raise StageError(sentence, facts=[("reason", message_of(fault))]) from None


def _outcome(found: Mapping[str, Any]) -> dict[str, Any]:
    output = found.get("output") if found["status"] == "SUCCEEDED" else None
    return {
        "status": found["status"],
        "input": json.loads(found.get("input") or "null"),
        "output": None if output is None else json.loads(output),
        "error": found.get("error") or None,
        "cause": found.get("cause") or None,
    }


def _shown(value: Any) -> str:
    return shortened(redacted(json.dumps(value, ensure_ascii=False)))
