"""A pattern as AWS reads it: the alternatives that `$or` opens, each a condition per path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from harness.events.leaves import Leaf, Place, together
from harness.events.operators import Condition, condition, malformed

__all__ = ["Alternative", "alternatives", "matching", "ways"]

Alternative: TypeAlias = dict[str, list[Condition]]

# With one of these as a field of an alternative, `$or` is an ordinary name (README of Event Ruler, "The $or
# Primitive"; https://docs.aws.amazon.com/sns/latest/dg/and-or-logic.html says the same of SNS).
# fmt: off
_RESERVED = {
    "exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr", "=",
    "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case", "date-after", "date-on-or-after",
    "date-before", "date-on-or-before", "in-date-range", "ip-address-in-range", "ip-address-not-in-range",
}
# fmt: on
_FIELD = "a list of values and operators, or an object with at least one field"


def alternatives(pattern: Mapping[str, Any]) -> list[Alternative]:
    """Give the alternatives of a pattern, of which one must match; without `$or` it is one.

    Event Ruler writes each `$or` out, in the order of the pattern: a field that stands before it and in one of its
    branches has the branch's conditions there.

    >>> [list(fields) for fields in alternatives({"a": [1], "$or": [{"b": [2]}, {"c": {"d": [3]}}]})]
    [['a', 'b'], ['a', 'c.d']]

    Raises:
        MisusedStep: AWS would refuse the pattern.
    """
    if not pattern:
        raise malformed(pattern, at="$", allowed="an object with at least one field")
    return _opened(pattern, path="", before=[{}])


def _opened(pattern: Mapping[str, Any], *, path: str, before: list[Alternative]) -> list[Alternative]:
    found = before
    for name, asked in pattern.items():
        inner = f"{path}.{name}" if path else name
        if name == "$or" and _is_or(asked):
            found = [one for branch in asked for one in _opened(branch, path=path, before=found)]
        elif isinstance(asked, Mapping) and asked:
            found = _opened(asked, path=inner, before=found)
        elif isinstance(asked, list) and asked:
            conditions = [condition(item, at=inner) for item in asked]
            found = [{**fields, inner: conditions} for fields in found]
        else:
            raise malformed(asked, at=inner, allowed=_FIELD)
    return found


def _is_or(asked: Any) -> bool:
    several = isinstance(asked, list) and len(asked) > 1
    return several and all(isinstance(branch, Mapping) and branch and not _RESERVED & branch.keys() for branch in asked)


def matching(alternative: Alternative, found: Mapping[str, Place]) -> int:
    """Give how many fields match together, in the order of their paths, before the first that does not.

    Fields within an array must match in one element of it (README of Event Ruler, "JSON Array Matching").
    The order is Event Ruler's: an absence is asked of the elements that earlier paths have chosen, and of all
    elements where no path has chosen yet.
    """
    return _matching(sorted(alternative.items()), found, {})


def _matching(fields: list[tuple[str, list[Condition]]], found: Mapping[str, Place], chosen: dict[int, int]) -> int:
    if not fields:
        return 0
    (path, conditions), rest = fields[0], fields[1:]
    most = 0
    for elements in ways(conditions, found.get(path), chosen=chosen):
        most = max(most, 1 + _matching(rest, found, elements))
        if most == len(fields):
            break
    return most


def ways(conditions: list[Condition], place: Place | None, *, chosen: Mapping[int, int]) -> Iterator[dict[int, int]]:
    """Give the elements of arrays in which one of the conditions holds, each once, among the elements chosen so far."""
    near = [(leaf, elements) for leaf in _leaves(place) if (elements := together(chosen, leaf.elements)) is not None]
    if not near and any(one.absence for one in conditions):
        yield dict(chosen)
    given: list[dict[int, int]] = []
    for leaf, elements in near:
        if elements not in given and any(one.holds(leaf.value) for one in conditions):
            given.append(elements)
            yield elements


def _leaves(place: Place | None) -> list[Leaf]:
    return place.leaves if place else []
