"""The mappings of a muted stage: what its taps bring goes to the local functions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from harness.cloud.account import Cloud
from harness.cloud.attributes import scope
from harness.cloud.names import Names
from harness.errors import SystemFailure
from harness.journal.entry import Entry
from harness.journal.store import Store
from harness.modes.asynchronous import Tell
from harness.modes.failures import raise_first
from harness.modes.links import label
from harness.modes.mapped.batches import Piece, Start
from harness.modes.mapped.finding import mappings_by_source, queue_of, redrives
from harness.modes.mapped.giving_up import abandoning
from harness.modes.mapped.queues import drain
from harness.modes.mapped.received import ReceivedQueue
from harness.modes.mapped.records import piece_of
from harness.modes.mapped.shards import ShardReading
from harness.modes.mapped.windows import MOST_BYTES, Windows, has_window
from harness.system.intrinsics import resolve
from harness.system.model import EventSourceMapping, System

__all__ = ["MutedMappings"]

# A queue that is not empty is asked so often, in seconds, while a test waits.
_ASKED_EVERY = 0.1
_AT_ONCE = 10


class MutedMappings:
    """Reads what the mappings of a muted stage read, whose own are disabled, for the functions in this process.

    A queue is received from when its tap has shown that something lies in it, so that an idle one costs nothing.
    Records of streams and tables are those that the taps bring. What comes within a batching window stays where it is,
    in a queue, so that nobody has received it, or is gathered here, until `end_windows`.

    Args:
        system: The system as its template declares it, not muted.
        cloud: The cloud of the stage.
        names: What its things are called there.
        store: Where entries go.
        start: Runs a local function.
        cause: Gives how it came to an entry; nothing when no function caused it.
        since: Gives from when on entries count; those before belong to a test that is over.
        tell: Brings a letter to the destination of a mapping; None where nobody can.
        clock: The monotonic clock.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of a stage
        self,
        system: System,
        *,
        cloud: Cloud,
        names: Names,
        store: Store,
        start: Start,
        cause: Callable[[Entry], tuple[str, ...]],
        since: Callable[[], float],
        tell: Tell | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._system = system
        self._cloud = cloud
        self._names = names
        self._store = store
        self._start = start
        self._cause = cause
        self._since = since
        self._abandon = abandoning(names, tell=tell)
        self._clock = clock
        self._scope = scope(system, names)
        self._mappings = mappings_by_source(system)
        self._queues: dict[str, ReceivedQueue] = {}
        self._asked_again: dict[str, float] = {}
        self._gathered: dict[str, tuple[float, list[Entry]]] = {}
        self._touched: set[str] = set()
        self._windows = Windows(self._hand, clock=clock)

    @property
    def sources(self) -> list[str]:
        """What is read: the logical ids of queues, streams and tables, or ARNs of such as the template lacks."""
        return list(self._mappings)

    def reads(self, entry: Entry) -> bool:
        """Say whether an entry is of something that is read."""
        return entry.source in self._mappings and entry.kind in ("queue", "stream", "table")

    def take(self, entries: Sequence[Entry]) -> int:
        """Hand on what entries of one source tell of, and say how many functions were started.

        Raises:
            FunctionFailed: A function failed, and nobody takes care of it.
        """
        __tracebackhide__ = True
        source = entries[0].source
        if entries[0].kind != "queue":
            return self._read(source, entries)
        queue = self._queue(source)
        new = [entry for entry in entries if not queue.has_taken(entry.id)]
        if not new:
            return 0
        return self._gather(source, new) if self._gathers(source) else self._drain(source)

    def end_windows(self, *, only_over: bool = False) -> int:
        """Hand on what was gathered within batching windows, and say how many functions were started.

        Args:
            only_over: Whether only windows end that really are over by now.

        Raises:
            FunctionFailed: A function failed, and nobody takes care of it.
        """
        __tracebackhide__ = True
        now = self._clock()
        ending = [
            source
            for source, (began, _) in self._gathered.items()
            if not only_over or now - began >= self._mappings[source][0].window
        ]
        failures: list[SystemFailure] = []
        started = 0
        ends = [partial(self._drain, source) for source in ending]
        for end in (*ends, partial(self._windows.end, only_over=only_over)):
            try:
                started += end()
            except SystemFailure as failure:
                failures.append(failure)
        raise_first(failures)
        return started

    def rest(self, *, waits: bool = True) -> int:
        """Hand on what has lain in a queue and could not be had before: delayed messages.

        Args:
            waits: Whether the test waits, which ends batching windows.

        Raises:
            FunctionFailed: A function failed, and nobody takes care of it.
        """
        __tracebackhide__ = True
        due = [source for source, moment in self._asked_again.items() if moment <= self._clock()]
        due = [source for source in due if waits or not self._gathers(source)]
        return sum(self._drain(source) for source in due)

    def drop(self) -> None:
        """Wait for nothing any more that lies in a queue, and take out of it what was gathered there."""
        self._asked_again.clear()
        self._windows.drop()
        self._gathered.clear()
        touched, self._touched = self._touched, set()
        for source in touched:
            queue = self._queue(source)
            while left := queue.receive(_AT_ONCE):
                queue.delete(left)

    def _gathers(self, source: str) -> bool:
        return has_window(self._mappings[source][0], fifo=self._names.physical[source].endswith(".fifo"))

    def _gather(self, source: str, entries: Sequence[Entry]) -> int:
        """Leave messages in their queue until a batch of them is full."""
        __tracebackhide__ = True
        self._touched.add(source)
        began, before = self._gathered.get(source, (self._clock(), []))
        self._gathered[source] = (began, [*before, *entries])
        if not self._is_full(source):
            return 0
        # "The next batching window begins as soon as the previous function invocation completes."
        self._gathered[source] = (self._clock(), self._gathered[source][1])
        return self._drain(source, only_full=True)

    def _is_full(self, source: str) -> bool:
        """Say whether what lies in a queue and was never received is a batch."""
        queue, (began, gathered) = self._queue(source), self._gathered[source]
        left = [entry for entry in gathered if not queue.has_taken(entry.id)]
        self._gathered[source] = (began, left)
        length = sum(len(entry.text.encode()) for entry in left)
        return len(left) >= self._mappings[source][0].batch_size or length >= MOST_BYTES

    def _drain(self, source: str, *, only_full: bool = False) -> int:
        __tracebackhide__ = True
        self._asked_again.pop(source, None)
        if not only_full:
            self._gathered.pop(source, None)
        queue = self._queue(source)
        # Of several functions that read one queue each gets a part; which, nobody knows. The first has it all here.
        mapping = self._mappings[source][0]
        started = drain(
            mapping,
            queue,
            patterns=self._resolved(mapping.filters),
            start=self._start,
            goes_on=partial(self._is_full, source) if only_full else _always,
        )
        holds_any = queue.holds_any()
        if holds_any and not only_full:
            self._asked_again[source] = self._clock() + _ASKED_EVERY
        if not holds_any:
            self._gathered.pop(source, None)
        return started

    def _queue(self, source: str) -> ReceivedQueue:
        if source not in self._queues:
            self._queues[source] = ReceivedQueue(
                self._cloud,
                source=source,
                url=self._names.physical[source],
                arn=resolve({"Fn::GetAtt": [source, "Arn"]}, self._scope),
                redrives=redrives(queue_of(self._system, source)),
                store=self._store,
                cause=self._cause,
                since=self._since,
            )
        return self._queues[source]

    def _read(self, source: str, entries: Iterable[Entry]) -> int:
        __tracebackhide__ = True
        shards: dict[str, list[Entry]] = {}
        for entry in entries:
            shards.setdefault(entry.shard, []).append(entry)
        failures: list[SystemFailure] = []
        started = 0
        for shard, part in shards.items():
            pieces = [piece_of(one, names=self._names, path=(*self._cause(one), label(one))) for one in part]
            for mapping in self._mappings[source]:
                try:
                    if has_window(mapping):
                        wanted = self._reading(mapping).wanted(pieces)
                        started += self._windows.gather(mapping, wanted, shard=shard)
                    else:
                        started += self._hand(mapping, pieces)
                except SystemFailure as failure:
                    failures.append(failure)
        raise_first(failures)
        return started

    def _hand(self, mapping: EventSourceMapping, pieces: Sequence[Piece]) -> int:
        __tracebackhide__ = True
        reading = self._reading(mapping)
        reading.hand(pieces)
        return reading.started

    def _reading(self, mapping: EventSourceMapping) -> ShardReading:
        return ShardReading(
            mapping,
            patterns=self._resolved(mapping.filters),
            start=self._start,
            abandon=self._abandon,
            role=self._names.functions[mapping.function].role,
        )

    def _resolved(self, filters: Sequence[object]) -> Sequence[object]:
        found: Sequence[object] = resolve(list(filters), self._scope)
        return found


def _always() -> bool:
    return True
