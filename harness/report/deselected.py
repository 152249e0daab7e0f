"""What was left out of a run with a reason: a line for each test, which says in which modes and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["in_short", "line", "places", "test_of"]

_LINE = re.compile(r"deselected in (?P<modes>[a-z, ]+): (?P<rest>.+)", re.DOTALL)
# Parameters may hold anything, so what stands behind them is found by what ends them.
_WITH_PARAMETERS = re.compile(r"(?P<test>[^\[]+)\[.*?\]: (?P<reason>.+)", re.DOTALL)
_TEST = re.compile(r"(?P<test>[^\[]*?(?:\[.*?\])?): ", re.DOTALL)


def line(test: str, *, modes: Sequence[str], reason: str) -> str:
    """Give the line of a test, with its parameters.

    >>> line("test_a.py::test_it[1]", modes=("handler", "invoke"), reason="it looks at the front door")
    'deselected in handler, invoke: test_a.py::test_it[1]: it looks at the front door'
    """
    return f"deselected in {', '.join(modes)}: {test}: {reason}"


def places(test: str, lines: Iterable[str]) -> set[str]:
    """Give the modes in which a test was left out with a reason; its parameters count.

    >>> sorted(places("test_it[1]", ["deselected in http: test_it[1]: why", "deselected in invoke: test_it[2]: why"]))
    ['http']
    """
    told = (found for found in map(_LINE.match, lines) if found)
    return {mode for one in told if one["rest"].startswith(f"{test}: ") for mode in one["modes"].split(", ")}


def test_of(told: str) -> str | None:
    """Give the test of a line; None for a line of something else. Parameters may hold what ends a name.

    >>> test_of("deselected in http: test_a.py::test_it[1: 2]: why: because")
    'test_a.py::test_it[1: 2]'
    """
    found = _LINE.fullmatch(told)
    inside = found and _TEST.match(found["rest"])
    return inside["test"] if inside else None


def in_short(lines: Iterable[str]) -> Iterator[str]:
    """Give the lines for people: one for all parameters of a test that were left out alike.

    >>> list(in_short(f"deselected in http: test_it[{number}]: why" for number in range(12)))
    ['deselected in http: test_it, with 12 sets of parameters: why']
    """
    alike: dict[tuple[str, str, str] | str, list[str]] = {}
    for one in lines:
        alike.setdefault(_without_parameters(one) or one, []).append(one)
    for what, members in alike.items():
        if isinstance(what, str) or len(members) == 1:
            yield members[0]
        else:
            modes, test, reason = what
            yield f"deselected in {modes}: {test}, with {len(members)} sets of parameters: {reason}"


def _without_parameters(told: str) -> tuple[str, str, str] | None:
    """Give modes, test and reason of a line of a test that has parameters, else None."""
    found = _LINE.fullmatch(told)
    inside = found and _WITH_PARAMETERS.fullmatch(found["rest"])
    return (found["modes"], inside["test"], inside["reason"]) if found and inside else None
