"""A system made ready to be asked what a test has reached of it; that is asked after every test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from harness.report.surface.patterns import answerable
from harness.report.surface.tasks import Task, tasks_of
from harness.report.surface.wires import Wire, wires_of
from harness.system.model import Api, Rule, Subscription, System

__all__ = ["Known", "known"]

# As many systems as a run has, and some more: a test of the harness reads many.
_MOST = 16
_seen: dict[int, Known] = {}


class Known:
    """What leads where in a system, by where it begins; only what is enabled.

    Args:
        system: The system as its template declares it.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self.by_source: Mapping[tuple[str, str], list[Wire]] = defaultdict(list)
        self.by_id: dict[str, Wire] = {}
        self.endings: Mapping[str, list[Wire]] = defaultdict(list)
        self.patterns: dict[str, Mapping[str, Any]] = {}
        self._tasks: dict[str, Sequence[Task]] = {}
        for wire in wires_of(system):
            if wire.enabled:
                self._take(wire)

    def _take(self, wire: Wire) -> None:
        self.by_id[wire.id] = wire
        self.by_source[wire.kind, wire.source].append(wire)
        if wire.kind == "destination":
            self.endings[wire.targets[0]].append(wire)
        elif isinstance(wire.part, Rule) and wire.part.pattern:
            self.patterns[wire.id] = answerable(wire.part.pattern)
        elif isinstance(wire.part, Subscription) and wire.part.filter_policy:
            self.patterns[wire.id] = answerable(wire.part.filter_policy)

    def api(self, name: str) -> Api:
        """Give an API, with its gateway responses."""
        return self.system.apis[name]

    def tasks(self, machine: str) -> Sequence[Task]:
        """Give the tasks of a state machine."""
        if machine not in self._tasks:
            self._tasks[machine] = tasks_of(self.system, machine)
        return self._tasks[machine]


def known(system: System) -> Known:
    """Give a system made ready, the same for the same system."""
    found = _seen.get(id(system))
    if found is None or found.system is not system:
        while len(_seen) >= _MOST:
            del _seen[next(iter(_seen))]
        found = _seen[id(system)] = Known(system)
    return found
