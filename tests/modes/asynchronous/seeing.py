"""What the functions of the system say of themselves, read from the topic to which all of them publish."""

from __future__ import annotations

from collections import Counter
from typing import Any

from harness.stage import Stage

__all__ = ["ran", "said", "says"]

# The embedded cloud starts a function anew after each failure, which takes its time on a busy machine.
_LONG = 30.0


def said(stage: Stage, function: str) -> dict[str, Any]:
    """Give what a function said of its first invocation in this test."""
    body: dict[str, Any] = stage.journal.expect("Seen", body={"function": function}, within=_LONG).body
    return body


def says(stage: Stage, function: str) -> list[dict[str, Any]]:
    """Give all that a function has said in this test by now."""
    return [entry.body for entry in stage.journal.entries("Seen") if entry.body["function"] == function]


def ran(stage: Stage, *functions: str) -> list[str]:
    """Wait until these have run, each as often as it is named, and give all that have, each as often as it did."""
    for function, times in Counter(functions).items():
        stage.journal.expect("Seen", body={"function": function}, times=times, within=_LONG)
    # Closed by a sentinel and a grace, so that one which must not run has had time to.
    stage.journal.expect_none("Seen", body={"function": "nobody"})
    return sorted(entry.body["function"] for entry in stage.journal.entries("Seen"))
