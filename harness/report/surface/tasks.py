"""What the tasks of a state machine reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.report.surface.referring import KINDS, declared_by, referred
from harness.system.model import System

__all__ = ["Task", "tasks_of"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A state of the type ``Task``.

    Args:
        state: Its name.
        starts: The logical ids of the functions and machines that it runs.
        uses: The logical ids of what else it refers to, such as a table.
    """

    state: str
    starts: tuple[str, ...]
    uses: tuple[str, ...]


def tasks_of(system: System, machine: str) -> list[Task]:
    """Give the tasks of a state machine, those in branches and iterations included."""
    declared = declared_by(system)
    found = []
    for name, state in _states(system.machines[machine].definition):
        if state.get("Type") != "Task":
            continue
        said = [state.get(key) for key in ("Resource", "Parameters", "Arguments")]
        named = dict.fromkeys(referred(said, declared))
        starts = tuple(one for one in named if KINDS[system.resources[one].type] in ("function", "machine"))
        found.append(Task(state=name, starts=starts, uses=tuple(one for one in named if one not in starts)))
    return found


def _states(definition: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, state in (definition.get("States") or {}).items():
        yield name, state
        for inner in (*state.get("Branches", ()), state.get("ItemProcessor", {}), state.get("Iterator", {})):
            yield from _states(inner)
