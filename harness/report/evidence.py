"""What lies under a failure, as text for pytest's report sections: steps, requests, traces, denials, logs, journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from harness._text import shortened
from harness.report.record import (
    ActRecord,
    Cause,
    Denial,
    EntryRecord,
    ErrorRecord,
    StepRecord,
    TestRecord,
)

__all__ = ["sections"]

_LOG_LINES = 20
_WIDTH = 200
_ENTRIES = 30
_STEPS = 60
# Verbs that bring nothing back: what is told of them is how they got there.
_SENDING = frozenset({"notify", "publish", "put_record", "send"})
_ONCE = "A fixture of both failed there, and pytest does not try it again; what follows was seen then."


def sections(record: TestRecord) -> Iterator[tuple[str, str]]:
    """Give what goes below a failure, each part with its title; what there is nothing of is left out.

    What the test failed with is not told again: pytest shows it, a function's trace in it included.
    """
    system = record.system
    parts = {
        f"as in {record.as_in}": [_ONCE] if record.as_in else [],
        "why it may have failed": map(_cause, record.causes),
        "not allowed": map(_denial, record.denials),
        "steps": _steps(record.steps),
        f"requests to {system}": (line for act in record.acts for line in _act(act)),
        f"functions of {system} that failed": _failures(record),
        f"logs of {system}": _logs(record),
        f"journal of {system}": _entries(record.entries),
    }
    for title, lines in parts.items():
        if text := "\n".join(lines):
            yield f"{record.mode}: {title}", text


def _cause(cause: Cause) -> str:
    return f"{cause.area}: {cause.text}"


def _denial(denial: Denial) -> str:
    who = f"{denial.function} (role {denial.role})" if denial.function else denial.role or "the tester"
    return f"{who} may not {denial.action}{f' on {denial.resource}' if denial.resource else ''}"


def _steps(steps: Sequence[StepRecord]) -> Iterator[str]:
    if len(steps) > _STEPS:
        yield f"({len(steps) - _STEPS} earlier steps)"
    for step in steps[-_STEPS:]:
        mark = "  <- failed" if step.failed else ""
        yield f"{step.at:7.3f} s  {'  ' * step.depth}{step.kind} {step.words}  ({step.seconds:.3f} s){mark}"


def _act(act: ActRecord) -> Iterator[str]:
    asked = act.what if act.verb == "request" else f"{act.verb} {act.what}"
    asked += f" {shortened(act.sent, limit=_WIDTH)}" if act.sent else ""
    if act.status is not None:
        asked += f" -> {act.status} {shortened(act.answer, limit=_WIDTH)}"
    elif act.verb in _SENDING and act.answer:
        asked += f" ({act.answer})"
    yield asked
    if act.function:
        yield from (f"  {line}" for line in _function(act.function, act.error, log=act.log))


def _failures(record: TestRecord) -> Iterator[str]:
    if record.kind == "FunctionFailed":
        return
    for failed in record.failures:
        first, *others = _function(failed.function, failed.error, log=failed.log)
        yield first if failed.times == 1 else f"{first} ({failed.times} times)"
        yield from (f"  {line}" for line in others)


def _function(name: str, error: ErrorRecord | None, *, log: Sequence[str]) -> Iterator[str]:
    if error is not None:
        yield f"{name} failed with {error.type}: {error.message}"
    if error is not None and error.trace:
        yield from error.trace.splitlines()
    else:
        yield from log[-_LOG_LINES:]


def _logs(record: TestRecord) -> Iterator[str]:
    """Give the logs of functions that are not shown below a request already."""
    shown = {act.function for act in record.acts} | {failed.function for failed in record.failures}
    for function, lines in record.logs.items():
        if function not in shown and lines:
            yield function
            yield from (f"  {line}" for line in lines[-_LOG_LINES:])


def _entries(entries: Iterable[EntryRecord]) -> Iterator[str]:
    seen = list(entries)
    if len(seen) > _ENTRIES:
        yield f"({len(seen) - _ENTRIES} earlier entries)"
    for entry in seen[-_ENTRIES:]:
        named = f"{entry.source} {entry.name}".rstrip()
        played = " (played)" if entry.played else ""
        yield f"{entry.at:7.3f} s  {entry.kind} {named} {shortened(entry.text, limit=_WIDTH)}{played}"
