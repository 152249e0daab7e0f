"""The entries since a moment, as one who waits looks at them."""

from __future__ import annotations

from dataclasses import replace

from harness.journal.entry import Entry
from harness.journal.store import Store

__all__ = ["View"]

# Records of a DynamoDB stream tell their time to the second only.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
_GRAIN = {"table": 1.0}


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

    def further(self) -> list[Entry]:
        """Give the entries that have come since the last call."""
        entries, self._position = self._store.after(self._position)
        start = self._start + self._store.ahead
        latest = max(start, self._start)
        found = [one for one in entries if one.sent > latest or self._is_within(one, start)]
        return [replace(entry, note=self._note) for entry in found] if self._note else found

    def _is_within(self, entry: Entry, start: float) -> bool:
        """Say whether an entry may have been sent since then: its time is rounded down, or by this machine's clock."""
        return entry.sent + _GRAIN.get(entry.kind, 0.001) > (self._start if entry.played else start)
