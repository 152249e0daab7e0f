"""Whether a run is alive: each of its processes holds a lock, which the kernel frees however the process ends.

The file of the lock says where the run is. A lock is seen on the machine that holds it and in the folder where it is
held; in a copy of the folder, as a cache of CI or an image brings it, a run that is alive would look dead.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from harness._files import private_folder

__all__ = ["Life", "is_alive", "is_of_here", "sign_of", "signs"]

_FOLDER = "alive"
# Every start of a Linux kernel has another one, and all containers on it share it, as they share its locks.
# https://docs.kernel.org/admin-guide/sysctl/kernel.html#random
_BOOT = Path("/proc/sys/kernel/random/boot_id")


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
        self._path = sign_of(folder, run=run)
        private_folder(self._path.parent)
        self._file = self._entered()
        # The last one may have left while this one waited for the lock, and has taken the file with it.
        while not self._is_there():
            os.close(self._file)
            self._file = self._entered()

    def _entered(self) -> int:
        self._made = False
        # No file of Python's: nobody closes this one but the end of the process, which is what it is for. NFS gives
        # the lock of the living to who may read, and that of the last one to who may write.
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        try:
            file = os.open(self._path, flags | os.O_EXCL, 0o600)
        except FileExistsError:
            # Who only writes into the ledger of a run, as a sweep does, does not say that the run was here.
            file = os.open(self._path, flags, 0o600)
        else:
            with suppress(OSError):  # On a full disk it says nothing, and then the run is not taken for dead at once.
                os.write(file, _here(self._path.parent))
            self._made = True
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
                # What a run of elsewhere has left says so for as long as its ledger is here.
                if self._made or _says(self._path) == _here(self._path.parent):
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
    with suppress(FileNotFoundError, NotADirectoryError), _opened(sign_of(folder, run=run)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _opened(path: Path) -> IO[bytes]:
    try:
        # NFS gives an exclusive lock only to who may write (https://man7.org/linux/man-pages/man2/flock.2.html).
        return path.open("r+b")
    except OSError:
        return path.open("rb")


def is_of_here(folder: Path, *, run: str) -> bool:
    """Say whether a run, if it is not alive, has ended: it was in this folder since this machine was started.

    Where there is no sign, the run has ended in order. Of one in another folder or on another machine, whose sign was
    copied, nothing can be said.

    Args:
        folder: The project's folder for caches and state.
        run: The id of the run.
    """
    sign = sign_of(folder, run=run)
    try:
        return _says(sign) == _here(sign.parent)
    except (FileNotFoundError, NotADirectoryError):
        return True


def _says(sign: Path) -> bytes:
    try:
        return sign.read_bytes()
    except IsADirectoryError:
        return b""


def _here(folder: Path) -> bytes:
    """Give what no other machine and no copy of the folder has."""
    found = folder.stat()
    return f"{_machine()} {found.st_dev} {found.st_ino}\n".encode()


def _machine() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:  # No Linux.
        return socket.gethostname()


def sign_of(folder: Path, *, run: str) -> Path:
    """Give the file that the processes of a run lock."""
    return folder / _FOLDER / run


def signs(folder: Path) -> set[str]:
    """Give the runs that are alive, or have ended without a word."""
    return {path.name for path in (folder / _FOLDER).glob("*")}
