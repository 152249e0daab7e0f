"""What the functions of the system say that they have got."""

from __future__ import annotations

from typing import Any

from harness.stage import Stage

__all__ = ["IsIn", "batches", "said"]


def said(stage: Stage, function: str, **more: Any) -> dict[str, Any]:
    """Give what a function said of a batch, the first in this test that is so."""
    body: dict[str, Any] = stage.journal.expect("Seen", within=40, body={"function": function, **more}).body
    return body


def batches(stage: Stage, function: str) -> list[list[str]]:
    """Give the batches that a function has had by now, in their order."""
    stage.settle()
    return [entry.body["records"] for entry in stage.journal.entries("Seen", body={"function": function})]


class IsIn:
    """Equal to each list that has something in it."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list) and self._wanted in other

    def __hash__(self) -> int:
        return hash(self._wanted)

    def __repr__(self) -> str:
        return f"IsIn({self._wanted!r})"
