"""The errors of functions that a test's record tells of: those that came back, and those that stand in a log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from harness.report.record import ErrorRecord, TestRecord

__all__ = ["Heard", "heard"]

# "[ERROR] KeyError: 'id'" is how Lambda's runtime writes an error into the log, with the traceback below it.
# https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
_OF_RUNTIME = re.compile(r"^\[ERROR\] (?P<type>[\w.]+)(?:: (?P<message>.*))?$")
# The last line of a traceback: an exception by its name, with its message if it has one.
_EXCEPTION = re.compile(r"^(?P<type>[A-Za-z_][\w.]*)(?:: (?P<message>.*))?$")
_TIMEOUT = re.compile(r"Task timed out after [\d.]+ seconds")
# In the REPORT of an invocation, which Lambda writes at its end.
_MEMORY = re.compile(r"^REPORT .*\bMemory Size: (?P<size>\d+) MB")
_EXITED = re.compile(r"Runtime exited .+|Runtime\.OutOfMemory")
# "The handler 'a.b' of function 'F' cannot be used: Unable to import module 'a': …" (`harness.errors.HandlerNotFound`).
_UNUSABLE = re.compile(r"The handler '(?P<handler>[^']*)' of function '(?P<function>\w+)' cannot be used: (?P<why>.+)")


@dataclass(frozen=True, kw_only=True)
class Heard:
    """An error of a function.

    Args:
        function: The logical id; empty where the test itself ran into it.
        type: The name of the error, without its module unless that is ``Runtime`` or ``Sandbox``.
        message: What it says.
        trace: The frames, as far as they are known.
        memory: How much memory the function had, in MB, as its log reports; 0 where it does not.
        logged: Whether a log alone tells of it, so that the function may have got over it.
    """

    function: str
    type: str
    message: str
    trace: str = ""
    memory: int = 0
    logged: bool = False


def heard(record: TestRecord) -> list[Heard]:
    """Give the errors that a record tells of, each once: first what came back, then what stands in logs."""
    found = [_of_error(act.function, act.error) for act in record.acts if act.error is not None]
    found += [_of_error(failure.function, failure.error) for failure in record.failures]
    found += _unusable(record.failure)
    for function, lines in record.logs.items():
        found += (replace(one, logged=True) for one in _in_log(function, lines))
    # Errors of boto3 have many names and one beginning.
    if record.failure.startswith(f"{record.kind}: An error occurred ("):
        found.append(Heard(function="", type=record.kind, message=record.failure.partition(": ")[2]))
    known: dict[tuple[str, str, str], Heard] = {}
    for one in found:
        known.setdefault((one.function, one.type, _alike(one.message)), one)
    return [replace(one, memory=_memory(record, one.function)) for one in known.values()]


def _memory(record: TestRecord, function: str) -> int:
    lines = [
        *record.logs.get(function, ()),
        *(line for act in record.acts if act.function == function for line in act.log),
    ]
    found = [match["size"] for line in lines if (match := _MEMORY.search(line))]
    return int(found[-1]) if found else 0


def _alike(message: str) -> str:
    return re.sub(r"^RequestId: \S+ (?:Error: )?", "", message).strip()


def _of_error(function: str, error: ErrorRecord) -> Heard:
    return Heard(function=function, type=_short(error.type), message=error.message, trace=error.trace)


def _short(type_: str) -> str:
    """Give the name of an error without its module; Lambda's own errors have a name of two parts."""
    return type_ if type_.startswith(("Runtime.", "Sandbox.", "Function.")) else type_.rpartition(".")[2]


def _unusable(failure: str) -> Iterator[Heard]:
    for match in _UNUSABLE.finditer(failure):
        why = match["why"].rstrip(".")
        type_ = "Runtime.HandlerNotFound"
        if why.startswith("Unable to import"):
            type_ = "Runtime.ImportModuleError"
        elif why.startswith("Syntax error"):
            type_ = "Runtime.UserCodeSyntaxError"
        yield Heard(function=match["function"], type=type_, message=why)


def _in_log(function: str, lines: Iterable[str]) -> Iterator[Heard]:
    """Read a log: what the runtime says of an error, tracebacks of which the start may be missing, and JSON."""
    frames: list[str] = []
    said: re.Match[str] | None = None
    for line in lines:
        if line.startswith((" ", "\t", "Traceback ")):
            frames.append(line)
            continue
        if said is None and frames and (match := _EXCEPTION.match(line)):
            yield _of_line(function, match, frames)
        elif said is not None:
            yield _of_line(function, said, frames)
        frames, said = [], _OF_RUNTIME.match(line)
        if said is None:
            yield from _otherwise(function, line)
    if said is not None:
        yield _of_line(function, said, frames)


def _of_line(function: str, match: re.Match[str], frames: list[str]) -> Heard:
    trace = "\n".join(frames)
    return Heard(function=function, type=_short(match["type"]), message=match["message"] or "", trace=trace)


def _otherwise(function: str, line: str) -> Iterator[Heard]:
    if match := _TIMEOUT.search(line):
        yield Heard(function=function, type="Sandbox.Timedout", message=match[0])
    elif match := _EXITED.search(line):
        yield Heard(function=function, type="Runtime.ExitError", message=match[0])
    elif line.startswith("{"):
        yield from _of_json(function, line)


def _of_json(function: str, line: str) -> Iterator[Heard]:
    """Read what a function logs as JSON: Lambda's own format, or that of Powertools.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html
    """
    try:
        said: dict[str, Any] = json.loads(line)
    except ValueError:  # It was shortened, or is something else.
        return
    if "errorType" in said:
        trace = "".join(map(str, said.get("stackTrace") or []))
        type_ = _short(str(said["errorType"]))
        yield Heard(function=function, type=type_, message=str(said.get("errorMessage", "")), trace=trace)
    elif isinstance(said.get("exception"), str) and said.get("exception_name"):
        *frames, last = said["exception"].rstrip().splitlines() or [""]
        message = last.partition(": ")[2]
        yield Heard(function=function, type=str(said["exception_name"]), message=message, trace="\n".join(frames))
