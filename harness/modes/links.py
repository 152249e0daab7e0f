"""One link of a chain: a function started by an entry, and what is said when it fails or when there is no end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import dropwhile
from typing import Any, TypeVar

from harness._text import redacted, shortened
from harness.errors import EndlessChain, FunctionFailed, SystemFailure
from harness.journal.entry import Entry
from harness.modes.asynchronous import Asynchronous, Ended
from harness.modes.failures import raise_first
from harness.modes.wiring import Start, event_of
from harness.runtime.invocation import FunctionError, Invocation

__all__ = ["Invoke", "each", "ended", "failure", "label", "run", "settled"]

# Lambda itself ends a loop through SQS, SNS and S3 after about 16 invocations.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
_LONGEST = 16
_LOG_LINES = 10

_Start = TypeVar("_Start", bound=Start)
Invoke = Callable[[str, Mapping[str, Any]], Invocation]


def run(
    start: Start,
    *,
    entry: Entry,
    path: tuple[str, ...],
    invoke: Invoke,
    asynchronous: Asynchronous | None = None,
) -> None:
    """Invoke the function that an entry starts.

    Args:
        start: Which function, and its event.
        entry: What started it.
        path: How it came to this: entries and functions in turn, from the first cause to this entry.
        invoke: Runs it.
        asynchronous: What Lambda does about it, which runs it then; without it there is one attempt.

    Raises:
        FunctionFailed: It ended in an error, and nobody is told of it who is there for that.
        ResultLost: Somebody is, but the function's role may not tell them.
        EndlessChain: So many functions have started one another that there seems to be no end.
    """
    __tracebackhide__ = True
    ended(path)
    started_by = f"{start.by}, by {entry}"
    if asynchronous is not None:
        settled(asynchronous.run(start.to, event_of(start), path=path), started_by=started_by, path=path)
        return
    invocation = invoke(start.to, event_of(start))
    if invocation.error is not None:
        raise failure(invocation, started_by=started_by, path=path) from invocation.error.exception


def settled(end: Ended, *, started_by: str, path: tuple[str, ...]) -> None:
    """Make sure that an asynchronous invocation is the system's own business now.

    Raises:
        FunctionFailed: It ended in an error, and nobody was told of it.
    """
    __tracebackhide__ = True
    error = end.invocation.error
    if error is None or end.told:
        return
    facts = [("attempts", end.attempts)] if end.attempts > 1 else []
    raise failure(end.invocation, started_by=started_by, path=path, facts=facts) from error.exception


def failure(
    invocation: Invocation, *, started_by: str, path: tuple[str, ...], facts: Iterable[tuple[str, object]] = ()
) -> FunctionFailed:
    """Give what is raised for an invocation that ended in an error.

    Args:
        invocation: It has an error.
        started_by: What started the function.
        path: How it came to this.
        facts: What else is to be known.
    """
    error = invocation.error or FunctionError(type="Unhandled", message="")
    told: list[tuple[str, object]] = [("started by", started_by), *facts]
    if len(path) > 1:
        told.append(("chain", _drawn((*path, invocation.function))))
    trace = redacted(error.trace).rstrip().splitlines()
    log = _besides_traceback(redacted(invocation.log).rstrip().splitlines(), error)[-_LOG_LINES:]
    if log:
        told.append(("its log", "\n    ".join(["", *log])))
    if error.exception is None and trace:
        told.append(("trace", "\n    ".join(["", *trace])))
    message = shortened(redacted(error.message))
    return FunctionFailed(
        f"The function {invocation.function!r} failed with {error.type}: {message}".rstrip(".: ") + ".", facts=told
    )


def _besides_traceback(log: Sequence[str], error: FunctionError) -> list[str]:
    """Give the lines of a log, save those in which Lambda's runtime tells the error that is told already.

    https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
    """
    begun = [number for number, line in enumerate(log) if line.strip() == "Traceback (most recent call last):"]
    start = begun[-1] if begun else len(log)
    told = {line.strip() for line in log[start:]}
    if not all(line.strip() in told for line in redacted(error.trace).splitlines()):
        return list(log)  # It is another one, which the function itself has logged.
    before = [line for line in log[:start] if not line.startswith(f"[ERROR] {error.type}")]
    return [*before, *dropwhile(lambda line: line.startswith((" ", error.type)), log[start + 1 :])]


def ended(path: tuple[str, ...]) -> None:
    """Make sure that a chain has an end.

    Raises:
        EndlessChain: It has grown so long that there seems to be none.
    """
    __tracebackhide__ = True
    if len(path) > 2 * _LONGEST:
        raise EndlessChain(
            f"Functions go on starting each other: {_LONGEST} one after the other.",
            facts=[("chain", _drawn((*path[:6], "…", *path[-4:])))],
            remedy="which of them publishes what starts it again? Lambda ends only some such loops, and bills them all",
        )


def each(starts: Iterable[_Start], start: Callable[[_Start], object]) -> None:
    """Start all that one entry starts, as AWS does whatever becomes of one of them.

    Raises:
        SystemFailure: What the first one that failed has raised; it notes the failures of the others.
    """
    __tracebackhide__ = True
    failures: list[SystemFailure] = []
    for one in starts:
        try:
            if one.refused is not None:
                raise one.refused
            start(one)
        except SystemFailure as failure:
            failures.append(failure)
    raise_first(failures)


def label(entry: Entry) -> str:
    """Give an entry as a link of a chain."""
    return f"{entry.source} {entry.detail_type}".rstrip()


def _drawn(path: tuple[str, ...]) -> str:
    return " → ".join(path)
