"""Records of a shard that are read for a function: in their order, with all that a mapping says of failures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal

from harness.errors import FunctionFailed, MisusedStep, SystemFailure
from harness.events.mapping_filters import accepts
from harness.modes.failures import raise_first
from harness.modes.mapped.batches import Outcome, Piece, Start, failed, handed
from harness.modes.mapped.finding import mappings_by_source
from harness.system.model import EventSourceMapping, System

__all__ = ["Abandon", "ShardReading", "insist_on_no_window", "insist_on_playable"]

# Where the mapping names no number, AWS tries until the records expire, which is a day or more.
_RETRIES_WITHOUT_END = 2

Condition = Literal["RetryAttemptsExhausted", "RecordAgeExceeded"]
# Tells the destination of a mapping that a batch was given up: the batch, the last invocation's outcome or None when
# there was none, the attempts, and why.
Abandon = Callable[[EventSourceMapping, Sequence[Piece], Outcome | None, int, Condition], None]


def insist_on_playable(mapping: EventSourceMapping) -> None:
    """Refuse a mapping that neither the harness plays nor the embedded cloud has.

    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html

    Raises:
        MisusedStep: It has a tumbling window.
    """
    __tracebackhide__ = True
    if mapping.tumbling_window:
        raise MisusedStep(
            f"The event source mapping {mapping.name!r} has a tumbling window, which only AWS itself has.",
            facts=[("function", mapping.function), ("window", f"{mapping.tumbling_window:g} s")],
            remedy='test it in mode http in AWS, and mark the test: @pytest.mark.modes("http", reason="…")',
        )


def insist_on_no_window(source: str, *, system: System) -> None:
    """Refuse to put records where the embedded cloud itself would hand them on, which knows no tumbling windows.

    Args:
        source: The logical id of a stream, or of a table.
        system: The system as its template declares it.

    Raises:
        MisusedStep: A mapping that reads it has a tumbling window.
    """
    __tracebackhide__ = True
    for mapping in mappings_by_source(system).get(source, ()):
        insist_on_playable(mapping)


class ShardReading:
    """Hands the records of one shard to a function, as a mapping says.

    https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html

    Args:
        mapping: How it is read, and for which function.
        patterns: Those of the mapping's filters.
        start: Runs the function.
        abandon: Tells the mapping's destination what is given up; None where nobody can.
        role: The role of the function, with which Lambda reads the stream; None where nobody knows it.
        now: The time of the cloud.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of a mapping or of its stage
        self,
        mapping: EventSourceMapping,
        *,
        patterns: Sequence[Any],
        start: Start,
        abandon: Abandon | None,
        role: str | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._mapping = mapping
        self._patterns = patterns
        self._start = start
        self._abandon = abandon
        self._role = role
        self._now = now
        self._failures: list[SystemFailure] = []
        self.started = 0

    def hand(self, pieces: Iterable[Piece]) -> None:
        """Hand on records in their order; a batch that is given up does not hold the next one back.

        Raises:
            FunctionFailed: It failed for a batch, and the mapping names nobody who is told.
            MisusedStep: The mapping has a tumbling window.
        """
        __tracebackhide__ = True
        wanted = self.wanted(pieces)
        size = max(1, self._mapping.batch_size)
        for first in range(0, len(wanted), size):
            self._settle(wanted[first : first + size], attempts=0)
        failures, self._failures = self._failures, []
        raise_first(failures)

    def wanted(self, pieces: Iterable[Piece]) -> list[Piece]:
        """Give the records that the function may have, as it gets them.

        Raises:
            MisusedStep: The mapping has a tumbling window.
        """
        __tracebackhide__ = True
        insist_on_playable(self._mapping)
        found = [_read_by(self._role, one) for one in pieces]
        return [one for one in found if accepts(one.record, patterns=self._patterns, kind=self._mapping.kind)]

    def _settle(self, batch: Sequence[Piece], *, attempts: int) -> None:
        """Hand on a batch until it is done or given up; `attempts` counts those before."""
        __tracebackhide__ = True
        outcome: Outcome | None = None
        while batch := self._young(batch, outcome, attempts=attempts):
            outcome = handed(self._mapping, batch, start=self._start)
            self.started += 1
            if not outcome.failed:
                return
            # "Lambda uses the lowest sequence number as the checkpoint. It then retries all records starting from
            # that checkpoint" (services-kinesis-batchfailurereporting.html)
            rest = batch[batch.index(outcome.failed[0]) :]
            # "Splitting a batch does not count towards the retry quota", says services-kinesis-parameters.html.
            if self._mapping.bisects and len(batch) > 1:
                for part in [rest] if len(rest) < len(batch) else _halves(batch):
                    self._settle(part, attempts=attempts)
                return
            batch, attempts = rest, attempts + 1
            if attempts > self._most_retries:
                self._give_up(batch, outcome, attempts=attempts, condition=self._exhausted)
                return

    @property
    def _most_retries(self) -> int:
        return _RETRIES_WITHOUT_END if self._mapping.retries is None else self._mapping.retries

    @property
    def _exhausted(self) -> Condition:
        # Without a number of attempts it is the age that ends them, which is not waited for.
        is_aged = self._mapping.retries is None and self._mapping.maximum_age is not None
        return "RecordAgeExceeded" if is_aged else "RetryAttemptsExhausted"

    def _young(self, batch: Sequence[Piece], outcome: Outcome | None, *, attempts: int) -> Sequence[Piece]:
        """Give the records that are not too old, and give up the others."""
        age = self._mapping.maximum_age
        if age is None:
            return batch
        old = [piece for piece in batch if self._now() - piece.entry.sent > age]
        if old:
            self._give_up(old, outcome, attempts=attempts, condition="RecordAgeExceeded")
        return [piece for piece in batch if piece not in old]

    def _give_up(self, batch: Sequence[Piece], outcome: Outcome | None, *, attempts: int, condition: Condition) -> None:
        __tracebackhide__ = True
        ends = self._mapping.retries is not None or self._mapping.maximum_age is not None
        try:
            if self._mapping.on_failure and ends and self._abandon:
                self._abandon(self._mapping, batch, outcome, attempts, condition)
            elif outcome is not None:
                self._failures.append(self._failed(outcome, attempts=attempts, ends=ends))
        except SystemFailure as failure:
            self._failures.append(failure)

    def _failed(self, outcome: Outcome, *, attempts: int, ends: bool) -> FunctionFailed:
        forever = "AWS would try it until the records expire, and hold the shard back"
        why = "the mapping names nobody who is told" if ends else forever
        return failed(self._mapping, outcome, attempts=attempts, why=why)


def _read_by(role: str | None, piece: Piece) -> Piece:
    """Give a record with the role that reads it; that of a table does not tell."""
    if role is None or "invokeIdentityArn" not in piece.record:
        return piece
    return replace(piece, record={**piece.record, "invokeIdentityArn": role})


def _halves(batch: Sequence[Piece]) -> tuple[Sequence[Piece], Sequence[Piece]]:
    middle = (len(batch) + 1) // 2
    return batch[:middle], batch[middle:]
