"""How each system fared in each mode, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.settings import MODES

__all__ = ["COUNTED_AS", "tally"]

# The user property of a report that names system and mode; it also stands in the JUnit file.
COUNTED_AS = "harness"

_WORST_FIRST = ("failed", "error", "passed", "skipped", "xfailed", "xpassed")


def tally(stats: Mapping[str, Iterable[Any]]) -> Iterator[str]:
    """Give a line for each system and mode that ran.

    Args:
        stats: Reports by outcome, as pytest's terminal reporter keeps them.
    """
    counted = Counter(
        (place, outcome)
        for outcome in _WORST_FIRST
        for report in stats.get(outcome, ())
        for name, place in getattr(report, "user_properties", ())
        if name == COUNTED_AS
    )
    for system in sorted({place.split()[0] for place, _ in counted}):
        for mode in MODES:
            place = f"{system} {mode}"
            outcomes = [f"{counted[place, outcome]} {outcome}" for outcome in _WORST_FIRST if counted[place, outcome]]
            if outcomes:
                yield f"{system}  {mode:<{max(map(len, MODES))}}  {', '.join(outcomes)}"
