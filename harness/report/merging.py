"""Several runs as one: shards of CI jobs, with different tests, modes or systems."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from harness.report.record import DriftRecord, RunRecord, SurfaceRecord, SystemRecord, TestRecord
from harness.settings import MODES

__all__ = ["distinct", "merged", "remarks"]

_WORST_FIRST = ("error", "failed", "skipped", "xfailed", "xpassed", "passed")

_Thing = TypeVar("_Thing")
_Key = tuple[str, str, str]


def merged(runs: Sequence[RunRecord], *, latest: bool = False) -> RunRecord:
    """Give one run that says what these say together.

    Of a test that ran in one mode several times the worst outcome counts: of two jobs with different Pythons both must
    pass. With `latest` the later one counts, as one wants where a shard was run again.

    What differs is told of all: stages, clouds and regions are joined by commas. Drift counts as looked for when it was
    in each stage of each system, what was left behind when each of the runs was looked after; what was found counts in
    any case.

    Args:
        runs: At least one.
        latest: Whether the later one counts of a test that ran several times.
    """
    # A run that was killed at once may not know when it began.
    began = min((run.began for run in runs if run.began), default=0.0)
    return RunRecord(
        version=_joined(run.version for run in runs),
        runs=tuple(dict.fromkeys(one for run in runs for one in run.runs)),
        began=began,
        seconds=round(max(run.began + run.seconds for run in runs) - began, 3),
        stage=_joined(run.stage for run in runs),
        cloud=_joined(run.cloud for run in runs),
        region=_joined(run.region for run in runs),
        modes=_modes(runs),
        systems=_systems(runs),
        tests=tuple(_counting(found, latest=latest) for found in _by_test(runs).values()),
        deselected=tuple(dict.fromkeys(line for run in runs for line in run.deselected)),
        drift=_drift(runs),
        left=_left(runs),
        unselected=sum(run.unselected for run in distinct(runs)),
        ended="; ".join(dict.fromkeys(run.ended for run in runs if run.ended)),
    )


def distinct(runs: Sequence[RunRecord]) -> list[RunRecord]:
    """Give those that tell of processes of which none before them tells: a copy of a report is no other run."""
    found: list[RunRecord] = []
    for run in runs:
        if not any(run == other or set(run.runs) & set(other.runs) for other in found):
            found.append(run)
    return found


def remarks(runs: Sequence[RunRecord], *, latest: bool = False) -> Iterator[str]:
    """Give what a person should know of the merging: tests that ran several times, stages that differ.

    Args:
        runs: The runs that are merged.
        latest: As for `merged`.
    """
    for (_, test, mode), found in _by_test(runs).items():
        # A test that asks for no stage runs in each shard; it is worth a word only where that made a difference.
        if len(found) > 1 and (mode or len({one.outcome for one in found}) > 1):
            outcomes = ", ".join(one.outcome for one in sorted(found, key=_begin))
            counts = f"{_counting(found, latest=latest).outcome}, the {'latest' if latest else 'worst'}, counts"
            yield f"{test} ran {len(found)} times{mode and ' in '}{mode}: {outcomes}; {counts}"
    for what, values in (
        ("stages", [run.stage for run in runs]),
        ("clouds", [run.cloud for run in runs]),
        ("regions", [run.region for run in runs]),
        ("versions of the harness", [run.version for run in runs]),
    ):
        different = dict.fromkeys(value for value in values if value)
        if len(different) > 1:
            yield f"the reports are of {len(different)} {what}: {', '.join(different)}"


def _joined(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(value for value in values if value))


def _modes(runs: Sequence[RunRecord]) -> tuple[str, ...]:
    asked = dict.fromkeys(mode for run in runs for mode in run.modes)
    return tuple(sorted(asked, key=lambda mode: MODES.index(mode) if mode in MODES else len(MODES)))


def _by_test(runs: Sequence[RunRecord]) -> dict[_Key, list[TestRecord]]:
    """Give what is said of each test in each mode; a report that is given twice says it once."""
    found: dict[_Key, list[TestRecord]] = {}
    for run in runs:
        for one in run.tests:
            said = found.setdefault((one.system, one.test, one.mode), [])
            if one not in said:
                said.append(one)
    return found


def _counting(found: Sequence[TestRecord], *, latest: bool) -> TestRecord:
    """Give the one that counts; of several with the same outcome the latest."""
    by_time = sorted(found, key=_begin, reverse=True)
    return by_time[0] if latest else min(by_time, key=lambda one: _WORST_FIRST.index(one.outcome))


def _begin(record: TestRecord) -> float:
    return record.began


def _systems(runs: Sequence[RunRecord]) -> tuple[SystemRecord, ...]:
    found: dict[str, SystemRecord] = {}
    for run in runs:
        for one in run.systems:
            found[one.name] = _both(found[one.name], one) if one.name in found else one
    return tuple(found.values())


def _both(one: SystemRecord, other: SystemRecord) -> SystemRecord:
    """Give a system as two shards know it; they may have read different versions of its template."""
    return SystemRecord(
        name=one.name,
        template=one.template or other.template,
        surface=_surface((*one.surface, *other.surface)),
        nodes=_once((*one.nodes, *other.nodes), key=lambda node: node.id),
        edges=_once((*one.edges, *other.edges), key=lambda edge: edge),
    )


def _surface(things: Iterable[SurfaceRecord]) -> tuple[SurfaceRecord, ...]:
    found: dict[str, SurfaceRecord] = {}
    for one in things:
        before = found.get(one.id, one)
        found[one.id] = replace(before, leads_to=tuple(dict.fromkeys((*before.leads_to, *one.leads_to))))
    return tuple(found.values())


def _once(things: Iterable[_Thing], *, key: Callable[[_Thing], Hashable]) -> tuple[_Thing, ...]:
    found: dict[Hashable, _Thing] = {}
    for one in things:
        found.setdefault(key(one), one)
    return tuple(found.values())


def _drift(runs: Sequence[RunRecord]) -> tuple[DriftRecord, ...] | None:
    found = tuple(dict.fromkeys(one for run in runs for one in run.drift or ()))
    looked = {place for run in runs if run.drift is not None for place in _places(run)}
    unlooked = {place for run in runs if run.drift is None for place in _places(run)} - looked
    nobody = all(run.drift is None for run in runs)
    return found if found or not (unlooked or nobody) else None


def _places(run: RunRecord) -> set[tuple[str, str]]:
    """Give each stage of a system that a run tested."""
    names = {*(one.name for one in run.systems), *(one.system for one in run.tests)} - {""}
    return {(run.stage, name) for name in names}


def _left(runs: Sequence[RunRecord]) -> tuple[str, ...] | None:
    found = tuple(dict.fromkeys(line for run in runs for line in run.left or ()))
    return found if found or all(run.left is not None for run in runs) else None
