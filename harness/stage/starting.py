"""The verbs that start something by itself: a function, a schedule, a state machine."""

from __future__ import annotations

from typing import Any

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
        return self._mode.call(function, {} if event is None else event, asynchronous=asynchronous)

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
        self._mode.fire(schedule)

    def cold_start(self, function: str) -> None:
        """Drop what a function has in memory, so that its next invocation starts anew.

        Raises:
            UnknownResource: No function has this logical id.
        """
        self._mode.cold_start(self.system.function(function).name)
