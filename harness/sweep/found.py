"""What a sweep has found: a thing, the run that has made it, and how old it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from harness.ledger import ORDER, Thing
from harness.ledger.naming import TIME_TO_LIVE

__all__ = ["Found", "merged"]


@dataclass(frozen=True, kw_only=True)
class Found:
    """Something that a run of the harness has created and that is still there, for all that is known.

    Args:
        thing: What it is. Its stage is empty when nothing tells it.
        run: The id of the run.
        by: How it was found: ``ledger``, ``tag``, ``name``.
        since: When it was created, in epoch seconds, or when its run began; None when nothing tells it.
        ttl: For how many seconds its run may go on.
        known: How its service calls it besides, where that was seen: the URL of a queue, the ARN of a subscription, the
            name of a user in the pool. Of app clients there may be two of one name, so of these it is not said.
    """

    thing: Thing
    run: str
    by: tuple[str, ...]
    since: float | None = None
    ttl: float = TIME_TO_LIVE
    known: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """What is the same however it was found."""
        return self.run, self.thing.identity


def merged(found: Iterable[Found]) -> list[Found]:
    """Give each thing once, in the order in which things are taken away; what is told first is kept.

    Args:
        found: What was found, that of the ledgers first: there it is called as its run has called it.
    """
    by_key: dict[tuple[object, ...], Found] = {}
    for one in found:
        before = by_key.get(one.key)
        by_key[one.key] = one if before is None else _both(before, one)
    return sorted(by_key.values(), key=lambda one: ORDER.index(one.thing.kind))


def _both(first: Found, second: Found) -> Found:
    since = first.since if first.since is not None else second.since
    by = tuple(dict.fromkeys([*first.by, *second.by]))
    return replace(first, by=by, since=since, known=first.known or second.known)
