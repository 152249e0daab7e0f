"""Accounts of the embedded cloud that are leased, each to one process at a time."""

from __future__ import annotations

import fcntl
from itertools import count
from pathlib import Path
from typing import IO

from harness._files import in_words, open_private

__all__ = ["Lease", "lease", "leased"]


class Lease:
    """An account that is this process's own until it closes the lease or ends, however it ends.

    Args:
        account: In twelve digits.
        file: The open file on which the lock is.
    """

    def __init__(self, *, account: str, file: IO[bytes]) -> None:
        self.account = account
        self._file = file

    def __repr__(self) -> str:
        return f"<Lease {self.account}{' closed' if self._file.closed else ''}>"

    def close(self) -> None:
        """Give the account back; a second time is harmless."""
        self._file.close()


def lease(folder: Path, *, cloud: str) -> Lease:
    """Give a lease of the lowest account that nobody holds.

    So two runs never share one, and a run that is alone finds its own as it left it. The first is 000000000001.

    Args:
        folder: The project's folder for caches and state.
        cloud: What tells this cloud from others, such as its port.

    Raises:
        FileNotWritten: It cannot be written down which accounts are leased.
    """
    place = folder / "leases"
    for number in count(1):
        account = f"{number:012}"
        # Python opens files such that programs which are started do not inherit them, so a lease ends with us.
        with in_words(place):
            file = open_private(place / f"{cloud}-{account}", "ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
        else:
            return Lease(account=account, file=file)
    raise AssertionError  # pragma: no cover - the numbers never end


def leased(folder: Path, *, cloud: str) -> list[str]:
    """Give the accounts of a cloud that have ever been leased, in order.

    Args:
        folder: The project's folder for caches and state.
        cloud: As for `lease`.
    """
    return sorted(path.name.removeprefix(f"{cloud}-") for path in (folder / "leases").glob(f"{cloud}-*"))
