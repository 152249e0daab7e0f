"""Rules of EventBridge: state, pattern, schedule and targets.

A bus may have rules that others have made: another stack, an archive, the harness's own taps. They are no drift. The
targets of a rule that the template declares are the template's alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.cloud.completing.wanted import is_known
from harness.cloud.drift.difference import Difference, compared, extra, missing
from harness.cloud.drift.place import Absent, Place
from harness.system.model import Resource

__all__ = ["look"]

_RULE = "AWS::Events::Rule"
_OF_TARGETS = {"input": "Input", "input path": "InputPath", "input transformer": "InputTransformer"}


def look(place: Place) -> Iterator[Difference]:
    """Give what differs of the rules."""
    rules = place.resources(_RULE)
    buses = {bus for rule in rules if isinstance(bus := _bus(rule), str)}
    there = dict(zip(buses, place.each(lambda bus: _rules_of(bus, place=place), buses), strict=True))
    present = []
    for rule in rules:
        found = there.get(_bus(rule), Absent.UNREAD) if isinstance(_bus(rule), str) else Absent.UNREAD
        if found is Absent.GONE or (isinstance(found, Mapping) and _name(rule, place=place) not in found):
            yield missing("rule", rule.name)
        elif isinstance(found, Mapping):
            present.append(rule)
            yield from compared("rule", rule.name, place.pairs(_settings(rule, found[_name(rule, place=place)])))
    targets = place.each(lambda rule: _targets_of(rule, place=place), present)
    for rule, have in zip(present, targets, strict=True):
        if isinstance(have, list):
            yield from _targets(rule, have, place=place)


def _bus(rule: Resource) -> Any:
    # EventBusName takes a name or an ARN; a name has no slash after which anything stands.
    bus = rule.properties.get("EventBusName") or "default"
    return bus.rpartition("event-bus/")[2] if isinstance(bus, str) else bus


def _name(rule: Resource, *, place: Place) -> str:
    # The physical id of a rule on a custom bus is `bus|rule`.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
    return place.names.physical[rule.name].rpartition("|")[2]


def _rules_of(bus: str, *, place: Place) -> Any:
    found = place.ask(
        "rules",
        action="events:ListRules",
        call=lambda: place.pages("events", "list_rules", of="Rules", EventBusName=bus),
    )
    return {rule["Name"]: rule for rule in found} if isinstance(found, list) else found


def _targets_of(rule: Resource, *, place: Place) -> Any:
    name = _name(rule, place=place)
    return place.ask(
        "targets of rules",
        action="events:ListTargetsByRule",
        call=lambda: place.pages("events", "list_targets_by_rule", of="Targets", Rule=name, EventBusName=_bus(rule)),
    )


def _settings(rule: Resource, have: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    declared = rule.properties
    return {
        "state": (declared.get("State", "ENABLED").lower(), have.get("State", "").lower()),
        "pattern": (_document(declared.get("EventPattern")), _document(have.get("EventPattern"))),
        "schedule": (declared.get("ScheduleExpression") or "", have.get("ScheduleExpression") or ""),
    }


def _document(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value or None


def _targets(rule: Resource, have: list[Mapping[str, Any]], *, place: Place) -> Iterator[Difference]:
    declared = rule.properties.get("Targets") or []
    if not isinstance(declared, list) or not all(isinstance(one, Mapping) and "Id" in one for one in declared):
        return
    there = {one["Id"]: one for one in have}
    for target in declared:
        name = _called(target, place=place)
        if not isinstance(target["Id"], str):
            continue
        found = there.pop(target["Id"], None)
        if found is None:
            yield missing("rule", rule.name, what=f"target {name}")
        else:
            yield from compared("rule", rule.name, place.pairs(_of_target(target, found, name=name, place=place)))
    for found in there.values() if is_known([one["Id"] for one in declared]) else ():
        yield extra("rule", rule.name, "a target", what=f"target {_called(found, place=place)}")


def _called(target: Mapping[str, Any], *, place: Place) -> str:
    arn = target.get("Arn")
    return place.called(arn) if isinstance(arn, str) else str(target["Id"])


def _of_target(
    target: Mapping[str, Any], found: Mapping[str, Any], *, name: str, place: Place
) -> dict[str, tuple[Any, Any]]:
    arn = target.get("Arn")
    leads_to = (name if isinstance(arn, str) else arn, _called(found, place=place))
    parts = {
        f"{what} of target {name}": (_parsed(target.get(key)), _parsed(found.get(key)))
        for what, key in _OF_TARGETS.items()
    }
    return {f"target {target['Id']}": leads_to, **parts}


def _parsed(value: Any) -> Any:
    """Give what a JSON text means, which may be written in several ways; another text stays, and so do paths."""
    if isinstance(value, Mapping):
        return {name: part for name, part in value.items() if part} or None
    if not isinstance(value, str):
        return value or None
    try:
        return json.loads(value)
    except ValueError:
        return value or None
