"""One batch: handed to the function of its mapping, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from harness._text import redacted, shortened
from harness.errors import FunctionFailed
from harness.events.batch_answers import read_answer
from harness.journal.entry import Entry
from harness.modes.links import failure
from harness.runtime.invocation import Invocation
from harness.system.model import EventSourceMapping

__all__ = ["Outcome", "Piece", "Start", "failed", "handed"]


class Start(Protocol):
    """Runs the function of a mapping."""

    def __call__(self, function: str, event: Mapping[str, Any], /, *, path: tuple[str, ...]) -> Invocation:
        """Give what came back.

        Args:
            function: The logical id.
            event: The batch.
            path: How it came to this: entries and functions in turn, from the first cause to the batch.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A message or a record on its way to a function.

    Args:
        id: What a function calls it that says it failed: the message id, or the sequence number.
        record: As it stands in ``Records`` of the event.
        entry: As it stands in the journal.
        path: How it came to it.
    """

    id: str
    record: dict[str, Any]
    entry: Entry
    path: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a batch.

    Args:
        invocation: What the function did.
        failed: The pieces that failed, in their order.
        unreadable: Why Lambda could not read what the function said of failures; empty when it could.
    """

    invocation: Invocation
    failed: tuple[Piece, ...] = ()
    unreadable: str = ""


def handed(mapping: EventSourceMapping, pieces: Sequence[Piece], *, start: Start) -> Outcome:
    """Hand a batch to the function of a mapping."""
    __tracebackhide__ = True
    event = {"Records": [dict(piece.record) for piece in pieces]}
    invocation = start(mapping.function, event, path=pieces[0].path)
    if invocation.error is not None:
        return Outcome(invocation=invocation, failed=tuple(pieces))
    if not mapping.reports_failures:
        return Outcome(invocation=invocation)
    answer = read_answer(invocation.payload, known=[piece.id for piece in pieces])
    return Outcome(
        invocation=invocation,
        failed=tuple(piece for piece in pieces if piece.id in answer.failed),
        unreadable=answer.unreadable,
    )


def failed(mapping: EventSourceMapping, outcome: Outcome, *, attempts: int, why: str) -> FunctionFailed:
    """Give what is raised for what nobody takes care of.

    Args:
        mapping: Which handed it to the function.
        outcome: What came of the last attempt.
        attempts: How many there were.
        why: Why it is not tried again, as a fact.
    """
    first, *others = outcome.failed
    started_by = f"{mapping.name}, by {first.entry}" + (f" and {len(others)} more" if others else "")
    facts = [("attempts", attempts), ("not tried again", why)]
    invocation = outcome.invocation
    if invocation.error is not None:
        error = failure(invocation, started_by=started_by, path=first.path, facts=facts)
        error.__cause__ = invocation.error.exception
        return error
    said = shortened(redacted(repr(invocation.payload)))
    sentence = (
        f"What the function {mapping.function!r} answers of failures cannot be read: {outcome.unreadable}."
        if outcome.unreadable
        else f"The function {mapping.function!r} says that it failed for {len(outcome.failed)} of its batch."
    )
    return FunctionFailed(sentence, facts=[("started by", started_by), ("its answer", said), *facts])
