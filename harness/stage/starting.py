"""The verbs that start something by itself: a function, a schedule, a state machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.modes.machines.execution import Execution, Mocks, StateResult
from harness.stage.place import Place

__all__ = ["Starting"]


class Starting(Place):
    """A stage whose functions, schedules and state machines are started."""

    def call(self, function: str, event: Any = None, *, asynchronous: bool = False) -> Any:
        """Call a function itself with any event, and give what it returns.

        Args:
            function: The logical id of the function.
            event: What it gets, anything that can be written as JSON; an empty object when not given.
            asynchronous: Whether the caller does not wait: nothing comes back, and Lambda tries again what fails.

        Raises:
            UnknownResource: No function has this logical id.
            FunctionFailed: It ended in an error, and a caller that waits is told so.
        """
        __tracebackhide__ = True
        self.system.function(function)
        event = {} if event is None else event
        with self._act("call", function, sent=event) as act:
            act.came = self._mode.call(function, event, asynchronous=asynchronous)
        return act.came

    def fire(self, schedule: str) -> None:
        """Do now what a schedule does when its time has come, with the input that it declares.

        Args:
            schedule: The logical id of a schedule, or of a rule that has one.

        Raises:
            UnknownResource: No schedule has this logical id.
            StageError: It is disabled.
            FunctionFailed: In the modes `handler` and `invoke`: a function that it starts ended in an error.
        """
        __tracebackhide__ = True
        with self._act("fire", schedule):
            self._mode.fire(schedule)

    def start(
        self,
        machine: str,
        input: Any = None,  # noqa: A002 - the word of Step Functions
        *,
        within: float | None = None,
        mocks: Mocks | None = None,
    ) -> Execution:
        """Start an execution of a state machine, wait until it has ended, and give what it came to.

        ::

            execution = stage.start("Workflow", {"file": "cat.jpg"})
            assert execution.visited == ("Check", "Extract", "Store")

        An execution that fails is no error here: the test looks at `status`, `error` and `states`.

        Args:
            machine: The logical id of the state machine.
            input: What it gets, anything that can be written as JSON; an empty object when not given.
            within: For how many seconds it may run; 30 in the embedded cloud and 300 in AWS when not given.
            mocks: What tasks come to instead of being run: a file in the format of Step Functions Local with the name
                of a test case, or lists of ``{"Return": …}`` and ``{"Throw": {"Error": …}}`` by state, one for each
                attempt, the last one for all further ones. In the embedded cloud only.

        Raises:
            UnknownResource: No state machine has this logical id.
            MisusedStep: The input is no JSON, the mocks are malformed, or the stage is in AWS, which knows no mocks.
            NotOffered: In mode `handler`: a state reaches a deployed function.
            StageError: It has not ended in time, and was stopped.
        """
        __tracebackhide__ = True
        with self._act("start", machine, sent=input) as act:
            execution = self._mode.start(machine, input, within=within, mocks=mocks)
            act.came = f"{execution.status}; visited: {', '.join(execution.visited)}"
        return execution

    def test_state(
        self,
        machine: str,
        state: str,
        input: Any = None,  # noqa: A002 - the word of Step Functions
        *,
        mock: Mapping[str, Any] | None = None,
    ) -> StateResult:
        """Run one state of a state machine by itself, under the role of the machine, and give what it came to.

        Args:
            machine: The logical id of the state machine.
            state: The name of the state.
            input: What it gets, anything that can be written as JSON; an empty object when not given.
            mock: What its task comes to instead of being run: ``{"Return": …}`` or ``{"Throw": {"Error": …}}``.

        Raises:
            UnknownResource: No state machine has this logical id.
            MisusedStep: It has no such state, the mock is malformed, or Step Functions does not test such a state.
            NotOffered: In mode `handler`: the state reaches a deployed function.
        """
        __tracebackhide__ = True
        with self._act("test_state", f"{machine} {state}", sent=input):
            return self._mode.test_state(machine, state, input, mock=mock)

    def cold_start(self, function: str) -> None:
        """Drop what a function has in memory, so that its next invocation starts anew.

        Raises:
            UnknownResource: No function has this logical id.
        """
        __tracebackhide__ = True
        name = self.system.function(function).name
        self._writes("cold_start", name)
        self._mode.cold_start(name)
