"""The picture of a system: its front doors, what is behind them, and who reaches whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from harness.report.record import EdgeRecord, NodeRecord
from harness.report.surface.grants import uses_of
from harness.report.surface.referring import KINDS, declared_by, referred
from harness.report.surface.tasks import tasks_of
from harness.report.surface.wires import Wire, wires_of
from harness.system.doors import Route
from harness.system.model import System

__all__ = ["picture_of"]

# From left to right, as what happens goes through a system.
_ORDER = ("door", "function", "machine", "bus", "topic", "queue", "stream", "table", "bucket", "pool", "other")
_DOORS = ("route", "field", "schedule")
# What stands where a wire begins, for a system that is declared in Python and has no resources.
_BEGINS = {"rule": "bus", "subscription": "topic", "notification": "bucket"}
_Kind = Literal["starts", "uses"]


def picture_of(system: System) -> tuple[tuple[NodeRecord, ...], tuple[EdgeRecord, ...]]:
    """Give the nodes and the edges of the picture: front doors first, each kind in the order of the template.

    An edge ``starts`` something: a route a function, a bus through a rule, a queue through a mapping, a machine
    through a task. Or a function ``uses`` it, by what its role allows: the label says ``reads``, ``writes``,
    ``publishes``, ``sends``, ``calls``, or ``knows of`` where its environment alone names it. What a template
    disables is an edge with the label ``disabled`` that stands for nothing of the surface.
    """
    wires = list(wires_of(system))
    edges = [*_of_wires(wires), *_of_machines(system), *_of_pools(system)]
    started = {(edge.source, edge.target) for edge in edges}
    # Lambda tells a destination with the role of the function: then the arrow is there already.
    edges += [edge for edge in _of_functions(system) if (edge.source, edge.target) not in started]
    nodes = _nodes(system, wires, edges)
    return tuple(sorted(nodes.values(), key=lambda node: _ORDER.index(node.kind))), tuple(edges)


def _door(wire: Wire) -> str:
    """Give the id of the node of a front door: a schedule is a resource, a route and a field are none."""
    return wire.name if wire.kind == "schedule" else wire.id


def _of_wires(wires: list[Wire]) -> Iterator[EdgeRecord]:
    guarded = [wire for wire in wires if wire.kind == "route" and wire.part.authorizer]
    for wire in wires:
        label = wire.label if wire.enabled else "disabled"
        surface = wire.id if wire.enabled else ""
        if wire.kind == "authorizer":
            for door in guarded:
                if door.source == wire.source and door.part.authorizer.name == wire.part.name:
                    yield EdgeRecord(
                        source=door.id, target=wire.targets[0], kind="starts", label=label, surface=surface
                    )
            continue
        source = _door(wire) if wire.kind in _DOORS else wire.source
        for target in wire.targets:
            yield EdgeRecord(source=source, target=target, kind="starts", label=label, surface=surface)


def _of_machines(system: System) -> Iterator[EdgeRecord]:
    """Give an edge for each thing that a state machine reaches, with the states that do."""
    for machine in system.machines:
        states: dict[tuple[str, _Kind], list[str]] = {}
        for task in tasks_of(system, machine):
            for target in task.starts:
                states.setdefault((target, "starts"), []).append(task.state)
            for target in task.uses:
                states.setdefault((target, "uses"), []).append(task.state)
        for (target, kind), names in states.items():
            yield EdgeRecord(source=machine, target=target, kind=kind, label=", ".join(names))


def _of_pools(system: System) -> Iterator[EdgeRecord]:
    """Give the pools that vouch for the callers of a route, and the functions that are triggers of a pool."""
    declared = declared_by(system)
    for api in system.apis.values():
        for route in api.routes:
            for pool in _pools(route, system):
                yield EdgeRecord(source=_route_id(route), target=pool, kind="uses", label="checks tokens")
    for name, resource in system.of_type("AWS::Cognito::UserPool").items():
        for trigger, value in (resource.properties.get("LambdaConfig") or {}).items():
            for function in referred(value, declared):
                yield EdgeRecord(source=name, target=function, kind="starts", label=trigger)


def _pools(route: Route, system: System) -> list[str]:
    """Give the pools of the template that a route's authorizer trusts; a JWT authorizer names one in its issuer."""
    guard = route.authorizer
    if guard is None:
        return []
    named = {*guard.pools, *referred(guard.issuer, declared_by(system))}
    return [name for name in system.of_type("AWS::Cognito::UserPool") if name in named]


def _of_functions(system: System) -> Iterator[EdgeRecord]:
    for function, uses in uses_of(system).items():
        for target, ways in uses.items():
            yield EdgeRecord(source=function, target=target, kind="uses", label=", ".join(ways))


def _nodes(system: System, wires: list[Wire], edges: list[EdgeRecord]) -> Mapping[str, NodeRecord]:
    nodes: dict[str, NodeRecord] = {}
    for wire in wires:
        if wire.kind in _DOORS:
            surface = (wire.id,) if wire.enabled else ()
            nodes[_door(wire)] = NodeRecord(id=_door(wire), kind="door", label=_label(wire, system), surface=surface)
    for name in system.functions:
        nodes[name] = NodeRecord(id=name, kind="function", label=name, surface=(f"function:{name}",))
    for name in system.machines:
        nodes[name] = NodeRecord(id=name, kind="machine", label=name, surface=(f"machine:{name}",))
    for name, resource in system.resources.items():
        if resource.type in KINDS:
            nodes.setdefault(name, NodeRecord(id=name, kind=KINDS[resource.type], label=name))
    for name, kind in _declared_elsewhere(wires, edges).items():
        nodes.setdefault(name, NodeRecord(id=name, kind=kind, label="default bus" if name == "default" else name))
    return nodes


def _declared_elsewhere(wires: list[Wire], edges: list[EdgeRecord]) -> dict[str, str]:
    """Give what has an edge and may be no resource of the template, with its kind where that can be told."""
    begins = {
        wire.source: wire.part.kind if wire.kind == "mapping" else _BEGINS[wire.kind]
        for wire in wires
        if wire.kind == "mapping" or wire.kind in _BEGINS
    }
    others = {end: "other" for edge in edges for end in (edge.source, edge.target)}
    return {**others, **begins}


def _label(wire: Wire, system: System) -> str:
    """Give what stands at a front door; the API is named where there are several."""
    if wire.kind == "schedule":
        return f"{wire.name} {wire.label}"
    api = system.apis.get(wire.source)
    if api is not None and api.kind == "url":
        return f"URL {wire.source}"
    rest = wire.name.removeprefix(f"{wire.source} ")
    return rest if wire.kind == "field" or len(system.apis) == 1 else f"{wire.source} {rest}"


def _route_id(route: Route) -> str:
    return f"route:{route.api} {route.method} {route.path}"
