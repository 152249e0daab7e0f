"""The entries since a moment, as one who waits looks at them."""

from __future__ import annotations

from dataclasses import replace

from harness.journal.entry import Entry
from harness.journal.store import Store

__all__ = ["GRAIN", "View"]

# By how many seconds the time of an entry may be too early: SQS rounds it down to the millisecond, the stream of a
# table to the second, or to the closest one.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
GRAIN = {"table": 1.0}


class View:
    """The entries since a moment, each given once.

    Args:
        store: Where the entries are.
        start: From when on, in epoch seconds by this machine's clock.
        note: What every entry says besides.
    """

    def __init__(self, store: Store, *, start: float, note: str) -> None:
        self._store = store
        self._note = note
        self._start = start
        # What was sent after a moment was seen after it, too.
        self._position = store.position_at(start)
        # Whether entries have gone before they were given: the store was full.
        self.missed = False

    def further(self) -> list[Entry]:
        """Give the entries that have come since the last call."""
        self.missed = self.missed or self._store.has_lost(self._position)
        entries, self._position = self._store.after(self._position)
        start = self._start + self._store.ahead
        found = [one for one in entries if one.sent > start or self._is_within(one, start)]
        return [replace(entry, note=self._note) for entry in found] if self._note else found

    def _is_within(self, entry: Entry, start: float) -> bool:
        """Say whether an entry may have been sent since then, although its time is rounded down."""
        return entry.sent + GRAIN.get(entry.kind, 0.001) > start
