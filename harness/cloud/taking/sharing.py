"""Keys that tests choose: several runs of a machine may put something under one, and the last one takes it away."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from harness.cloud.locks import locked
from harness.cloud.taking.removal import Removal
from harness.ledger import Identity, is_used

__all__ = ["alone_with", "unless_used"]


def alone_with(identity: Identity, *, folder: Path) -> AbstractContextManager[None]:
    """Keep other processes from noting something, and from taking it away.

    Args:
        identity: What it is and where.
        folder: The project's folder for caches and state.
    """
    digest = hashlib.sha256(repr(identity).encode()).hexdigest()
    return locked(folder / "brought" / f"{digest[:2]}.lock")


def unless_used(remover: Callable[[Removal], None]) -> Callable[[Removal], None]:
    """Let a remover leave to another run what that one has put under the same key, and will take away itself."""

    def remove(removal: Removal) -> None:
        thing, cloud = removal.thing, removal.cloud
        with alone_with(thing.identity, folder=cloud.folder):
            if is_used(thing.identity, folder=cloud.folder, but=cloud.ledger.runs_of(thing)):
                # Before the lock is free: of two runs that end at once, one must see that it is the last.
                cloud.ledger.removed(thing)
            else:
                remover(removal)

    return remove
