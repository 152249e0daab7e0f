"""EventBridge's event patterns: whether an event matches, and where it does not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.events.alternatives import Alternative, alternatives, matching, ways
from harness.events.leaves import Place, places
from harness.events.operators import Condition

__all__ = ["Mismatch", "is_within", "matches", "unmatched"]


@dataclass(frozen=True)
class Mismatch:
    """A field that a pattern asks for and an event does not have as asked.

    >>> print(Mismatch("detail.id", wanted="one of 'a', 'b'", found="c"))
    detail.id is 'c', wanted one of 'a', 'b'

    Args:
        path: The names from the top, as in ``detail.order.id``; arrays have no part in it.
        wanted: What the pattern asks, in words.
        found: What the event has there; a list of what each element has if the path goes through an array.
        missing: The event has no such field, and `found` is None.
    """

    path: str
    wanted: str
    found: Any = None
    missing: bool = False

    def __str__(self) -> str:
        """Give it as a line of a report."""
        return f"{self.path} is {'missing' if self.missing else repr(self.found)}, wanted {self.wanted}"


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Tell whether a rule with this pattern would send the event on.

    >>> matches({"source": ["shop"], "detail": {"total": [{"numeric": [">", 9]}]}},
    ...         {"source": "shop", "detail": {"total": 10}})
    True
    """
    return not unmatched(pattern, event)


def is_within(pattern: Mapping[str, Any], wider: Mapping[str, Any]) -> bool:
    """Tell whether all that matches a pattern matches a wider one, too; where that is hard to tell, the answer is no.

    >>> is_within({"source": ["shop"], "detail-type": ["placed"]}, {"source": ["shop", "kitchen"]})
    True
    >>> is_within({"detail-type": ["placed"]}, {"source": ["shop"]})
    False
    """
    return all(name in pattern and _is_field_within(pattern[name], asked) for name, asked in wider.items())


def _is_field_within(one: Any, wider: Any) -> bool:
    if isinstance(one, Mapping) and isinstance(wider, Mapping):
        return is_within(one, wider)
    # As JSON, because to Python 1 is True.
    allowed = {json.dumps(value, sort_keys=True) for value in wider} if isinstance(wider, list) else set()
    return isinstance(one, list) and {json.dumps(value, sort_keys=True) for value in one} <= allowed


def unmatched(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> list[Mismatch]:
    """Give the fields in which an event does not match a pattern; none if it matches.

    Where the pattern has several ways to match (`$or`), these are the fields of the nearest one. The rules are those of
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html and, where the page is
    silent, those of Event Ruler, which AWS runs.

    >>> for mismatch in unmatched({"source": ["shop"], "detail": {"id": [{"prefix": "o-"}]}},
    ...                           {"source": "shop", "detail": {"order": 1}}):
    ...     print(mismatch)
    detail.id is missing, wanted a prefix 'o-'

    Raises:
        MisusedStep: AWS would refuse the pattern.
    """
    found = places(event)
    return min((_of(alternative, found) for alternative in alternatives(pattern)), key=len)


def _of(alternative: Alternative, found: Mapping[str, Place]) -> list[Mismatch]:
    count = matching(alternative, found)
    if count == len(alternative):
        return []
    alone = {path: _wanted(asked) for path, asked in alternative.items() if not _holds(asked, found.get(path))}
    return [_mismatch(path, words, found.get(path)) for path, words in (alone or _apart(alternative, count)).items()]


def _holds(conditions: list[Condition], place: Place | None) -> bool:
    return any(True for _ in ways(conditions, place, chosen={}))


def _apart(alternative: Alternative, count: int) -> dict[str, str]:
    # Each field matches by itself, but no element of the array has them all: name the first that does not join.
    path = sorted(alternative)[count]
    return {path: f"{_wanted(alternative[path])} in the same element of an array as the fields before it"}


def _mismatch(path: str, wanted: str, place: Place | None) -> Mismatch:
    if place is None:
        return Mismatch(path, wanted, missing=True)
    return Mismatch(path, wanted, found=place.written[0] if len(place.written) == 1 else place.written)


def _wanted(conditions: list[Condition]) -> str:
    literals = [one.words for one in conditions if one.literal]
    operators = [one.words for one in conditions if not one.literal]
    first = [f"one of {', '.join(literals)}"] if len(literals) > 1 else literals
    return " or ".join(first + operators)
