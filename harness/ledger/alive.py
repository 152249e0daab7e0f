"""Whether a run is alive: each of its processes holds a lock, which the kernel frees however the process ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from harness._files import private_folder

__all__ = ["Life", "is_alive"]


class Life:
    """The sign that a process of a run is alive, from when it is made until it is closed.

    It is apart from the ledger's file, so that whoever deletes that one does not declare the run dead.

    Args:
        folder: The project's folder for caches and state.
        run: The id of the run.

    Raises:
        OSError: It cannot be written.
    """

    def __init__(self, folder: Path, *, run: str) -> None:
        self._path = _path(folder, run)
        private_folder(self._path.parent)
        self._file = self._entered()
        # The last one may have left while this one waited for the lock, and has taken the file with it.
        while not self._is_there():
            os.close(self._file)
            self._file = self._entered()

    def _entered(self) -> int:
        # No file of Python's: nobody closes this one but the end of the process, which is what it is for.
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_SH)
        return file

    def _is_there(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._file), self._path.stat())
        except FileNotFoundError:
            return False

    def close(self, *, last: Callable[[], object] = lambda: None) -> None:
        """End it.

        Args:
            last: What to do if this was the last process of the run; no other begins meanwhile.
        """
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            last()
            with suppress(OSError):  # A file that stays and is not locked says the same.
                self._path.unlink()
        except BlockingIOError:
            return
        finally:
            os.close(self._file)


def is_alive(folder: Path, *, run: str) -> bool:
    """Say whether a process of a run is alive on this machine.

    Args:
        folder: The project's folder for caches and state.
        run: The id of the run.
    """
    with suppress(FileNotFoundError, NotADirectoryError), _path(folder, run).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _path(folder: Path, run: str) -> Path:
    return folder / "alive" / run
