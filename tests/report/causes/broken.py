"""Records of tests that failed."""

from __future__ import annotations

from typing import Any

from harness.report.record import ActRecord, EntryRecord, ErrorRecord, FailureRecord, TestRecord

__all__ = ["asked", "broken", "came", "failed", "failing"]


def broken(*, mode: str = "handler", **known: Any) -> TestRecord:
    """A test of Big Mouth that failed in a mode."""
    return TestRecord(test="test_order.py::test_order", system="bigmouth", mode=mode, outcome="failed", **known)


def asked(what: str, status: int, *, route: str | None = None, **known: Any) -> ActRecord:
    """A request to the API, which took the route that is written like it."""
    route = what if route is None else route
    return ActRecord(verb="request", what=what, at=0, seconds=0, api="Api", route=route, status=status, **known)


def failing(function: str, type: str, message: str, *, trace: str = "") -> ActRecord:  # noqa: A002 - Lambda's word
    """A request behind which a function failed."""
    error = ErrorRecord(type=type, message=message, trace=trace)
    return asked("POST /orders", 502, function=function, error=error, token=True)


def failed(function: str, type: str, message: str, *, trace: str = "") -> FailureRecord:  # noqa: A002
    """A function that failed and was started by an event."""
    return FailureRecord(function=function, error=ErrorRecord(type=type, message=message, trace=trace))


def came(detail_type: str, text: str = "{}", *, bus: str = "EventBus") -> EntryRecord:
    """An event that the journal saw."""
    return EntryRecord(kind="bus", source=bus, name=detail_type, text=text, at=0)
