"""What the functions of the system say of themselves, read from the topic to which all of them publish."""

from __future__ import annotations

from typing import Any

from harness.stage import Stage

__all__ = ["ran", "said"]


def said(stage: Stage, function: str) -> dict[str, Any]:
    """Give what a function said of its first invocation in this test."""
    body: dict[str, Any] = stage.journal.expect("Seen", body={"function": function}).body
    return body


def ran(stage: Stage, *functions: str) -> list[str]:
    """Wait until these have run, and give all that have, each as often as it did."""
    for function in functions:
        said(stage, function)
    # Closed by a sentinel and a grace, so that one which must not run has had time to.
    stage.journal.expect_none("Seen", body={"function": "nobody"})
    return sorted(entry.body["function"] for entry in stage.journal.entries("Seen"))
