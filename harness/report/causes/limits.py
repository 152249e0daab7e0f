"""Limits: time, memory, and how much may be sent at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.report.causes.heard import Heard
from harness.report.causes.telling import is_about
from harness.report.causes.wording import plain
from harness.report.record import ActRecord, Cause, TestRecord
from harness.system.model import Function, System

__all__ = ["limits", "limits_of_doors"]

_TIMEOUT = re.compile(r"Task timed out after (?P<seconds>[\d.]+) seconds")
_MEMORY = re.compile(r"signal: killed|Runtime\.OutOfMemory|\bOutOfMemory\b")
# What Lambda and other services say of what is too large.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_TOO_LARGE = re.compile(
    r"exceeded maximum allowed payload size|Request must be smaller than|RequestEntityTooLarge|ResponseSizeTooLarge"
    r"|Message must be shorter than|Item size has exceeded|Total size of the entries in the request is over"
    r"|BatchRequestTooLong|RequestTooLarge"
)
_TOO_OFTEN = re.compile(
    r"TooManyRequestsException|ThrottlingException|Rate exceeded|ProvisionedThroughputExceeded", re.IGNORECASE
)
_TOO_LARGE_FOR_A_DOOR = 413
_TOO_LATE = 504


def limits(error: Heard, *, system: System) -> Cause | None:
    """Give the cause of an error that lies in what a function may take; None if it does not."""
    text = _said(error, system.functions.get(error.function))
    return Cause(area="limits", text=text) if text else None


def _said(error: Heard, declared: Function | None) -> str:
    told = f"{error.type}: {error.message}"
    if match := _TIMEOUT.search(error.message):
        return f"{error.function} was not done within its timeout of {_seconds(float(match['seconds']), declared)}"
    if error.type == "Sandbox.Timedout":
        return f"{error.function} was not done within its timeout"
    if _MEMORY.search(told) or error.type == "MemoryError":
        return f"{error.function} took more memory than {_megabytes(error.memory, declared)}, and was killed"
    if _TOO_LARGE.search(told):
        return f"{error.function or 'the test'} sends more than AWS takes at once: {plain(error.message)}"
    if _TOO_OFTEN.search(told):
        return f"{error.function or 'the test'} asks more often than AWS allows: {plain(error.message)}"
    return ""


def _seconds(passed: float, declared: Function | None) -> str:
    """Give how long a function had, and what the template says where that is something else."""
    if declared is None or abs(declared.timeout - passed) < 1:
        return f"{passed:g} s"
    return f"{passed:g} s, which the template says is {declared.timeout:g} s"


def _megabytes(had: int, declared: Function | None) -> str:
    """Give how much memory a function had, and what the template says where that is something else or all we know."""
    said = f" ({declared.memory} MB in the template)" if declared and declared.memory != had else ""
    return f"its {had} MB{said}" if had else f"it has{said}"


def limits_of_doors(record: TestRecord) -> Iterator[Cause]:
    """Give the requests that an API refused for their size, or did not wait for, where the failure is about them."""
    for act in (one for one in record.acts if is_about(record, one)):
        if act.status == _TOO_LARGE_FOR_A_DOOR:
            yield Cause(area="limits", text=f"{_asked(act)} was refused with 413: it is larger than the API takes")
        elif act.status == _TOO_LATE:
            yield Cause(area="limits", text=f"{_asked(act)} took longer than the API waits for its function (504)")


def _asked(act: ActRecord) -> str:
    return plain(act.route or act.what)
