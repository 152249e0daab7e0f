"""What leads from one thing of a system to the next: routes, rules, subscriptions, mappings and their like."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness.report.surface.fields import fields_of
from harness.report.surface.referring import declared_by
from harness.system.model import Notification, Rule, System

__all__ = ["Wire", "wires_of"]

_MOST_TYPES = 3


@dataclass(frozen=True, kw_only=True)
class Wire:
    """One thing of a template that leads from somewhere to something.

    Args:
        kind: ``route``, ``field``, ``authorizer``, ``schedule``, ``notification``, ``rule``, ``subscription``,
            ``mapping`` or ``destination``.
        name: What it is called: the logical id, or what `harness.report.record.SurfaceRecord` says.
        source: The logical id of where it begins; empty for a schedule.
        targets: The logical ids of what it leads to; what is not of the template is as the template says it.
        part: What the system has for it.
        label: A few words for the picture.
        enabled: Whether AWS does anything about it.
    """

    kind: str
    name: str
    source: str
    targets: tuple[str, ...]
    part: Any
    label: str = ""
    enabled: bool = True

    @cached_property
    def id(self) -> str:
        """Its id in the surface."""
        return f"{self.kind}:{self.name}"


def wires_of(system: System) -> Iterator[Wire]:
    """Give all that leads anywhere in a system, what is disabled included: front doors first, endings last."""
    yield from _routes(system)
    yield from _fields(system)
    yield from _authorizers(system)
    yield from _schedules(system)
    yield from _notifications(system)
    yield from _rules(system)
    yield from _subscriptions(system)
    yield from _mappings(system)
    yield from _destinations(system)


def _routes(system: System) -> Iterator[Wire]:
    for api in system.apis.values():
        for route in api.routes:
            name = f"{api.name} {route.method} {route.path}"
            behind = (route.function,) if route.function else ()
            label = "mock" if route.mock else ""
            yield Wire(kind="route", name=name, source=api.name, targets=behind, part=route, label=label)


def _fields(system: System) -> Iterator[Wire]:
    for field in fields_of(system, declared=declared_by(system)):
        behind = (field.function,) if field.function else ()
        yield Wire(kind="field", name=field.name, source=field.api, targets=behind, part=field)


def _authorizers(system: System) -> Iterator[Wire]:
    """Give the authorizers that are functions, each once for an API; the others are a part of their routes."""
    found = {}
    for api in system.apis.values():
        for route in api.routes:
            guard = route.authorizer
            if guard is not None and guard.function:
                found[f"{api.name} {guard.name}"] = (api.name, guard)
    for name, (api_name, guard) in found.items():
        yield Wire(
            kind="authorizer",
            name=name,
            source=api_name,
            targets=(guard.function or "",),
            part=guard,
            label="authorizes",
        )


def _schedules(system: System) -> Iterator[Wire]:
    for one in system.schedules.values():
        yield Wire(
            kind="schedule",
            name=one.name,
            source="",
            targets=(one.target,),
            part=one,
            label=one.expression,
            enabled=one.enabled,
        )
    for rule in system.rules.values():
        if rule.schedule:
            yield _rule(rule, kind="schedule", source="", label=rule.schedule)


def _notifications(system: System) -> Iterator[Wire]:
    for one in system.notifications.values():
        yield Wire(
            kind="notification",
            name=one.name,
            source=one.bucket,
            targets=(one.target,),
            part=one,
            label=_what_is_told(one),
        )


def _rules(system: System) -> Iterator[Wire]:
    for rule in system.rules.values():
        if rule.pattern:
            yield _rule(rule, kind="rule", source=rule.bus, label=_what_matches(rule.pattern))


def _rule(rule: Rule, *, kind: str, source: str, label: str) -> Wire:
    targets = tuple(dict.fromkeys(target.resource for target in rule.targets))
    return Wire(kind=kind, name=rule.name, source=source, targets=targets, part=rule, label=label, enabled=rule.enabled)


def _subscriptions(system: System) -> Iterator[Wire]:
    for one in system.subscriptions.values():
        label = "filtered" if one.filter_policy else ""
        yield Wire(kind="subscription", name=one.name, source=one.topic, targets=(one.endpoint,), part=one, label=label)


def _mappings(system: System) -> Iterator[Wire]:
    for one in system.mappings.values():
        yield Wire(
            kind="mapping",
            name=one.name,
            source=one.source,
            targets=(one.function,),
            part=one,
            label="filtered" if one.filters else "",
            enabled=one.enabled,
        )


def _destinations(system: System) -> Iterator[Wire]:
    """Give where the system itself is told how something has ended, and where go what nobody could handle."""
    for function, config in system.asynchronous.items():
        ways = (("success", config.on_success), ("failure", config.on_failure), ("dead letters", config.dead_letters))
        for when, target in ways:
            if target:
                yield _destination(function, when, source=function, target=target)
    for mapping in system.mappings.values():
        if mapping.on_failure:
            yield _destination(mapping.name, "failure", source=mapping.function, target=mapping.on_failure)
    for queue in system.queues.values():
        if queue.dead_letters:
            yield _destination(queue.name, "dead letters", source=queue.name, target=queue.dead_letters)


def _destination(name: str, when: str, *, source: str, target: str) -> Wire:
    label = when if when == "dead letters" else f"on {when}"
    return Wire(kind="destination", name=f"{name} {when}", source=source, targets=(target,), part=when, label=label)


def _what_is_told(one: Notification) -> str:
    shape = f"{one.prefix}*{one.suffix}" if one.prefix or one.suffix else ""
    events = ", ".join(event.removeprefix("s3:").removesuffix(":*") for event in one.events)
    return shape or events


def _what_matches(pattern: Mapping[str, Any]) -> str:
    """Give the detail-types that a pattern asks for, or else its sources."""
    asked = pattern.get("detail-type") or pattern.get("source")
    if not isinstance(asked, list):
        return ""
    words = [one if isinstance(one, str) else json.dumps(one) for one in asked]
    more = len(words) - _MOST_TYPES
    return ", ".join(words[:_MOST_TYPES]) + (f" and {more} more" if more > 0 else "")
