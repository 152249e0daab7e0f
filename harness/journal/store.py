"""The entries of a run, in the order in which they were seen, shared by all who look."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable
from sys import getsizeof

from harness.journal.entry import Entry

__all__ = ["Store"]

# What a run keeps at most. Whoever publishes more than this in one test looks at the latest of it.
_MOST = 200_000
_MOST_BYTES = 256 * 1024 * 1024


class Store:
    """Takes entries in, drops what comes twice, and wakes those who wait.

    When it is full the oldest go, and `dropped` says how many.

    Args:
        most: How many entries it keeps.
        most_bytes: How many bytes of memory the texts it keeps may take.
        ahead: Gives by how many seconds the cloud's clock is ahead of this machine's, as far as is known.
    """

    def __init__(
        self, *, most: int = _MOST, most_bytes: int = _MOST_BYTES, ahead: Callable[[], float] = lambda: 0.0
    ) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._changed = threading.Condition()
        self._entries: list[Entry] = []
        # The latest `seen` up to each entry. Threads add what they saw a moment ago, and a clock may be set back, so
        # that the times themselves are in no order in which one could be looked up.
        self._latest: list[float] = []
        self._ids: set[tuple[str, str]] = set()
        self._ids_in_order: deque[tuple[str, str]] = deque()
        self._first = 0
        self._bytes = 0
        self._ask_ahead = ahead
        self._gone_until = float("-inf")
        self.dropped = 0
        self.duplicates = 0

    @property
    def position(self) -> int:
        """How many entries have come in all; the next one stands there."""
        return self._first + len(self._entries)

    def has_lost(self, position: int) -> bool:
        """Say whether the entry at a position has gone, because the store was full."""
        return position < self._first

    @property
    def ahead(self) -> float:
        """By how many seconds at least the cloud's clock is ahead of this machine's; negative when it is behind."""
        return self._ask_ahead()

    def add(self, entries: Iterable[Entry]) -> None:
        """Take in entries; one that has been seen before is dropped."""
        with self._changed:
            before = self.position
            for entry in entries:
                self._take(entry)
            if self.position > before:
                self._changed.notify_all()

    def _take(self, entry: Entry) -> None:
        identity = (entry.source, entry.id)
        if identity in self._ids:
            self.duplicates += 1
            return
        self._ids.add(identity)
        self._ids_in_order.append(identity)
        self._latest.append(max(entry.seen, self._latest[-1]) if self._latest else entry.seen)
        self._entries.append(entry)
        # Not characters: one emoji lets CPython hold each character of its text in four bytes (PEP 393).
        self._bytes += getsizeof(entry.text)
        while len(self._entries) > self._most or self._bytes > self._most_bytes:
            self._forget()

    def _forget(self) -> None:
        """Let go of the oldest, a tenth of all at a time: to move the list for each single one would be slow."""
        count = max(1, len(self._entries) // 10)
        self._gone_until = self._latest[count - 1]
        del self._entries[:count]
        del self._latest[:count]
        # Counted anew: a text grows when C code asks for its UTF-8, which CPython then keeps beside it.
        self._bytes = sum(getsizeof(entry.text) for entry in self._entries)
        self._first += count
        self.dropped += count
        # A duplicate may come long after its entry has gone, so ids are kept four times as long.
        while len(self._ids_in_order) > 4 * self._most:
            self._ids.discard(self._ids_in_order.popleft())

    def wake(self) -> None:
        """Let those who wait look again: something else than an entry has come."""
        with self._changed:
            self._changed.notify_all()

    def wait(self, position: int, *, timeout: float) -> None:
        """Wait until there is an entry at a position, something else has woken the waiting, or the time is over."""
        with self._changed:
            if self.position <= position:
                self._changed.wait(timeout)

    def since(self, position: int) -> list[Entry]:
        """Give the entries from a position on."""
        with self._changed:
            return self._entries[max(0, position - self._first) :]

    def after(self, position: int) -> tuple[list[Entry], int]:
        """Give the entries from a position on, and the position behind them; some before may have gone meanwhile."""
        with self._changed:
            return self._entries[max(0, position - self._first) :], self.position

    def position_at(self, moment: float) -> int:
        """Give the position of the first entry that was seen at a moment or later, in epoch seconds."""
        with self._changed:
            if moment <= self._gone_until:
                return self._first - 1  # What was seen then has gone.
            return self._first + bisect_left(self._latest, moment)
