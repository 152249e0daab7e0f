"""Taking away thousands of things: SQS, EventBridge and Cognito have no call that deletes more than one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from harness.cloud.account import Cloud
from harness.cloud.taking.away import take_away
from harness.cloud.taking.patience import patient
from harness.cloud.taking.topics import subscriptions
from harness.ledger import ORDER, Thing

__all__ = ["take_all_away"]

_WORKERS = 8


def take_all_away(
    things: Iterable[Thing], *, cloud: Cloud, workers: int = _WORKERS, known: Mapping[Thing, str] | None = None
) -> list[Thing]:
    """Take many things away, several at a time, all of a kind before the next kind, and give those that are left.

    Each is in the ledger as soon as it has gone, so an interrupt loses nothing: what has begun is finished, and the
    rest is not begun.

    Args:
        things: What is to go, of one account and region.
        cloud: Where they are.
        workers: How many at a time.
        known: How the services call them, as far as that is known; see `Removal`.
    """
    of_kind: dict[str, list[Thing]] = {kind: [] for kind in ORDER}
    for thing in dict.fromkeys(things):
        of_kind[thing.kind].append(thing)
    names = {**_subscriptions(of_kind["subscription"], cloud=cloud), **(known or {})}
    left: list[Thing] = []
    pool = ThreadPoolExecutor(workers, thread_name_prefix="taking-away")

    def take(thing: Thing) -> bool:
        return take_away(thing, cloud=cloud, known=names.get(thing, ""), many=True)

    try:
        for here in of_kind.values():
            left += [thing for thing, gone in zip(here, pool.map(take, here), strict=True) if not gone]
    finally:
        pool.shutdown(cancel_futures=True)
    return left


def _subscriptions(things: list[Thing], *, cloud: Cloud) -> Mapping[Thing, str]:
    # Where they cannot be listed, each says so by itself when it is to go.
    with suppress(Exception):
        if len(things) > 1:
            return subscriptions(things, sns=patient(cloud, "sns", many=True))
    return {}
