"""Ages and numbers in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from harness.ledger import ORDER, Kind, Thing

__all__ = ["counted", "duration", "place_of"]

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def duration(seconds: float) -> str:
    """Give a time in its largest unit.

    >>> duration(24 * 3600)
    '24 h'
    >>> duration(72 * 3600)
    '3 d'
    """
    for size, unit in _UNITS:
        if seconds >= (2 * size if unit == "d" else size):
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def counted(kinds: Iterable[Kind]) -> str:
    """Give how many there are of each kind.

    >>> counted(["queue", "rule", "queue"])
    '1 rule, 2 queues'
    >>> counted(["items"])
    'items of 1 table'
    """
    numbers = Counter(kinds)
    return ", ".join(_told(kind, numbers[kind]) for kind in ORDER if kind in numbers) or "nothing"


def _told(kind: Kind, number: int) -> str:
    ending = "" if number == 1 else "s"
    return f"items of {number:,} table{ending}" if kind == "items" else f"{number:,} {kind}{ending}"


def place_of(thing: Thing) -> str:
    """Give where something is, in words."""
    return f"account {thing.account}, region {thing.region}" + (f", {thing.endpoint}" if thing.endpoint else "")
