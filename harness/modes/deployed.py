"""What the modes share that reach deployed functions."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.logs import last_lines, lines_of
from harness.cloud.names import Names
from harness.modes.calls import Deployed
from harness.modes.machines.execution import Execution, Mocks, StateResult
from harness.modes.machines.front_door import Machines
from harness.modes.protocol import FAILED_KEPT
from harness.runtime.invocation import Invocation
from harness.system.model import System

__all__ = ["InTheCloud", "drop_memory"]


class InTheCloud:
    """The part of a mode that is the same wherever its functions are deployed.

    Args:
        system: The system as its template declares it.
        cloud: The cloud of the stage.
        names: The names of the stage.
    """

    def __init__(self, system: System, *, cloud: Cloud, names: Names) -> None:
        self._system = system
        self._cloud = cloud
        self._names = names
        self._deployed = Deployed(cloud, names=names)
        self._machines = Machines(system=system, cloud=cloud, names=names)
        # What a test calls itself; what fails behind an event fails in the cloud, and only its log tells.
        self.failed: deque[Invocation] = deque(maxlen=FAILED_KEPT)
        self.started: set[str] = set()

    def start(
        self, machine: str, given: Any = None, *, within: float | None = None, mocks: Mocks | None = None
    ) -> Execution:
        """Run an execution of a deployed state machine and give what it came to."""
        __tracebackhide__ = True
        return self._machines.start(machine, given, within=within, mocks=mocks)

    def test_state(
        self, machine: str, state: str, given: Any = None, *, mock: Mapping[str, Any] | None = None
    ) -> StateResult:
        """Run one state of a state machine by itself and give what it came to."""
        __tracebackhide__ = True
        return self._machines.test_state(machine, state, given, mock=mock)

    def logs(self, functions: Iterable[str], *, since: float, limit: int = 10) -> Mapping[str, Sequence[str]]:
        """Give the last lines that CloudWatch Logs has of functions."""
        deployed = {name: self._names.functions[name].name for name in functions}
        return last_lines(self._cloud, functions=deployed, since=since, limit=limit)

    def lines(self, function: str, *, since: float) -> list[str]:
        """Give all lines that CloudWatch Logs has of a function."""
        return lines_of(self._cloud, function=self._names.functions[function].name, since=since)

    def unfinished(self) -> list[str]:
        """Give what the cloud has not done yet, as far as it tells.

        In the embedded cloud that is all. In AWS it is what queues hold; which functions run is told there by metrics
        only, once a minute (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics.html).
        """
        __tracebackhide__ = True
        if not self._cloud.embedded:
            return self._held()
        from harness.modes.under_way import under_way  # noqa: PLC0415 - few tests settle

        before = under_way(cloud=self._cloud, names=self._names)
        if before.sentences:
            return before.sentences
        # What began since may have sent what was looked for before that.
        found, after = self._held(), under_way(cloud=self._cloud, names=self._names)
        if found or after.sentences or after.begun == before.begun:
            return [*found, *after.sentences]
        return ["functions have begun to run while they were asked for"]

    def _held(self) -> list[str]:
        __tracebackhide__ = True
        from harness.modes.mapped import unfinished  # noqa: PLC0415 - few tests settle

        # In this order: what an execution has sent before it ended is seen.
        executions = self._machines.unfinished()
        return [*unfinished(self._system, cloud=self._cloud, names=self._names), *executions]

    @property
    def deliver(self) -> Callable[[], int] | None:
        """Nothing: the cloud goes on by itself."""
        return None

    @property
    def ran(self) -> bool:
        """Whether something of the test waits in this process: nothing does."""
        return False

    def over(self) -> None:
        """Forget nothing: the cloud goes on by itself."""

    def forget(self) -> None:
        """Forget which functions ran and which failed."""
        self.failed.clear()
        self.started.clear()

    def cold_start(self, function: str) -> None:
        """Make Lambda start the deployed function anew."""
        drop_memory(self._cloud, self._names.functions[function].name)


def drop_memory(cloud: Cloud, function: str) -> None:
    """Make Lambda start a deployed function anew at its next invocation.

    A change of a function's configuration retires its execution environments, so its description is changed, and
    changed back (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html). The embedded cloud
    retires them only when something else is set too, so the timeout is set to what it was.
    """
    functions = cloud.client("lambda")
    with translated(cloud):
        found = functions.get_function_configuration(FunctionName=function)
        functions.update_function_configuration(
            FunctionName=function, Timeout=found["Timeout"], Description=f"cold start {uuid.uuid4()}"
        )
        _wait(functions, function, cloud=cloud)
        functions.update_function_configuration(FunctionName=function, Description=found.get("Description", ""))
        _wait(functions, function, cloud=cloud)


def _wait(functions: Any, name: str, *, cloud: Cloud) -> None:
    pause = {"Delay": 0 if cloud.embedded else 1}
    functions.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=pause)
