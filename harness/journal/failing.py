"""What a failed expectation says: what was wanted, what came nearest to it, and why it may not have come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from harness._text import listed, redacted, shortened
from harness.errors import HappenedAnyway, NeverHappened
from harness.journal.entry import Entry
from harness.journal.expectation import ANY, Expectation
from harness.journal.matching import Difference, differences

__all__ = ["around", "happened_anyway", "never_happened", "out_of_order"]

_Fact = tuple[str, object]
_Near = tuple[Entry, list[Difference]]

_NEAREST = 3
_CAME = 5
_FIELDS = 6
_LOG_LINES = 10
# A denial of AWS names the action after some three hundred characters.
_LOG_WIDTH = 400
# To rank an entry is to parse it. The latest of a long test are enough to find what is nearly right, at once.
_RANKED = 200


def never_happened(  # noqa: PLR0913 - each is one thing that the reader of a failure needs
    expectation: Expectation,
    *,
    entries: Sequence[Entry],
    counts: Mapping[str, int],
    within: float,
    times: int | None = None,
    found: Sequence[Entry] = (),
    sources: Iterable[str] = (),
    reasons: Sequence[str] = (),
    logs: Mapping[str, Sequence[str]] | None = None,
    notes: Sequence[str] = (),
) -> NeverHappened:
    """Give the failure of an expectation that was not met.

    Args:
        expectation: What was expected.
        entries: All that came in this test through all taps, in the order of their arrival.
        counts: How many entries each open tap saw in this test.
        within: For how long was waited, in seconds.
        times: How often it was to come, if that was said.
        found: The entries that do match, when it was to come more often.
        sources: What the system has that could be tapped; those without an open tap are named.
        reasons: Why it may not have come; told when the tap saw nothing at all.
        logs: The last log lines by function.
        notes: What else matters, such as entries that were dropped.
    """
    sentence = f"Nothing came within {within:g} s that matches {expectation}."
    if times is not None and times > 1:
        share = f"Only {len(found)}" if found else "None"
        sentence = f"{share} of {times} came within {within:g} s that match {expectation}."
    facts = [
        *_came(found),
        *_nearest(expectation, _besides(found, entries=entries)),
        *_seen(counts, wanted=[expectation.source], sources=sources),
        *around([] if counts.get(expectation.source) else reasons, logs=logs or {}),
        *(("note", note) for note in notes),
    ]
    return NeverHappened(sentence, facts=facts)


def around(reasons: Iterable[str], *, logs: Mapping[str, Sequence[str]]) -> list[tuple[str, object]]:
    """Give what stands around something that did not happen: its likely reasons, and the ends of the logs."""
    return [*(("likely reason", reason) for reason in reasons), *_ends(logs.items())]


def happened_anyway(
    expectation: Expectation,
    *,
    entries: Sequence[Entry],
    closed_after: float,
    counts: Mapping[str, int],
    times: int | None = None,
) -> HappenedAnyway:
    """Give the failure of an expectation that must not be met, or was met too often.

    Args:
        expectation: What was not expected.
        entries: Those that match, in the order of their arrival.
        closed_after: For how long was looked, in seconds.
        counts: How many entries each open tap saw in this test.
        times: How often it was to come; not at all if that was not said.
    """
    limit = {0: "nothing was to come that matches", 1: "only 1 was to come that matches"}
    allowed = limit.get(times or 0, f"only {times} were to come that match")
    facts = [*_came(entries), ("looked on for", f"{closed_after:g} s"), *_seen(counts, wanted=[expectation.source])]
    return HappenedAnyway(f"{len(entries)} came, but {allowed} {expectation}.", facts=facts)


def out_of_order(  # noqa: PLR0913 - each is one thing that the reader of a failure needs
    expectations: Sequence[Expectation],
    found: Sequence[Entry | None],
    *,
    entries: Sequence[Entry],
    counts: Mapping[str, int],
    within: float,
    sources: Iterable[str] = (),
    reasons: Sequence[str] = (),
    logs: Mapping[str, Sequence[str]] | None = None,
    notes: Sequence[str] = (),
) -> NeverHappened:
    """Give the failure of expectations that were to be met one after the other.

    What counts is when the cloud took an entry in: taps bring entries of several sources in any order.

    Args:
        expectations: What was expected, in this order.
        found: For each, the entry that was taken for it, or None. One that came too early to be taken need not be
            given: it is looked up, so that it is not said that it never came.
        entries: All that came in this test through all taps, in the order of their arrival.
        counts: How many entries each open tap saw in this test.
        within: For how long was waited, in seconds.
        sources: What the system has that could be tapped; those without an open tap are named.
        reasons: Why the first that never came may not have come.
        logs: The last log lines by function.
        notes: What else matters, such as entries that were dropped.
    """
    came = _completed(expectations, found, entries=entries)
    order = sorted(came, key=lambda number: came[number].sent)
    others = _besides(came.values(), entries=entries)
    steps = []
    for number, expectation in enumerate(expectations, start=1):
        if number in came:
            happened = f"came as number {order.index(number) + 1}: {came[number]}"
        else:
            near = [f"{label}: {value}" for label, value in islice(_nearest(expectation, others), 1)]
            happened = "\n    ".join(["never came", *(line.replace("\n", "\n  ") for line in near)])
        steps.append((f"{number}", f"{expectation}\n    {happened}"))
    facts = [
        *steps,
        ("came in the order", ", ".join(map(str, order)) or "none came"),
        *_seen(counts, wanted=[one.source for one in expectations], sources=sources),
        *around(reasons, logs=logs or {}),
        *(("note", note) for note in notes),
    ]
    return NeverHappened(
        f"{len(expectations)} expected entries did not come in this order within {within:g} s.", facts=facts
    )


def _completed(
    expectations: Sequence[Expectation], found: Sequence[Entry | None], *, entries: Sequence[Entry]
) -> dict[int, Entry]:
    """Give the entry for each expectation that has one, by its number; one entry is taken once."""
    came = {number: entry for number, entry in enumerate(found, start=1) if entry is not None}
    for number, expectation in enumerate(expectations, start=1):
        if number not in came:
            left = _besides(came.values(), entries=entries)
            came.update((number, entry) for entry in islice(filter(expectation.matches, left), 1))
    return came


def _besides(taken: Iterable[Entry], *, entries: Sequence[Entry]) -> list[Entry]:
    named = {(entry.source, entry.id) for entry in taken}
    return [entry for entry in entries if (entry.source, entry.id) not in named]


def _came(entries: Sequence[Entry]) -> Iterator[_Fact]:
    """Give the latest: where too many came, the last are those too many."""
    if len(entries) > _CAME:
        yield "came before", f"{len(entries) - _CAME} more"
    yield from (("came", entry) for entry in entries[-_CAME:])


def _nearest(expectation: Expectation, entries: Sequence[Entry]) -> Iterator[_Fact]:
    """Give what came elsewhere, then what came nearest, each with the fields that differ below it."""
    ranked = _ranked(expectation, entries)
    elsewhere = [entry for entry, apart in ranked if _only_elsewhere(apart)]
    # The latest of each source comes first in the rank, and so last into the mapping.
    for source, entry in {entry.source: entry for entry in reversed(elsewhere)}.items():
        yield f"it came on {source!r} instead", entry
    others = (near for near in ranked if not _only_elsewhere(near[1]))
    for entry, apart in islice(others, _NEAREST):
        yield "nearest", "\n    ".join([str(entry), *_fields(apart)])


def _only_elsewhere(apart: Sequence[Difference]) -> bool:
    return [one.path for one in apart] == ["source"]


def _ranked(expectation: Expectation, entries: Sequence[Entry]) -> list[_Near]:
    """Give the entries that have something in common with what was expected, the nearest first.

    Nearest is what has the same source, then the same detail-type, then the fewest fields that differ; among equals,
    the latest.
    """
    kinds = {entry.detail_type for entry in entries}
    other_kinds = {kind for kind in kinds if differences(expectation.detail_type, kind)}

    def apart_at_sight(entry: Entry) -> tuple[bool, bool]:
        return entry.source != expectation.source, entry.detail_type in other_kinds

    def apart(near: _Near) -> tuple[bool, bool, int]:
        return *apart_at_sight(near[0]), _weight_of(near[1])

    latest = list(reversed(entries))
    at_sight = sorted(latest, key=apart_at_sight)
    here = [entry for entry in at_sight if entry.source == expectation.source]
    there = [entry for entry in at_sight if entry.source != expectation.source]
    compared = [(entry, _apart(expectation, entry)) for entry in [*here[:_RANKED], *there[:_RANKED]]]
    asked = _asked(expectation)
    related = [near for near in compared if near[0].source == expectation.source or _weight_of(near[1]) < asked]
    return sorted(related, key=apart)


def _apart(expectation: Expectation, entry: Entry) -> list[Difference]:
    """Ask an entry of another source all that is asked at its own: a predicate too, which is asked only then."""
    there = differences(expectation.source, entry.source, path="source")
    return [*there, *(replace(expectation, source=entry.source) if there else expectation).differences(entry)]


def _asked(expectation: Expectation) -> int:
    """Count the fields that the expectation looks at, its source and its predicate aside."""
    pattern = ANY if expectation.pattern is None else expectation.pattern
    parts = (expectation.detail_type, expectation.body, expectation.attributes, pattern)
    return sum(_weight(part) for part in parts if part is not ANY)


def _weight_of(apart: Sequence[Difference]) -> int:
    # A predicate that refuses has been asked because all else agrees, so nothing is nearer.
    return sum(_weight(one.expected) for one in apart if one.path not in ("source", "where"))


def _weight(expected: Any) -> int:
    """Count the fields of what was expected: an order that is missing as a whole is further off than its price."""
    if isinstance(expected, Mapping):
        return sum(map(_weight, expected.values())) or 1
    if isinstance(expected, list | tuple):
        return sum(map(_weight, expected)) or 1
    return 1


def _fields(apart: Sequence[Difference]) -> Iterator[str]:
    if not apart:
        yield "it matches, but was not counted: it may have come too late"
    yield from map(str, apart[:_FIELDS])
    if len(apart) > _FIELDS:
        yield f"and {len(apart) - _FIELDS} more"


def _seen(counts: Mapping[str, int], *, wanted: Iterable[str], sources: Iterable[str] = ()) -> Iterator[_Fact]:
    shown = [f"{source} {count or 'nothing at all'}" for source, count in counts.items()]
    yield "seen in this test", ", ".join(shown) or "nothing is tapped"
    untapped = {*wanted, *sources} - counts.keys()
    if untapped:
        yield "not tapped", listed(untapped)


def _ends(logs: Iterable[tuple[str, Sequence[str]]]) -> Iterator[_Fact]:
    for function, log in logs:
        # A secret may be on the line after its name, so the lines are looked through together.
        lines = [line.rstrip() for line in redacted("\n".join(log)).splitlines() if line.strip()][-_LOG_LINES:]
        title = f"the last {len(lines)} lines" if len(lines) > 1 else "the last line"
        below = [shortened(line, limit=_LOG_WIDTH) for line in lines]
        yield f"log of {function}", "\n    ".join([title, *below]) if lines else "empty"
