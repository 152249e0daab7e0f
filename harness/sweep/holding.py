"""Items and parameters that killed processes have brought: what was there before is on this machine's disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import harness.data
import harness.parameters  # noqa: F401 - both say how what is held is restored
from harness.cloud.remains import has_gone
from harness.held import drop, find_abandoned
from harness.sweep.found import Found
from harness.sweep.ledgers import UNKNOWN

__all__ = ["abandoned", "forget_gone"]


def abandoned(folder: Path, *, told: Iterable[Found]) -> Iterator[Found]:
    """Give the stores in which nobody holds any more what was brought, and of which no ledger tells.

    Args:
        folder: The project's folder for caches and state.
        told: What ledgers tell of.
    """
    known = {(one.thing.kind, one.thing.within) for one in told}
    for one in find_abandoned(folder):
        if (one.thing.kind, one.thing.within) not in known:
            yield Found(thing=one.thing, run=UNKNOWN, since=one.since, by=("held",))


def forget_gone(folder: Path) -> None:
    """Forget what was there before in stores that have gone with their embedded cloud."""
    for one in find_abandoned(folder):
        if has_gone(one.thing):
            drop(folder, digest=one.thing.within)
