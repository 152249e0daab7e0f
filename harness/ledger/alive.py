"""Whether a run is alive: each of its processes holds a lock, which the kernel frees however the process ends."""

from __future__ import annotations

import fcntl
from contextlib import suppress
from pathlib import Path
from typing import IO

__all__ = ["Life", "is_alive"]


class Life:
    """The sign that a process of a run is alive, from when it is made until it is closed.

    It is apart from the ledger's file, so that whoever deletes that one does not declare the run dead.

    Args:
        folder: The project's folder for caches and state.
        run: The id of the run.
    """

    def __init__(self, folder: Path, *, run: str) -> None:
        self._path = _path(folder, run)
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file: IO[bytes] = self._path.open("ab")
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def close(self) -> bool:
        """End it, and say whether this was the last process of the run."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            self._path.unlink(missing_ok=True)
            return True
        finally:
            self._file.close()


def is_alive(folder: Path, *, run: str) -> bool:
    """Say whether a process of a run is alive on this machine.

    Args:
        folder: The project's folder for caches and state.
        run: The id of the run.
    """
    with suppress(FileNotFoundError), _path(folder, run).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _path(folder: Path, run: str) -> Path:
    return folder / "alive" / run
