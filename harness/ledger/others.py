"""What other runs of this machine have in their ledgers: a key that a test chooses may be that of another test, too."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Set
from contextlib import suppress
from pathlib import Path

from harness.ledger.alive import is_alive
from harness.ledger.reading import path_of, read
from harness.ledger.thing import Identity

__all__ = ["is_noted", "is_used"]

# Who asks whether a run is alive makes it seem so for a moment, to other threads and to other processes.
_asking = threading.Lock()
_LOOKS, _PAUSE = 4, 0.02

Sleep = Callable[[float], None]


def is_noted(identity: Identity, *, folder: Path) -> bool:
    """Say whether the ledger of any run tells of something, also that of one that was killed.

    Args:
        identity: What it is and where.
        folder: The project's folder for caches and state.
    """
    return any(_tells(path, identity) for path in _ledgers(folder))


def is_used(identity: Identity, *, folder: Path, but: Set[str], sleep: Sleep = time.sleep) -> bool:
    """Say whether a run that is alive has something in its ledger.

    Args:
        identity: What it is and where.
        folder: The project's folder for caches and state.
        but: The runs that do not count.
        sleep: How to wait between two looks.
    """
    for path in _ledgers(folder):
        other = path.stem
        if other in but or not _seems_alive(folder, other):
            continue
        if _tells(path, identity) and all(_seems_alive(folder, other, after=sleep) for _ in range(1, _LOOKS)):
            return True
    return False


def _seems_alive(folder: Path, run: str, *, after: Sleep = lambda _: None) -> bool:
    after(_PAUSE)
    with _asking:
        return is_alive(folder, run=run)


def _ledgers(folder: Path) -> Iterator[Path]:
    every = path_of(folder, run="*")
    yield from every.parent.glob(every.name)


def _tells(path: Path, identity: Identity) -> bool:
    with suppress(FileNotFoundError):
        # A ledger may have thousands of lines, and most have no such name.
        name = json.dumps(identity[1]).encode()
        return name in path.read_bytes() and any(one.thing.identity == identity for one in read(path).left)
    return False
