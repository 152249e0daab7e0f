"""The mappings of a muted stage: what its taps bring goes to the local functions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from harness.cloud.account import Cloud
from harness.cloud.attributes import scope
from harness.cloud.names import Names
from harness.errors import SystemFailure
from harness.journal.entry import Entry
from harness.journal.store import Store
from harness.modes.asynchronous import Tell
from harness.modes.failures import raise_first
from harness.modes.links import label
from harness.modes.mapped.batches import Start
from harness.modes.mapped.finding import mappings_by_source, queue_of, redrives
from harness.modes.mapped.giving_up import abandoning
from harness.modes.mapped.queues import drain
from harness.modes.mapped.received import ReceivedQueue
from harness.modes.mapped.records import piece_of
from harness.modes.mapped.shards import ShardReading
from harness.system.intrinsics import resolve
from harness.system.model import System

__all__ = ["MutedMappings"]

# A queue that is not empty is asked so often, in seconds, while a test waits.
_ASKED_EVERY = 0.1


class MutedMappings:
    """Reads what the mappings of a muted stage read, whose own are disabled, for the functions in this process.

    A queue is received from when its tap has shown that something lies in it, so that an idle one costs nothing.
    Records of streams and tables are those that the taps bring.

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
        return 0 if all(queue.has_taken(entry.id) for entry in entries) else self._drain(source)

    def rest(self) -> int:
        """Hand on what has lain in a queue and could not be had before: delayed messages.

        Raises:
            FunctionFailed: A function failed, and nobody takes care of it.
        """
        __tracebackhide__ = True
        due = [source for source, moment in self._asked_again.items() if moment <= self._clock()]
        return sum(self._drain(source) for source in due)

    def drop(self) -> None:
        """Wait for nothing any more that lies in a queue."""
        self._asked_again.clear()

    def _drain(self, source: str) -> int:
        __tracebackhide__ = True
        self._asked_again.pop(source, None)
        queue = self._queue(source)
        # Of several functions that read one queue each gets a part; which, nobody knows. The first has it all here.
        mapping = self._mappings[source][0]
        started = drain(mapping, queue, patterns=self._resolved(mapping.filters), start=self._start)
        if queue.holds_any():
            self._asked_again[source] = self._clock() + _ASKED_EVERY
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
        for part in shards.values():
            pieces = [piece_of(one, names=self._names, path=(*self._cause(one), label(one))) for one in part]
            for reading in self._readings(source):
                try:
                    reading.hand(pieces)
                except SystemFailure as failure:
                    failures.append(failure)
                started += reading.started
        raise_first(failures)
        return started

    def _readings(self, source: str) -> list[ShardReading]:
        return [
            ShardReading(
                one,
                patterns=self._resolved(one.filters),
                start=self._start,
                abandon=self._abandon,
                role=self._names.functions[one.function].role,
            )
            for one in self._mappings[source]
        ]

    def _resolved(self, filters: Sequence[object]) -> Sequence[object]:
        found: Sequence[object] = resolve(list(filters), self._scope)
        return found
