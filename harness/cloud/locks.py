"""Locks between processes, as when pytest-xdist runs several."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness._files import in_words, open_private

__all__ = ["locked"]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock, which the system frees even when this process is killed.

    Args:
        path: The file that stands for the lock; it is created and stays.

    Raises:
        FileNotWritten: It cannot be created.
    """
    with in_words(path):
        lock = open_private(path, "ab")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
