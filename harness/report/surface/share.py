"""How much of the surface tests have reached; what only may have been reached is kept apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from harness.report.record import PERHAPS, RunRecord, SurfaceRecord, SystemRecord, TestRecord

__all__ = ["modes_of", "never_reached", "percent", "perhaps_in", "reached_in", "share"]

# The order in which they are thought of: from the code to the front door.
_MODES = ("handler", "invoke", "http")


def modes_of(run: RunRecord) -> tuple[str, ...]:
    """Give the modes that a run asked for or had, in their order."""
    found = {*run.modes, *(test.mode for test in run.tests if test.mode)}
    return tuple(sorted(found, key=lambda mode: (_MODES.index(mode) if mode in _MODES else len(_MODES), mode)))


def reached_in(run: RunRecord) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Give the modes in which each thing was reached, by system and id; a test that failed has reached too."""
    return _by_system((test, one) for test in run.tests for one in test.reached if not one.endswith(PERHAPS))


def perhaps_in(run: RunRecord) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Give the modes in which each thing may have been reached, by system and id: only a grant speaks for it."""
    told = ((test, one) for test in run.tests for one in test.reached if one.endswith(PERHAPS))
    return _by_system((test, one.removesuffix(PERHAPS)) for test, one in told)


def _by_system(reached: Iterator[tuple[TestRecord, str]]) -> Mapping[str, Mapping[str, frozenset[str]]]:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for test, one in reached:
        found[test.system][one].add(test.mode)
    return {system: {one: frozenset(modes) for one, modes in things.items()} for system, things in found.items()}


def share(run: RunRecord) -> float:
    """Give how much of the surface was reached in any mode, in percent; where no system was tested, that is nothing.

    >>> share(RunRecord())
    0.0
    """
    if not any(test.system for test in run.tests):
        return 0.0
    total = sum(len(system.surface) for system in run.systems)
    missed = sum(len(records) for records in never_reached(run).values())
    return percent(total - missed, total)


def percent(reached: int, total: int) -> float:
    """Give a part of a whole in percent; all of nothing is 100.

    >>> percent(3, 4), percent(0, 0)
    (75.0, 100.0)
    """
    return 100.0 * reached / total if total else 100.0


def never_reached(run: RunRecord) -> dict[str, list[SurfaceRecord]]:
    """Give what no test has surely reached in any mode, by system; a system of which all was reached is left out."""
    reached = reached_in(run)
    found = {system.name: _missed(system, reached.get(system.name, {})) for system in run.systems}
    return {name: records for name, records in found.items() if records}


def _missed(system: SystemRecord, reached: Mapping[str, object]) -> list[SurfaceRecord]:
    return [record for record in system.surface if record.id not in reached]
