"""What an execution of a state machine, or a test of one state, came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from harness._text import redacted, shortened

__all__ = ["Execution", "Mocks", "StateResult", "Status", "Visit"]

# A file and the name of a test case in it; or the responses by state, one for each attempt, the last for all further.
Mocks = tuple[str | Path, str] | Mapping[str, Sequence[Mapping[str, Any]]]

Status = Literal["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One visit of a state: from its being entered to its being left.

    Args:
        name: The name of the state.
        input: What it got, before paths and parameters.
        output: What it handed on; None also when it was not left.
        error: The name of the error that it ended with, also where a catcher has caught it; None when it succeeded.
        cause: What is said about the error; for a function JSON with ``errorMessage``, ``errorType``, ``stackTrace``.
        entered: When, in epoch seconds by the cloud's clock.
        left: When; None when the execution ended within it.
        attempts: How often its task was started: more than once after retries, 0 for what is no task.
    """

    name: str
    input: Any = None
    output: Any = None
    error: str | None = None
    cause: str | None = None
    entered: float = 0.0
    left: float | None = None
    attempts: int = 0


@dataclass(frozen=True, kw_only=True)
class Execution:
    """An execution of a state machine that has ended.

    Args:
        arn: Its ARN.
        status: How it ended.
        input: What it got.
        output: What it gave; None when it did not succeed.
        error: The name of the error that it failed with.
        cause: What is said about the error.
        states: What it went through, in the order in which the states were entered, those in branches and iterations
            included. An express workflow has no history, so there it is empty.
        note: Why `states` is empty where it is.
    """

    arn: str
    status: Status
    input: Any = None
    output: Any = None
    error: str | None = None
    cause: str | None = None
    states: tuple[Visit, ...] = ()
    note: str = ""

    def __repr__(self) -> str:
        """Give what a failure shows of it: pytest cuts what is longer than 240 characters in its middle.

        >>> failed = Visit(name="Ask", error="Busy")
        >>> Execution(arn="a", status="FAILED", error="Busy", cause="Come again.", states=(failed,))
        <Execution FAILED with Busy in Ask: Come again.; visited: Ask>
        """
        broken = [state.name for state in self.states if state.error]
        where = f" in {broken[-1]}" if self.error and broken else ""
        cause = f": {shortened(redacted(self.cause), limit=80)}" if self.cause else ""
        what = f" with {self.error}{where}{cause}" if self.error else ""
        visited = f"; visited: {', '.join(self.visited)}" if self.states else ""
        return f"<Execution {self.status}{what}{shortened(visited, limit=100)}>"

    @property
    def visited(self) -> tuple[str, ...]:
        """The names of the states, in the order in which they were entered; a state that came again comes again.

        >>> Execution(arn="a", status="SUCCEEDED", states=(Visit(name="Check"), Visit(name="Store"))).visited
        ('Check', 'Store')
        """
        return tuple(state.name for state in self.states)


@dataclass(frozen=True, kw_only=True)
class StateResult:
    """What one state came to when it was run by itself.

    Args:
        status: ``RETRIABLE`` where a retrier would try it again, ``CAUGHT_ERROR`` where a catcher takes it.
        output: What it hands on.
        error: The name of the error.
        cause: What is said about the error.
        next: The name of the state that would follow; None for none.
        inspected: What AWS tells about the way (``inspectionData``): ``afterInputPath``, ``afterParameters``,
            ``result`` and so on, each a value.
    """

    status: Literal["SUCCEEDED", "FAILED", "RETRIABLE", "CAUGHT_ERROR"]
    output: Any = None
    error: str | None = None
    cause: str | None = None
    next: str | None = None
    inspected: Mapping[str, Any] = field(default_factory=dict)
