"""Taking away what is to go, with the ledgers of not too many runs open at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from harness.cloud.account import Cloud
from harness.cloud.taking import take_all_away
from harness.ledger import Thing
from harness.sweep.found import Found
from harness.sweep.ledgers import Ledgers

__all__ = ["remove_all"]

# Each open ledger takes two of the files that a process may have open, of which there may be 256 only.
_RUNS = 50


def remove_all(found: Sequence[Found], *, cloud_of: Callable[[Thing], Cloud], ledgers: Ledgers) -> None:
    """Take things away, what leads into a queue before the queue.

    Args:
        found: What is to go.
        cloud_of: Gives where something is.
        ledgers: Where it is written down.
    """
    runs = sorted({one.run for one in found})
    for start in range(0, len(runs), _RUNS):
        some = set(runs[start : start + _RUNS])
        _remove([one for one in found if one.run in some], cloud_of=cloud_of)
        ledgers.put_by()


def _remove(found: Iterable[Found], *, cloud_of: Callable[[Thing], Cloud]) -> None:
    known = {one.thing: one.known for one in found if one.known}
    by_cloud: dict[Cloud, list[Thing]] = defaultdict(list)
    for one in found:
        by_cloud[cloud_of(one.thing)].append(one.thing)
    for cloud, things in by_cloud.items():
        take_all_away(things, cloud=cloud, known=known)
