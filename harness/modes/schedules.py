"""Schedules, fired by a test: what the template or the stage says that they start, and with what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.attributes import scope
from harness.cloud.names import Names
from harness.errors import MisusedStep, NotHandedOn, StageError, UnknownResource
from harness.events import eventbridge, schedule
from harness.modes.wiring import Start
from harness.system.intrinsics import resolve
from harness.system.model import Rule, Schedule, System, Target

__all__ = ["Handed", "Schedules", "by_rule", "by_scheduler", "is_disabled"]


@dataclass(frozen=True, kw_only=True)
class Handed(Start):
    """What one target of a schedule gets.

    Args:
        parameters: What the target says besides, such as ``SqsParameters``.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)


class Schedules:
    """The schedules of a template: rules that have one, and schedules of EventBridge Scheduler.

    Args:
        system: The system as its template declares it.
        cloud: The cloud of the stage.
        names: What its things are called there.
    """

    def __init__(self, system: System, *, cloud: Cloud, names: Names) -> None:
        self._system = system
        self._cloud = cloud
        self._names = names
        self._scope = scope(system, names)

    def declared(self, name: str) -> Rule | Schedule:
        """Give a schedule by its logical id.

        Raises:
            UnknownResource: There is none; the error lists those that exist.
            MisusedStep: It is a rule that waits for events.
        """
        __tracebackhide__ = True
        rules = {rule.name: rule for rule in self._system.rules.values() if rule.schedule}
        known: dict[str, Rule | Schedule] = {**rules, **self._system.schedules}
        if name in known:
            return known[name]
        if name in self._system.rules:
            raise MisusedStep(
                f"The rule {name!r} has no schedule: it waits for events.",
                facts=[("pattern", json.dumps(self._system.rules[name].pattern))],
                remedy="send it one: stage.publish(…)",
            )
        raise UnknownResource("schedule", name, known=sorted(known), declared_in=self._system.template)

    def handed(self, name: str) -> list[Handed]:
        """Give what each target of a schedule gets now, as the template has it.

        Raises:
            UnknownResource: There is no such schedule.
            MisusedStep: It is a rule that waits for events.
            StageError: The template disables it.
        """
        __tracebackhide__ = True
        found = self.declared(name)
        if not found.enabled:
            raise is_disabled(name, where="the template")
        if isinstance(found, Schedule):
            return [self._by_scheduler(found)]
        arn = self.rule_arn(name)
        return [by_rule(target, rule_arn=arn, parameters=given) for target, given in self._targets(found)]

    def rule_arn(self, name: str) -> str:
        """Give the ARN of a rule; a schedule is on the default bus always, which its ARN does not name."""
        place = f"{self._cloud.partition}:events:{self._names.region}:{self._names.account}"
        return f"arn:{place}:rule/{self._names.physical.get(name, name)}"

    def group(self, name: str) -> str:
        """Give the name of the group in which a schedule of EventBridge Scheduler is."""
        return str(self._properties(name).get("GroupName") or "default")

    def arn(self, name: str) -> str:
        """Give the ARN of what a target names by its logical id."""
        if name not in self._system.resources:
            return name
        deployed = self._names.functions.get(name)
        return deployed.arn if deployed else str(resolve({"Fn::GetAtt": [name, "Arn"]}, self._scope))

    def _properties(self, name: str) -> Mapping[str, Any]:
        """Give the properties of a resource; what is declared in Python has none."""
        resource = self._system.resources.get(name)
        found: Mapping[str, Any] = resolve(dict(resource.properties), self._scope) if resource else {}
        return found

    def _targets(self, rule: Rule) -> list[tuple[Target, Mapping[str, Any]]]:
        given = self._properties(rule.name).get("Targets") or [{} for _ in rule.targets]
        known = [
            replace(
                target,
                input=resolve(target.input, self._scope),
                input_transformer=resolve(target.input_transformer, self._scope),
            )
            for target in rule.targets
        ]
        return list(zip(known, given, strict=False))

    def _by_scheduler(self, declared: Schedule) -> Handed:
        place = f"{self._cloud.partition}:scheduler:{self._names.region}:{self._names.account}"
        physical = self._names.physical.get(declared.name, declared.name)
        arn = f"arn:{place}:schedule/{self.group(declared.name)}/{physical}"
        parameters = self._properties(declared.name).get("Target") or {}
        given = resolve(declared.input, self._scope)
        return by_scheduler(given, to=declared.target, schedule_arn=arn, parameters=parameters)


def is_disabled(name: str, *, where: str) -> StageError:
    """Give the error of a schedule that is switched off.

    Args:
        name: Its logical id.
        where: Who says so.
    """
    return StageError(
        f"The schedule {name!r} is disabled, so it starts nothing.",
        facts=[("disabled by", where)],
        remedy="a schedule that is off has nothing to test; enable it in the stage in which it is tested",
    )


def by_rule(target: Target, *, rule_arn: str, parameters: Mapping[str, Any]) -> Handed:
    """Give what a target of a rule gets when its schedule is due.

    Args:
        target: The target, its input resolved.
        rule_arn: The ARN of the rule.
        parameters: What the target says besides.
    """
    event = schedule.event(rule_arn=rule_arn)
    name = rule_arn.rpartition("/")[2]
    try:
        text = eventbridge.text_handed_on(event, target, rule_arn=rule_arn, rule_name=name)
    except NotHandedOn as error:
        facts = [("rule", name), ("target", target.resource)]
        refused = NotHandedOn(error.sentence, facts=facts, remedy="EventBridge would hand nothing on")
        return Handed(to=target.resource, text="", by=name, refused=refused)
    return Handed(to=target.resource, text=text, by=name, parameters=parameters)


def by_scheduler(given: Any, *, to: str, schedule_arn: str, parameters: Mapping[str, Any]) -> Handed:
    """Give what the target of a schedule of EventBridge Scheduler gets.

    It is the input with its context attributes filled in
    (https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html). "If you do not
    specify anything for this field, Amazon EventBridge Scheduler delivers a default notification to the target":
    https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html

    Args:
        given: The input, as text or as an object; None for none.
        to: The logical id of the target, or its ARN.
        schedule_arn: The ARN of the schedule.
        parameters: What the target says besides.
    """
    by = schedule_arn.rpartition("/")[2]
    event = schedule.scheduler_event(schedule_arn=schedule_arn)
    if given is None:
        return Handed(to=to, text=json.dumps(event), by=by, parameters=parameters)
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    attributes = {
        "schedule-arn": schedule_arn,
        "scheduled-time": event["time"],
        "execution-id": event["id"],
        "attempt-number": "1",
    }
    for attribute, value in attributes.items():
        text = text.replace(f"<aws.scheduler.{attribute}>", value)
    return Handed(to=to, text=text, by=by, parameters=parameters)
