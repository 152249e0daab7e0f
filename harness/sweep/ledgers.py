"""The ledgers of runs that have ended, as a sweep reads, writes and forgets them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from harness.ledger import Book, Ledger, Thing, books, is_alive, read
from harness.ledger.alive import Life
from harness.ledger.naming import TIME_TO_LIVE
from harness.sweep.found import Found

__all__ = ["UNKNOWN", "Ledgers"]

# The run of what is held: it may have been several.
UNKNOWN = ""

_LOOKS, _PAUSE = 4, 0.02
_SAID_EVERY = 25


class Ledgers(Ledger):
    """The ledgers of all runs of a project, as one: what has gone is written into that of the run that made it.

    Args:
        folder: The project's folder for caches and state.
        tell: Is told how far it is.
        sleep: How to wait between two looks.

    Attributes:
        why: Why something could not be taken away.
    """

    def __init__(
        self, folder: Path, *, tell: Callable[[str], None], sleep: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__(folder, run="sweep")
        self.why: dict[Thing, str] = {}
        self._root = folder
        self._sleep = sleep
        self._tell = tell
        self._done = 0
        self._books = books(folder)
        self._runs: dict[Thing, set[str]] = defaultdict(set)
        self._written: dict[str, Ledger] = {}
        # A run that was killed leaves the sign of its life, also where somebody has deleted its ledger.
        self.known = {book.run for book in self._books} | {path.name for path in folder.glob("alive/*")}
        self.known.add(UNKNOWN)

    @property
    def unreadable(self) -> list[Book]:
        """The ledgers of which some lines cannot be read."""
        return [book for book in self._books if book.unreadable]

    def told(self) -> list[Found]:
        """Give what ledgers tell of that is still there, those of runs that are alive too."""
        return [
            Found(thing=one.thing, run=book.run, since=one.since, by=("ledger",))
            for book in self._books
            for one in book.left
        ]

    def is_alive(self, run: str) -> bool:
        """Say whether a process of a run is alive; whoever asks the same in this moment is not one."""
        if run == UNKNOWN:
            return False
        for look in range(_LOOKS):
            if look:
                self._sleep(_PAUSE)
            if not is_alive(self._root, run=run):
                return False
        return True

    def assign(self, found: Iterable[Found]) -> None:
        """Take note of which runs things are."""
        for one in found:
            self._runs[one.thing] |= {one.run} - {UNKNOWN}

    def removed(self, thing: Thing) -> None:
        """Write down that something has gone, in the ledger of each run that has made it."""
        for ledger in self._of(thing):
            ledger.removed(thing)
        self._count()

    def failed(self, thing: Thing, *, why: str) -> None:
        """Write down why something could not be taken away."""
        self.why[thing] = why
        for ledger in self._of(thing):
            ledger.failed(thing, why=why)
        self._count()

    def _count(self) -> None:
        with self._lock:
            self._done += 1
            if self._done % _SAID_EVERY == 0:
                self._tell(f"{self._done} of {len(self._runs)} done")

    def _of(self, thing: Thing) -> list[Ledger]:
        with self._lock:
            return [self._written.setdefault(run, Ledger(self._root, run=run)) for run in self._runs[thing]]

    def put_by(self) -> None:
        """Close what is open; the ledger of a run goes with the last thing that is left of it."""
        with self._lock:
            written, self._written = self._written, {}
        for ledger in written.values():
            ledger.close()

    def close(self) -> None:
        """Delete the ledgers of runs that have ended and of which nothing is left."""
        self.put_by()
        for run in self.known - {UNKNOWN}:
            self._forget(run)

    def _forget(self, run: str) -> None:
        if self.is_alive(run):
            return
        book = read(self._root / "ledger" / f"{run}.jsonl")
        sign = self._root / "alive" / run
        # Where there is no ledger, the sign is all that is known of the run, for as long as it matters.
        if book.left or not (book.path.exists() or _is_old(sign)):
            return
        Life(self._root, run=run).close(last=lambda: _remove_empty(book.path))


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > TIME_TO_LIVE
    except FileNotFoundError:
        return False


def _remove_empty(ledger: Path) -> None:
    if not read(ledger).left:
        ledger.unlink(missing_ok=True)
