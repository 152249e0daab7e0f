"""The ledgers of runs that have ended, as a sweep reads, writes and forgets them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Set
from pathlib import Path

from harness._files import in_words
from harness.ledger import Book, Ledger, Thing, books, is_alive, read
from harness.ledger.alive import Life, is_of_here, sign_of, signs
from harness.ledger.naming import TIME_TO_LIVE
from harness.ledger.reading import path_of
from harness.sweep.found import Found

__all__ = ["UNKNOWN", "Ledgers"]

# The run of what is held, for it may have been several, and of a stack, which does not tell it.
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
        known: The runs that were in this folder since this machine was started: of these it can be said whether they
            are alive.
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
        self._told = {book.run for book in self._books}
        # A run that was killed leaves the sign of its life, also where somebody has deleted its ledger.
        self._all = self._told | signs(folder)
        self.known = {run for run in self._all if is_of_here(folder, run=run)}

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

    def runs_of(self, thing: Thing) -> Set[str]:
        """The runs that have made a thing."""
        return self._runs[thing]

    def removed(self, thing: Thing) -> None:
        """Write down that something has gone, in the ledger of each run that has made it and has one here."""
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
            # A ledger that is made for a run of another machine would say that the run was here.
            runs = self._runs[thing] & self._told
            return [self._written.setdefault(run, Ledger(self._root, run=run)) for run in runs]

    def put_by(self) -> None:
        """Close what is open; the ledger of a run goes with the last thing that is left of it."""
        with self._lock:
            written, self._written = self._written, {}
        for ledger in written.values():
            ledger.close()

    def close(self) -> None:
        """Delete the ledgers of runs that have ended and of which nothing is left.

        Raises:
            FileNotWritten: They cannot be deleted.
        """
        self.put_by()
        for run in sorted(self._all):
            with in_words(sign_of(self._root, run=run)):
                self._forget(run)

    def _forget(self, run: str) -> None:
        if self.is_alive(run):
            return
        book = read(path_of(self._root, run=run))
        sign = sign_of(self._root, run=run)
        # Where there is no ledger, the sign is all that is known of the run, for as long as it matters.
        matters = sign.exists() and run not in self._told and not _is_old(sign)
        if not book.is_done or matters or not (book.path.exists() or sign.exists()):
            return
        Life(self._root, run=run).close(last=lambda: _remove_done(book.path, sign))


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > TIME_TO_LIVE
    except FileNotFoundError:
        return False


def _remove_done(ledger: Path, sign: Path) -> None:
    if read(ledger).is_done:
        ledger.unlink(missing_ok=True)
        # Also that of a run of another machine, which says nothing without its ledger.
        sign.unlink(missing_ok=True)
