"""What an event or a message starts, by the rules and subscriptions of the template."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.attributes import scope
from harness.cloud.faults import translated
from harness.cloud.names import Names
from harness.errors import NotHandedOn
from harness.events.eventbridge import handed_on, text_handed_on
from harness.events.filters import accepts
from harness.events.sns import function_event
from harness.journal.entry import Entry
from harness.system.intrinsics import resolve
from harness.system.model import Rule, Subscription, System, Target
from harness.system.muted_machines import reaches_functions

__all__ = ["Start", "Wiring", "event_of"]


# What calls functions itself, and is no function; the tasks of most state machines are left to this process.
_MACHINE = "AWS::StepFunctions::StateMachine"
_CALLERS = {
    _MACHINE: "the state machine",
    "AWS::Events::ApiDestination": "the API destination",
    "AWS::ApiGateway::RestApi": "the API",
}


@dataclass(frozen=True, kw_only=True)
class Start:
    """What one rule or subscription makes of an entry.

    Args:
        to: The logical id of what gets it, or an ARN.
        text: What it gets: for a function the JSON text of its event.
        by: The logical id of the rule or subscription.
        raw: Whether a queue behind a subscription gets the message without the envelope.
        group: The message group that a rule names for a FIFO queue.
        refused: Why nothing is handed on, where the service makes nothing of the entry that the target could take.
    """

    to: str
    text: str
    by: str
    raw: bool = False
    group: str | None = None
    refused: NotHandedOn | None = None


class Wiring:
    """The rules and subscriptions of a system, asked about one entry at a time.

    Args:
        system: The system as its template declares it, not muted.
        cloud: Which rules match is asked of the cloud, not guessed.
        names: What its things are called in the stage.
    """

    def __init__(self, system: System, *, cloud: Cloud, names: Names) -> None:
        self._system = system
        self._cloud = cloud
        self._names = names
        self._scope = scope(system, names)

    def starts(self, entry: Entry) -> Iterator[Start]:
        """Give what an entry of a bus or a topic starts, functions and all else."""
        if entry.kind == "bus":
            for rule in self._system.rules.values():
                if rule.bus == entry.source and rule.enabled and rule.pattern and self._matches(rule, entry):
                    yield from (self._handed_on(rule, target, entry) for target in rule.targets)
        elif entry.kind == "topic":
            for subscription in self._system.subscriptions.values():
                if subscription.topic == entry.source and self._accepts(subscription, entry):
                    yield self._delivered(subscription, entry)

    def functions(self, source: str) -> dict[str, str]:
        """Give the functions that a bus or a topic may start, by the rule or subscription that does it."""
        rules = {
            rule.name: target.resource
            for rule in self._system.rules.values()
            if rule.bus == source
            for target in rule.targets
        }
        subscriptions = {one.name: one.endpoint for one in self._system.subscriptions.values() if one.topic == source}
        return {by: to for by, to in (rules | subscriptions).items() if to in self._system.functions}

    def unheard(self, known: Container[str]) -> dict[str, str]:
        """Give the buses and topics which may start a function and are none of those, by rule or subscription."""
        rules = {
            rule.name: rule.bus
            for rule in self._system.rules.values()
            if rule.pattern and any(self.is_function(target.resource) for target in rule.targets)
        }
        subscriptions = {
            one.name: one.topic for one in self._system.subscriptions.values() if self.is_function(one.endpoint)
        }
        return {by: source for by, source in (rules | subscriptions).items() if source not in known}

    def unplayed(self) -> list[str]:
        """Give the event source mappings of what the harness does not read: brokers and clusters."""
        return sorted(self._system.of_type("AWS::Lambda::EventSourceMapping").keys() - self._system.mappings.keys())

    @property
    def system(self) -> System:
        """The system as its template declares it."""
        return self._system

    def beyond(self) -> list[tuple[str, str]]:
        """Give the rules, schedules and pipes that lead to what calls functions itself, each with what that is.

        A muted stage keeps them, because they lead to no function.
        """
        leading = [
            (name, {target.resource for target in rule.targets}, "")
            for name, rule in self._system.rules.items()
            if rule.enabled
        ]
        leading += [
            (name, set(), json.dumps(resource.properties.get("Target", "")))
            for kind in ("AWS::Scheduler::Schedule", "AWS::Pipes::Pipe")
            for name, resource in self._system.of_type(kind).items()
        ]
        return [
            (by, f"{what} {to}")
            for kind, what in _CALLERS.items()
            for to in self._system.of_type(kind)
            if kind != _MACHINE or reaches_functions(self._system, to)
            for by, targets, text in leading
            if to in targets or any(mark in text for mark in (f'"{to}"', f"${{{to}}}", f"${{{to}.", f'"{to}.'))
        ]

    def is_function(self, name: str) -> bool:
        """Say whether a logical id is a function's."""
        return name in self._system.functions

    def is_foreign_function(self, name: str) -> bool:
        """Say whether a target is a function that the template does not declare, such as one of another stack."""
        return ":lambda:" in name and not self.is_function(name)

    def _matches(self, rule: Rule, entry: Entry) -> bool:
        """Ask EventBridge itself, unless the rule is for other sources or types of events.

        https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html
        """
        asked = resolve(rule.pattern, self._scope)
        if _is_left_out(entry.document, asked):
            return False
        pattern = json.dumps(asked)
        with translated(self._cloud):
            answer = self._cloud.client("events").test_event_pattern(EventPattern=pattern, Event=entry.text)
        return bool(answer["Result"])

    def _handed_on(self, rule: Rule, target: Target, entry: Entry) -> Start:
        physical = self._names.physical.get(rule.name, rule.name)
        bus, _, name = physical.rpartition("|")
        place = f"{bus}/{name}" if bus else name
        known = replace(
            target,
            input=resolve(target.input, self._scope),
            input_transformer=resolve(target.input_transformer, self._scope),
        )
        arn = f"arn:{self._cloud.partition}:events:{self._names.region}:{self._names.account}:rule/{place}"
        give = _event_handed_on if self.is_function(target.resource) else text_handed_on
        try:
            text = give(entry.document, known, rule_arn=arn, rule_name=name, now=entry.sent)
        except NotHandedOn as error:
            facts = [("rule", rule.name), ("target", target.resource), ("event", entry)]
            refused = NotHandedOn(error.sentence, facts=facts, remedy="EventBridge would hand nothing on")
            return Start(to=target.resource, text="", by=rule.name, refused=refused)
        return Start(to=target.resource, text=text, by=rule.name, group=self._group(rule, target))

    def _group(self, rule: Rule, target: Target) -> str | None:
        """Give the message group that the template names; a rule that is declared in Python has no properties."""
        resource = self._system.resources.get(rule.name)
        declared = resolve(resource.properties.get("Targets"), self._scope) if resource else None
        named = [one.get("SqsParameters") or {} for one in declared or () if isinstance(one, dict)]
        groups = zip(rule.targets, named, strict=False)
        return next((parameters.get("MessageGroupId") for one, parameters in groups if one is target), None)

    def _accepts(self, subscription: Subscription, entry: Entry) -> bool:
        notification = entry.document
        return accepts(
            resolve(subscription.filter_policy, self._scope),
            scope=subscription.filter_scope,
            attributes=notification.get("MessageAttributes") or {},
            message=notification["Message"],
        )

    def _delivered(self, subscription: Subscription, entry: Entry) -> Start:
        notification = entry.document
        # A subscription that a topic lists itself has no physical id.
        arn = self._names.physical.get(subscription.name, f"{notification['TopicArn']}:{subscription.name}")
        to_function = subscription.protocol == "lambda"
        text = json.dumps(function_event(notification, subscription_arn=arn)) if to_function else entry.text
        return Start(to=subscription.endpoint, text=text, by=subscription.name, raw=subscription.raw)


def _is_left_out(event: Mapping[str, Any], pattern: Mapping[str, Any]) -> bool:
    """Say whether the plain texts that a pattern lists leave an event out; most rules of a bus are told apart by them.

    "For an event pattern to match an event, the event must contain all the field names listed in the event pattern",
    each with one of the values: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html
    """
    listed = {name: pattern[name] for name in ("source", "detail-type") if isinstance(pattern.get(name), list)}
    return any(
        event.get(name) not in values and all(isinstance(value, str) for value in values)
        for name, values in listed.items()
    )


def _event_handed_on(event: Mapping[str, Any], target: Target, **known: Any) -> str:
    """Give the text of what a function gets, which must be JSON."""
    return json.dumps(handed_on(event, target, **known))


def event_of(start: Start) -> Any:
    """Give the event of a function as Python objects."""
    return json.loads(start.text)
