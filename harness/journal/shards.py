"""Reading a stream that comes in shards: Kinesis, and the stream of a table."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of
from harness.journal.asking import asked, opened
from harness.journal.entry import Entry, Kind

__all__ = ["SHARD", "Page", "Record", "Shard", "ShardService", "ShardTap", "Shards", "Start"]

Record = dict[str, Any]
Start = Literal["LATEST", "TRIM_HORIZON", "AFTER_SEQUENCE_NUMBER"]

# Asked for again later, from the same place: nothing is lost.
_LATER = frozenset({
    "InternalFailure", "InternalServerError", "KMSThrottlingException", "LimitExceededException",
    "ProvisionedThroughputExceededException", "ServiceUnavailable", "ThrottlingException",
})  # fmt: skip
# Iterators of Kinesis hold for 5 minutes, those of DynamoDB for 15; a process in a debugger comes back later.
# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html
_EXPIRED = "ExpiredIteratorException"
_TRIMMED = "TrimmedDataAccessException"
_GONE = "ResourceNotFoundException"
# A shard that ends makes us look for its children at once, so this is only for what no ending tells.
_LISTED_EVERY = 5.0
_NEVER = float("-inf")
# What a record says besides: no service names the shard from which it gives one.
SHARD = "ShardId"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shard:
    """A shard of a stream.

    Args:
        id: Its id.
        began: What tells it from an earlier shard of the same id, if the service says so.
        parents: The ids of the shards that it continues.
        closed: Whether nothing more will be written to it.
    """

    id: str
    began: str = ""
    parents: tuple[str, ...] = ()
    closed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What one call of GetRecords gives.

    Args:
        records: The records, oldest first.
        iterator: Where the next page begins; empty at the end of a closed shard.
        at_tip: Whether there is nothing more to read at the moment.
    """

    records: list[Record]
    iterator: str
    at_tip: bool


class ShardService(Protocol):
    """A service whose streams come in shards. The two that exist speak in the same words."""

    def shards(self) -> list[Shard]:
        """Give all shards, past the first page."""
        ...

    def iterator(self, shard: str, *, start: Start, after: str = "") -> str:
        """Give an iterator that begins there."""
        ...

    def page(self, iterator: str) -> Page:
        """Give the next records."""
        ...

    def number(self, record: Record) -> str:
        """Give the sequence number of a record."""
        ...

    def arrived(self, record: Record) -> float:
        """Say when a record came, in epoch seconds."""
        ...


@dataclass(slots=True)
class _Position:
    """How far a shard has been read: the next iterator, and the last sequence number in case that expires."""

    iterator: str
    last: str = ""
    from_tip: bool = False
    not_before: float = 0.0


class Shards:
    """All that comes into a stream from now on, in each shard in its order, a parent before its children.

    Args:
        service: Reads the stream.
        lag: How long after it was taken in a record may still be missing from the stream, in seconds.
        passes: How many passes in a row must find no more before that is believed.
        clock: The monotonic clock.
        now: The time of day.
    """

    def __init__(
        self,
        service: ShardService,
        *,
        lag: float = 0.0,
        passes: int = 1,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._service = service
        self._lag = lag
        self._clock = clock
        self._opened = now()
        self._listed = self._wanted = clock()
        self._tips: deque[float] = deque(maxlen=passes)
        self._proven = self._nearly_proven = _NEVER
        shards = service.shards()
        self._known = {shard.id: shard.began for shard in shards}
        self._positions = {
            shard.id: _Position(service.iterator(shard.id, start="LATEST"), from_tip=True)
            for shard in shards
            if not shard.closed
        }
        # An iterator at LATEST is a promise; what a first read gives back is a place.
        self._kept: list[Record] = []
        self._pass()

    def read(self) -> list[Record]:
        """Give the records that have come since the last call: one page of each shard."""
        # Who is told of the proof must find all records in the journal: those of the last call are there by now.
        self._proven = max(self._proven, self._nearly_proven)
        self._pass()
        records, self._kept = self._kept, []
        return records

    def barrier(self) -> Callable[[], bool]:
        """Give what says whether all shards have been read to their tips by a pass that began after this call."""
        asked_at = self._clock() + self._lag
        self._wanted = max(self._wanted, asked_at)
        return lambda: self._proven >= asked_at

    def _pass(self) -> None:
        begun = self._clock()
        if self._listed < self._wanted or begun - self._listed > _LISTED_EVERY:
            self._follow()
        at_tip = True
        for shard, position in list(self._positions.items()):
            page = self._page(shard, position)
            at_tip = at_tip and page is not None and page.at_tip
            # Kept at once: an error at the next shard must not lose what this one gave.
            self._kept += [{**one, SHARD: shard} for one in page.records] if page is not None else []
        self._note(begun, at_tip=at_tip and self._listed != _NEVER)

    def _page(self, shard: str, position: _Position) -> Page | None:
        """Read a page of a shard, and follow to its children at its end; give none if it must be tried again."""
        try:
            if not position.iterator:
                self._renew(shard, position)
            page = self._service.page(position.iterator)
        except Exception as fault:
            code = code_of(fault)
            if code in (_EXPIRED, _TRIMMED):
                position.iterator = ""
                position.last = "" if code == _TRIMMED else position.last
            elif code == _GONE:
                self._end(shard)
            elif code not in _LATER:
                raise
            return None
        fresh = [one for one in page.records if self._service.arrived(one) >= position.not_before]
        position.iterator = page.iterator
        position.last = self._service.number(fresh[-1]) if fresh else position.last
        if not page.iterator:
            self._end(shard)
        return Page(records=fresh, iterator=page.iterator, at_tip=page.at_tip and bool(page.iterator))

    def _renew(self, shard: str, position: _Position) -> None:
        if position.last:
            position.iterator = self._service.iterator(shard, start="AFTER_SEQUENCE_NUMBER", after=position.last)
            return
        position.iterator = self._service.iterator(shard, start="TRIM_HORIZON")
        position.not_before = self._opened if position.from_tip else 0.0

    def _end(self, shard: str) -> None:
        del self._positions[shard]
        self._follow()

    def _follow(self) -> None:
        """Begin to read the shards that are new, from their first record; a child waits until its parents end."""
        listing, self._listed = self._clock(), _NEVER
        try:
            shards = self._service.shards()
        except Exception as fault:
            if code_of(fault) not in _LATER:
                raise
            return
        for shard in shards:
            is_known = self._known.get(shard.id) == shard.began
            if is_known or any(parent in self._positions for parent in shard.parents):
                continue
            # Its iterator is asked for by the pass that reads it.
            self._positions[shard.id] = _Position("")
            self._known[shard.id] = shard.began
        self._listed = listing

    def _note(self, begun: float, *, at_tip: bool) -> None:
        if not at_tip:
            self._tips.clear()
            return
        self._tips.append(begun)
        if len(self._tips) == self._tips.maxlen:
            self._nearly_proven = self._tips[0]
            self._proven = self._proven if self._kept else self._nearly_proven


class ShardTap:
    """One stream that is tapped.

    Args:
        cloud: Where it is.
        kind: What kind of source it is.
        source: Its logical id.
        what: What a message calls it.
        service: Reads it.
        entry: Makes an entry of a record and the time at which it was seen.
        pause: The shortest time between two reads that the service allows, in seconds.
        lag: See `Shards`.
        passes: See `Shards`.
    """

    partial = ""

    def __init__(  # noqa: PLR0913 - only the two taps make one
        self,
        cloud: Cloud,
        *,
        kind: Kind,
        source: str,
        what: str,
        service: ShardService,
        entry: Callable[[Record, float], Entry],
        pause: float,
        lag: float,
        passes: int,
    ) -> None:
        self.kind = kind
        self.source = source
        self.pause = pause
        self._cloud = cloud
        self._what = what
        self._entry = entry
        with opened(cloud, what=what):
            self._shards = Shards(service, lag=lag, passes=passes)

    def read(self, *, wait: float) -> list[Entry]:  # noqa: ARG002 - GetRecords answers at once
        """Give what has come since the last call, one page of each shard."""
        with asked(self._cloud, what=self._what):
            records = self._shards.read()
        seen = time.time()
        return [self._entry(record, seen) for record in records]

    def barrier(self) -> Callable[[], bool]:
        """Ask for proof that the stream has been read to its end; see `Shards.barrier`."""
        return self._shards.barrier()

    def close(self) -> None:
        """Leave the stream as it is: nothing was created for reading it."""
