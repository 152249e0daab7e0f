"""What there is of a system that tests can reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from harness.report.record import SurfaceRecord
from harness.report.surface.tasks import tasks_of
from harness.report.surface.wires import Wire, wires_of
from harness.system.model import System

__all__ = ["ORDER", "surface_of"]

# Front doors first, then what leads inside, then what is led to, then where things end.
ORDER = (
    "route",
    "field",
    "authorizer",
    "schedule",
    "notification",
    "rule",
    "subscription",
    "mapping",
    "machine",
    "function",
    "destination",
)


def surface_of(system: System) -> tuple[SurfaceRecord, ...]:
    """Give all that tests can reach of a system, front doors first, each kind in the order of the template.

    What a template disables is left out, for AWS does nothing about it and no test could reach it; a function that
    only a disabled rule starts is there. Beside the kinds that `SurfaceRecord` names there are ``field`` (of AppSync:
    ``field:GraphApi Query.product``), ``authorizer`` (a function: ``authorizer:Api Guard``) and ``destination``
    (``destination:Notify failure``, ``destination:Jobs dead letters``).
    """
    wires = [wire for wire in wires_of(system) if wire.enabled]
    behind = _behind(system, wires)
    records = [_record(wire.kind, wire.name, wire.targets, behind) for wire in wires]
    records += [_record("machine", name, _started_by(name, system), behind) for name in system.machines]
    records += [_record("function", name, (), behind, _endings(name, wires)) for name in system.functions]
    return tuple(sorted(records, key=lambda record: ORDER.index(record.kind)))


def _behind(system: System, wires: Iterable[Wire]) -> Mapping[str, Sequence[str]]:
    """Give what comes next after each thing: after a function itself, after a topic its subscriptions."""
    behind: dict[str, list[str]] = {name: [f"function:{name}"] for name in system.functions}
    behind |= {name: [f"machine:{name}"] for name in system.machines}
    for wire in wires:
        if wire.kind in ("rule", "subscription", "mapping", "notification"):
            behind.setdefault(wire.source, []).append(wire.id)
    return behind


def _record(
    kind: str, name: str, targets: Iterable[str], behind: Mapping[str, Sequence[str]], others: Iterable[str] = ()
) -> SurfaceRecord:
    leads_to = dict.fromkeys([*(one for target in targets for one in behind.get(target, ())), *others])
    return SurfaceRecord(id=f"{kind}:{name}", kind=kind, name=name, leads_to=tuple(leads_to))


def _started_by(machine: str, system: System) -> list[str]:
    return [target for task in tasks_of(system, machine) for target in task.starts]


def _endings(function: str, wires: Iterable[Wire]) -> list[str]:
    return [wire.id for wire in wires if wire.kind == "destination" and wire.source == function]
