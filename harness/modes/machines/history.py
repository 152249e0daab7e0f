"""The history of an execution, read as visits of states.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html: an event names the one before it
on its own way, so that the events of branches and iterations, which lie between each other, can be told apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.modes.machines.execution import Visit

__all__ = ["standing", "visits"]

_ENTERED = "stateEnteredEventDetails"
_EXITED = "stateExitedEventDetails"


@dataclass
class _Found:
    """A visit while the history is read."""

    entered: Mapping[str, Any]
    exited: Mapping[str, Any] | None = None
    error: str | None = None
    cause: str | None = None
    attempts: int = 0

    @property
    def name(self) -> str:
        name: str = self.entered[_ENTERED]["name"]
        return name

    def visit(self) -> Visit:
        return Visit(
            name=self.name,
            input=_value(self.entered[_ENTERED].get("input")),
            output=_value(self.exited[_EXITED].get("output")) if self.exited else None,
            error=self.error,
            cause=self.cause,
            entered=self.entered["timestamp"].timestamp(),
            left=self.exited["timestamp"].timestamp() if self.exited else None,
            attempts=self.attempts,
        )


def visits(events: Iterable[Mapping[str, Any]]) -> tuple[Visit, ...]:
    """Give the visits of states in the order in which they were entered.

    Args:
        events: The events as GetExecutionHistory gives them, oldest first.
    """
    history = _History()
    for event in events:
        history.take(event)
    return tuple(found.visit() for found in history.entered.values())


def standing(found: Iterable[Visit]) -> list[Visit]:
    """Give the visits that have not ended: where an execution stands."""
    return [visit for visit in found if visit.left is None]


class _History:
    def __init__(self) -> None:
        self._events: dict[int, Mapping[str, Any]] = {}
        self._visit_of: dict[int, _Found] = {}  # By the id of the event with which it was left.
        self.entered: dict[int, _Found] = {}

    def take(self, event: Mapping[str, Any]) -> None:
        """Take the next event."""
        self._events[event["id"]] = event
        kind = event["type"]
        if _ENTERED in event:
            self.entered[event["id"]] = _Found(event)
        elif _EXITED in event:
            self._leave(event)
        else:
            self._within(event, kind)

    def _leave(self, event: Mapping[str, Any]) -> None:
        found = self._around(event, name=event[_EXITED]["name"])
        if found is not None:
            found.exited = event
            self._visit_of[event["id"]] = found

    def _within(self, event: Mapping[str, Any], kind: str) -> None:
        found = self._around(event)
        if found is None:
            return
        details: Mapping[str, Any] = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
        if kind.endswith(("TaskScheduled", "FunctionScheduled", "ActivityScheduled")):
            found.attempts += 1
        if kind.endswith("Succeeded"):
            found.error = found.cause = None
        elif kind.endswith(("Failed", "TimedOut")) and "Iteration" not in kind:
            found.error = found.error or details.get("error") if kind.startswith("Execution") else details.get("error")
            found.cause = found.cause or details.get("cause") if kind.startswith("Execution") else details.get("cause")

    def _around(self, event: Mapping[str, Any], *, name: str | None = None) -> _Found | None:
        """Give the visit in which an event happened: the nearest on its way that was not left, or that has a name."""
        before = event.get("previousEventId", 0)
        while before in self._events:
            if before in self.entered and name in {None, self.entered[before].name}:
                return self.entered[before]
            if before in self._visit_of:  # What was left already is passed as a whole.
                before = self._visit_of[before].entered["id"]
            before = self._events[before].get("previousEventId", 0)
        return None


def _value(text: str | None) -> Any:
    return None if text is None else json.loads(text)
