"""A system made ready to be asked what a test has reached of it; that is asked after every test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from harness.report.surface.grants import uses_of
from harness.report.surface.patterns import answerable, with_names
from harness.report.surface.referring import declared_by
from harness.report.surface.tasks import Task, tasks_of
from harness.report.surface.wires import Wire, wires_of
from harness.system.model import Rule, Subscription, System

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
        self.by_source: dict[tuple[str, str], list[Wire]] = defaultdict(list)
        self.by_id: dict[str, Wire] = {}
        self.endings: dict[str, list[Wire]] = defaultdict(list)
        self.patterns: dict[str, Mapping[str, Any]] = {}
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

    def tasks(self, machine: str) -> Sequence[Task]:
        """Give the tasks of a state machine."""
        return self._tasks[machine]

    def uses(self, function: str) -> Mapping[str, Sequence[str]]:
        """Give what a function uses, and how."""
        return self._uses[function]

    def ways_to(self, function: str) -> Sequence[str]:
        """Give the ids of what starts a function."""
        return self._ways.get(function, ())

    def with_buckets(self, rule: Wire) -> Mapping[str, Any]:
        """Give the pattern of a rule with the logical ids of buckets in place of their names."""
        declared = declared_by(self.system)
        named = with_names(rule.part.pattern, lambda value: declared.logical_id(value, "AWS::S3::Bucket"))
        return answerable(named)

    @cached_property
    def _tasks(self) -> Mapping[str, Sequence[Task]]:
        return {name: tasks_of(self.system, name) for name in self.system.machines}

    @cached_property
    def _uses(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        return uses_of(self.system)

    @cached_property
    def _ways(self) -> Mapping[str, Sequence[str]]:
        ways: dict[str, list[str]] = defaultdict(list)
        for wire in self.by_id.values():
            for target in wire.targets:
                ways[target].append(wire.id)
        for machine, tasks in self._tasks.items():
            for target in dict.fromkeys(one for task in tasks for one in task.starts):
                ways[target].append(f"machine:{machine}")
        return ways


def known(system: System) -> Known:
    """Give a system made ready, the same for the same system."""
    found = _seen.get(id(system))
    if found is None or found.system is not system:
        while len(_seen) >= _MOST:
            del _seen[next(iter(_seen))]
        found = _seen[id(system)] = Known(system)
    return found
