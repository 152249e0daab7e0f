"""The ledger as a process of a run writes it."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping, Set
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness._files import private_folder
from harness.errors import LedgerNotWritten
from harness.ledger.alive import Life
from harness.ledger.reading import Left, path_of, read
from harness.ledger.thing import Thing

__all__ = ["Ledger"]


class Ledger:
    """The ledger of a run. Its file is made with the first line, and goes with the last thing that is left.

    Args:
        folder: The project's folder for caches and state.
        run: What tells this run from every other, in eight hexadecimal digits; its processes share it.
    """

    def __init__(self, folder: Path, *, run: str) -> None:
        self.run = run
        self.path = path_of(folder, run=run)
        self._folder = folder
        self._lock = threading.Lock()
        self._file = -1
        self._life: Life | None = None
        # Taken away on a full disk, or kept on purpose.
        self._gone: set[Thing] = set()

    def __repr__(self) -> str:
        return f"<Ledger {self.run}>"

    def creating(self, *things: Thing) -> None:
        """Write down what is about to be created; when this returns, it is in the file.

        Raises:
            LedgerNotWritten: It could not be written, so nothing may be created.
        """
        now = time.time()
        try:
            self._append(*({"creating": asdict(thing), "at": now} for thing in things))
            # A machine that loses its power takes the embedded cloud with it, but not AWS.
            if not all(thing.embedded for thing in things):
                os.fsync(self._file)
        except OSError as error:
            raise self._not_written(error, *things) from error
        self._gone.difference_update(things)

    def insist(self) -> None:
        """Make sure that it can be written, while there is nothing yet to write down.

        Raises:
            LedgerNotWritten: It cannot be written.
        """
        try:
            self._write(b"\n")
        except OSError as error:
            raise self._not_written(error) from error

    def _not_written(self, error: OSError, *things: Thing) -> LedgerNotWritten:
        return LedgerNotWritten(
            f"The ledger {str(self.path)!r} cannot be written: {error.strerror}.",
            facts=[("so this is not created", thing) for thing in things],
            remedy="what is not in the ledger is found by nobody after a crash: make room, or let the project's "
            "folder be written to",
        )

    def removed(self, thing: Thing) -> None:
        """Write down that something has gone; if that cannot be written, only this process knows it."""
        try:
            self._append({"removed": asdict(thing), "at": time.time()})
        except OSError:
            self._gone.add(thing)

    def kept(self, thing: Thing) -> None:
        """Write down that something stays on purpose: a stack that has become a stage, which its users take away."""
        try:
            self._append({"kept": asdict(thing), "at": time.time()})
        except OSError:
            self._gone.add(thing)

    def failed(self, thing: Thing, *, why: str) -> None:
        """Write down why something could not be taken away, for whoever tells it in the end.

        Args:
            thing: What it is.
            why: The reason, in a line.
        """
        try:
            self._append({"failed": asdict(thing), "why": why, "at": time.time()})
        except OSError:
            return

    def runs_of(self, _thing: Thing) -> Set[str]:
        """The runs in whose ledgers it is written down here what becomes of a thing."""
        return {self.run}

    @property
    def left(self) -> tuple[Left, ...]:
        """What is still there of the whole run, whichever of its processes created it, in the order of taking away."""
        return tuple(one for one in read(self.path).left if one.thing not in self._gone)

    def hold(self) -> None:
        """Keep the run alive until `close`, for a process that creates nothing itself while others of the run do.

        Where that cannot be written no process can write the ledger, and the first one to create something says so.
        """
        with self._lock, suppress(OSError):
            self._life = self._life or Life(self._folder, run=self.run)

    def _append(self, *records: Mapping[str, Any]) -> None:
        # A line that a crash has cut off is ended by the line break that begins the next one.
        self._write("".join(f"\n{json.dumps(record)}\n" for record in records).encode())

    def _write(self, lines: bytes) -> None:
        with self._lock:
            if self._file < 0:
                self._open()
            if os.write(self._file, lines) < len(lines):
                raise OSError(0, "only a part of it could be written")

    def _open(self) -> None:
        self._life = self._life or Life(self._folder, run=self.run)
        private_folder(self.path.parent)
        # What many processes append in one call each is not mixed up.
        # https://pubs.opengroup.org/onlinepubs/9799919799/functions/write.html
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def close(self) -> None:
        """Say that this process creates nothing more; the file goes when nothing is left, and stays otherwise.

        Twice does no harm, and whatever is created afterwards opens it again.
        """
        with self._lock:
            life, file = self._life, self._file
            self._life, self._file = None, -1
        if file >= 0:
            os.close(file)
        if life is not None:
            life.close(last=self._discard)

    def _discard(self) -> None:
        """Remove the file, unless it tells of something that is left."""
        if not self.left and not read(self.path).strange:
            # Where it could not be made it cannot be removed.
            with suppress(OSError):
                self.path.unlink()
