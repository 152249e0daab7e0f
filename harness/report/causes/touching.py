"""What a test touched: what it asked, what that leads to, and what it would have led to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.report.record import TestRecord
from harness.report.surface.referring import declared_by, referred
from harness.report.surface.wires import Wire, wires_of
from harness.system.model import Route, System

__all__ = ["Touched", "touched", "waited"]

# These begin at an API, and only those routes count that were asked.
_AT_AN_API = frozenset({"route", "field", "authorizer"})


@dataclass(frozen=True, kw_only=True)
class Touched:
    """What a test touched.

    Args:
        names: Logical ids, of functions, rules and all else; ``Api`` where a route of it was asked.
        routes: The routes that were asked, as ``POST /orders``.
    """

    names: frozenset[str]
    routes: frozenset[str]


def touched(record: TestRecord, *, system: System) -> Touched:
    """Give what a test touched by itself, and all that this leads to by the template.

    A function leads to what its variables name: a rule that does not match leaves nothing behind.
    """
    asked = list(_routes(record, system))
    names = set(_asked(record)) | {part for route in asked for part in _behind(route)}
    wires = [wire for wire in wires_of(system) if wire.kind not in _AT_AN_API]
    declared = declared_by(system)
    new = set(names)
    while new:
        led = {name for one in new for name in _led_to(one, wires)}
        led |= {
            name
            for one in new
            if one in system.functions
            for name in referred(system.functions[one].environment, declared)
        }
        new = led - names
        names |= new
    return Touched(names=frozenset(names), routes=frozenset(f"{route.method} {route.path}" for route in asked))


def waited(record: TestRecord) -> bool:
    """Say whether a test failed because something that it waited for did not come."""
    return record.kind == "NeverHappened" or "did not become what was expected" in record.failure


def _asked(record: TestRecord) -> Iterator[str]:
    for act in record.acts:
        if act.function:
            yield act.function
        yield act.api or act.what.partition(" ")[0]
    yield from (failure.function for failure in record.failures)
    yield from (entry.source for entry in record.entries)
    yield from record.logs


def _routes(record: TestRecord, system: System) -> Iterator[Route]:
    asked = {(act.api, act.route) for act in record.acts if act.route}
    for api in system.apis.values():
        yield from (route for route in api.routes if (api.name, f"{route.method} {route.path}") in asked)


def _behind(route: Route) -> Iterator[str]:
    yield route.function
    if route.authorizer is not None:
        yield from (route.authorizer.name, route.authorizer.function or "", *route.authorizer.pools)


def _led_to(name: str, wires: list[Wire]) -> Iterator[str]:
    for wire in wires:
        if name == wire.source:
            yield wire.name
        if name in (wire.source, wire.name):
            yield from wire.targets
