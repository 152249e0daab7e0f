"""The state machines of a stage as a front door."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.machines import write_mocks
from harness.cloud.names import Names
from harness.errors import MisusedStep
from harness.modes.links import Invoke
from harness.modes.machines.definitions import Deployed, deployed, insist_on_offered, machines_of
from harness.modes.machines.execution import Execution, Mocks, StateResult
from harness.system.model import System

__all__ = ["Machines"]

# For how many seconds an execution may run. Only in the embedded cloud do waits cost no time.
_WITHIN_EMBEDDED = 30.0
_WITHIN_AWS = 300.0


class Machines:
    """The state machines of a stage.

    Args:
        system: The system as its template declares it.
        cloud: The cloud of the stage.
        names: What its things are called there.
        invoke: Runs a local function, in mode `handler`; None where the deployed functions run.
        muted: Whether the stage is muted.
        meanwhile: What is done while a test waits for an execution; it says how much it was.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of a stage
        self,
        *,
        system: System,
        cloud: Cloud,
        names: Names,
        invoke: Invoke | None = None,
        muted: bool = False,
        meanwhile: Callable[[], int] | None = None,
    ) -> None:
        self._system = system
        self._cloud = cloud
        self._names = names
        self._invoke = invoke
        self._muted = muted
        self._deployed: dict[str, Deployed] = {}
        self._meanwhile = meanwhile or self.serve
        self._worker: Any = None
        if invoke and muted and self._arns:
            from harness.modes.machines.worker import Worker  # noqa: PLC0415 - most systems have no state machine

            self._worker = Worker(cloud=cloud, names=names, invoke=invoke)
            self._worker.open()

    @cached_property
    def _runner(self) -> Any:
        from harness.modes.machines.running import Runner  # noqa: PLC0415 - most systems have no state machine

        return Runner(cloud=self._cloud, meanwhile=self._meanwhile)

    @cached_property
    def _arns(self) -> dict[str, str]:
        return machines_of(self._system, self._names)

    def _machine(self, name: str) -> Deployed:
        __tracebackhide__ = True
        if name not in self._deployed:
            self._deployed[name] = deployed(name, system=self._system, cloud=self._cloud, names=self._names)
        return self._deployed[name]

    def start(
        self, machine: str, given: Any = None, *, within: float | None = None, mocks: Mocks | None = None
    ) -> Execution:
        """Start an execution of a state machine, wait until it has ended, and give what it came to.

        Args:
            machine: The logical id.
            given: The input, anything that can be written as JSON; an empty object when None.
            within: For how many seconds it may run; 30 in the embedded cloud and 300 in AWS when not given.
            mocks: What tasks come to instead of being run: a file in the format of Step Functions Local and the name
                of a test case, or lists of responses by state. In the embedded cloud only.

        Raises:
            UnknownResource: No state machine has this logical id.
            MisusedStep: The input is no JSON, the mocks are malformed, or the stage is in AWS, which knows no mocks.
            NotOffered: In mode `handler`: a state reaches a deployed function.
            StageError: It has not ended in time, and was stopped.
        """
        __tracebackhide__ = True
        found = self._machine(machine)
        text = _as_json(given)
        if self._invoke:
            insist_on_offered(found, muted=self._muted)
        name = f"test-{new_uuid()}"
        if mocks is not None:
            from harness.modes.machines.mocks import responses_of  # noqa: PLC0415 - most tests mock nothing

            self._insist_on_mocks()
            write_mocks(responses_of(mocks, machine=found), cloud=self._cloud, execution=name)
        bound = within if within is not None else _WITHIN_EMBEDDED if self._cloud.embedded else _WITHIN_AWS
        ended: Execution = self._runner.run(found, given=text, name=name, within=bound)
        return ended

    def _insist_on_mocks(self) -> None:
        __tracebackhide__ = True
        if not self._cloud.embedded:
            raise MisusedStep(
                "Tasks cannot be mocked in AWS.",
                remedy="test this in the embedded cloud, or one state alone: stage.test_state(…, mock=…)",
            )

    def test_state(
        self, machine: str, state: str, given: Any = None, *, mock: Mapping[str, Any] | None = None
    ) -> StateResult:
        """Run one state by itself, under the role of its machine, and give what it came to.

        Args:
            machine: The logical id of the state machine.
            state: The name of the state.
            given: Its input, anything that can be written as JSON; an empty object when None.
            mock: What its task comes to instead of being run: ``{"Return": …}``, or
                ``{"Throw": {"Error": …, "Cause": …}}``.

        Raises:
            UnknownResource: No state machine has this logical id.
            MisusedStep: It has no such state, the mock is malformed, or Step Functions does not test such a state.
            NotOffered: In mode `handler`: the state reaches a deployed function.
        """
        __tracebackhide__ = True
        from harness.modes.machines.mocks import the_response  # noqa: PLC0415 - most systems have no state machine
        from harness.modes.machines.single import Single  # noqa: PLC0415

        found, text = self._machine(machine), _as_json(given)
        single = Single(found, state, cloud=self._cloud)
        if mock is not None:
            return single.run(text, mock=the_response(mock, of=state))
        if self._invoke:
            insist_on_offered(found, muted=self._muted)
        if self._worker is None or single.muted_task is None:
            return single.run(text)
        tested: StateResult = self._worker.test(single, text)
        return tested

    def serve(self) -> int:
        """Do in this process what state machines want of local functions by now, and say how much it was."""
        __tracebackhide__ = True
        done: int = self._worker.serve() if self._worker else 0
        return done

    def unfinished(self) -> list[str]:
        """Give the executions that run, a sentence each. In AWS they may be anybody's, so there it is none."""
        if not self._cloud.embedded:
            return []
        running = [(name, arn) for name in self._arns for arn in self._running(name)]
        return [f"{name}: the execution {arn.rpartition(':')[2]} runs" for name, arn in running]

    def _running(self, machine: str) -> list[str]:
        """Give the executions of a machine that run. Those of an express workflow are not told."""
        if self._machine(machine).express:
            return []
        client = self._cloud.client("stepfunctions")
        with translated(self._cloud):
            found = client.list_executions(stateMachineArn=self._arns[machine], statusFilter="RUNNING")
        return [execution["executionArn"] for execution in found["executions"]]

    def over(self) -> None:
        """Stop what still runs on a muted stage: the test that caused it is over.

        What cannot be stopped gets nothing done any more. An error stands in the way of nothing else; the first one
        is raised in the end.
        """
        if not self._worker:
            return
        errors: list[Exception] = []
        for machine in self._arns:
            with _kept(errors):
                for arn in self._running(machine):
                    with _kept(errors):
                        self._runner.stop(arn)
        self._worker.over()
        if errors:
            raise errors[0]


@contextmanager
def _kept(errors: list[Exception]) -> Iterator[None]:
    """Keep an error, and go on."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - it is raised in the end
        errors.append(error)


def _as_json(given: Any) -> str:
    __tracebackhide__ = True
    try:
        return json.dumps({} if given is None else given, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise MisusedStep("The input cannot be written as JSON.", facts=[("reason", error)]) from None
