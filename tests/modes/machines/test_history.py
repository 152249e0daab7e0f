"""Histories as AWS writes them, whose events the embedded cloud has only in part."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from harness.modes.machines.history import standing, visits

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def event(number: int, kind: str, before: int, **details: Any) -> dict[str, Any]:
    """Give one event, a second after the one before it."""
    return {
        "id": number,
        "previousEventId": before,
        "type": kind,
        "timestamp": NOON.replace(second=number),
        **details,
    }


def entered(number: int, before: int, name: str, kind: str = "Task") -> dict[str, Any]:
    """Give the event of a state that is entered."""
    return event(number, f"{kind}StateEntered", before, stateEnteredEventDetails={"name": name, "input": "1"})


def exited(number: int, before: int, name: str, kind: str = "Task") -> dict[str, Any]:
    """Give the event of a state that is left."""
    return event(number, f"{kind}StateExited", before, stateExitedEventDetails={"name": name, "output": "2"})


def failed(number: int, before: int, error: str = "Busy") -> dict[str, Any]:
    """Give the event of a function that failed."""
    return event(
        number, "LambdaFunctionFailed", before, lambdaFunctionFailedEventDetails={"error": error, "cause": "…"}
    )


def test_a_function_that_is_tried_again() -> None:
    """Attempts are counted, and an error that was overcome is none."""
    found = visits([
        event(1, "ExecutionStarted", 0),
        entered(2, 0, "A"),
        event(3, "LambdaFunctionScheduled", 2),
        failed(4, 3),
        event(5, "LambdaFunctionScheduled", 4),
        event(6, "LambdaFunctionSucceeded", 5),
        exited(7, 6, "A"),
    ])  # fmt: skip

    assert [(one.name, one.input, one.output, one.error, one.attempts) for one in found] == [("A", 1, 2, None, 2)]
    assert (found[0].entered, found[0].left) == (NOON.timestamp() + 2, NOON.timestamp() + 7)


def test_branches_that_run_beside_each_other() -> None:
    """An error is that of the branch in which it happened, and of the state that holds the branches."""
    found = visits([
        entered(1, 0, "P", "Parallel"),
        event(2, "ParallelStateStarted", 1),
        entered(3, 2, "A"),
        entered(4, 2, "B"),
        event(5, "ActivityScheduled", 3),
        event(6, "LambdaFunctionScheduled", 4),
        exited(7, 5, "A"),
        failed(8, 6),
        event(9, "ParallelStateFailed", 2, executionFailedEventDetails={"error": "Busy"}),
        exited(10, 9, "P", "Parallel"),
    ])  # fmt: skip

    assert [(one.name, one.error, one.left is None) for one in found] == [
        ("P", "Busy", False),
        ("A", None, False),
        ("B", "Busy", True),
    ]


def test_a_state_that_is_left_through_the_end_of_its_last_branch() -> None:
    """In AWS its exit follows an event of that branch."""
    found = visits([
        entered(1, 0, "P", "Parallel"),
        event(2, "ParallelStateStarted", 1),
        entered(3, 2, "A", "Pass"),
        exited(4, 3, "A", "Pass"),
        entered(5, 4, "B", "Pass"),
        exited(6, 5, "B", "Pass"),
        event(7, "ParallelStateSucceeded", 6),
        exited(8, 7, "P", "Parallel"),
    ])  # fmt: skip

    assert [(one.name, one.left is None) for one in found] == [("P", False), ("A", False), ("B", False)]


def test_an_iteration_that_failed_leaves_the_map_to_say_so() -> None:
    """A catcher of the Map state takes what the iteration did not."""
    found = visits([
        entered(1, 0, "M", "Map"),
        event(2, "MapIterationStarted", 1),
        entered(3, 2, "A"),
        failed(4, 3),
        event(5, "MapIterationFailed", 4),
        exited(6, 5, "M", "Map"),
    ])  # fmt: skip

    assert [(one.name, one.error, one.left is None) for one in found] == [("M", None, False), ("A", "Busy", True)]


def test_an_execution_that_fails_in_a_state_of_its_own() -> None:
    """The error is that of the Fail state, or of the function that failed before."""
    own = visits([
        entered(1, 0, "F", "Fail"),
        event(2, "ExecutionFailed", 1, executionFailedEventDetails={"error": "Sad", "cause": "rain"}),
    ])  # fmt: skip
    of_a_function = visits([
        entered(1, 0, "A"),
        failed(2, 1),
        event(3, "ExecutionFailed", 2, executionFailedEventDetails={"error": "Busy", "cause": "other words"}),
    ])  # fmt: skip

    assert [(one.error, one.cause) for one in (*own, *of_a_function)] == [("Sad", "rain"), ("Busy", "…")]


def test_an_execution_that_runs_stands_somewhere() -> None:
    """In what was entered and not left."""
    found = visits([entered(1, 0, "A"), exited(2, 1, "A"), entered(3, 2, "B")])

    assert [one.name for one in standing(found)] == ["B"]


def test_an_exit_without_its_entry_is_no_visit() -> None:
    """A history of which the beginning is missing."""
    assert visits([exited(7, 6, "A")]) == ()
