"""The history of an execution: which event followed which."""

from __future__ import annotations

import threading
from contextvars import ContextVar
from typing import Any

from harness.cloud.mending.machines.engine import Engine

__all__ = ["link_events"]

# The execution, and its event that came last on this way: branches and iterations have contexts of their own.
_LAST: ContextVar[tuple[str, int]] = ContextVar("last_event", default=("", 0))


def link_events(engine: Engine) -> None:
    """Give each event of a history the id of the one before it on its own way, and no two events the same id.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html has ``previousEventId``;
    ``_add_event`` leaves it out, and counts the events without a lock although branches run beside each other.
    """
    add, writing = engine.add_event, threading.Lock()

    def add_event(execution: dict[str, Any], kind: str, details: dict[str, Any] | None = None) -> dict[str, Any]:
        arn = execution["executionArn"]
        of_execution, last = _LAST.get()
        with writing:
            # The first event of all is written elsewhere.
            before = last if of_execution == arn else min(1, len(execution["events"]))
            event: dict[str, Any] = add(execution, kind, {**(details or {}), "previousEventId": before})
        _LAST.set((arn, event["id"]))
        return event

    engine.replace("add_event", add_event)
