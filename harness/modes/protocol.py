"""What a mode is: the one seam between the verbs of a stage and the code behind them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from harness.modes.exchange import Request, Response
from harness.modes.machines.execution import Execution, Mocks, StateResult
from harness.modes.messages import Outgoing
from harness.runtime.invocation import Invocation

__all__ = ["FAILED_KEPT", "Mode"]

# The evidence for a failed test is what failed last; a loop of failures must not be kept whole.
FAILED_KEPT = 20


class Mode(Protocol):
    """How a stage reaches the code."""

    name: str
    # The invocations behind events that ended in an error, the latest ones of the test; a request keeps its own.
    failed: deque[Invocation]
    # The logical ids of the functions of which this process knows that they ran in this test.
    started: set[str]

    def request(self, request: Request) -> Response:
        """Send a request to an API's front door, or to the one that is played, and give what comes back."""
        ...

    def query(self, request: Request) -> Response:
        """Send a query to an API of AppSync, or to the one that is played, and give what comes back.

        Args:
            request: Its `api` is the logical id of the GraphQL API.
        """
        ...

    def put(self, batch: Sequence[Outgoing]) -> list[str]:
        """Put what a test sends where it belongs, or where that is played, and give the ids.

        Args:
            batch: Things of one kind for one place: one of them, or several that go out together.
        """
        ...

    def call(self, function: str, event: Any, *, asynchronous: bool = False) -> Any:
        """Call a function and give what it returned; None when nobody waits for that.

        Args:
            function: The logical id.
            event: What can be written as JSON.
            asynchronous: Whether Lambda takes the event in and tries the function, more than once if need be.
        """
        ...

    def fire(self, schedule: str) -> None:
        """Do what a schedule does when its time has come.

        Args:
            schedule: The logical id of a rule with a schedule, or of a schedule of EventBridge Scheduler.
        """
        ...

    def start(
        self, machine: str, given: Any = None, *, within: float | None = None, mocks: Mocks | None = None
    ) -> Execution:
        """Run an execution of a state machine and give what it came to (`Machines.start`)."""
        ...

    def test_state(
        self, machine: str, state: str, given: Any = None, *, mock: Mapping[str, Any] | None = None
    ) -> StateResult:
        """Run one state of a state machine by itself and give what it came to (`Machines.test_state`)."""
        ...

    @property
    def deliver(self) -> Callable[[], int] | None:
        """What hands to local functions that which has come, in the thread of the test; None where the cloud does it.

        It says how many functions it has started.
        """
        ...

    def logs(self, functions: Iterable[str], *, since: float, limit: int = 10) -> Mapping[str, Sequence[str]]:
        """Give the last log lines of functions since a moment, in epoch seconds; as good as it can, and quickly."""
        ...

    def lines(self, function: str, *, since: float) -> list[str]:
        """Give all lines that a function has logged since a moment, in epoch seconds."""
        ...

    def unfinished(self) -> list[str]:
        """Give what the test has set off and is not done, a sentence each: messages in queues, running executions."""
        ...

    @property
    def ran(self) -> bool:
        """Whether a function has run in this process since the last `over`."""
        ...

    def over(self) -> None:
        """Forget what a test has set off and did not wait for: it is over."""
        ...

    def forget(self) -> None:
        """Forget what was seen of a test, `failed` and `started` included: it is reported."""
        ...

    def cold_start(self, function: str) -> None:
        """Drop what a function has in memory, so that its next invocation starts anew."""
        ...

    def close(self) -> None:
        """Let go of what the mode holds; twice does no harm."""
        ...
