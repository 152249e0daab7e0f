"""What an event or a message starts, by the rules and subscriptions of the template."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
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

__all__ = ["Start", "Wiring", "event_of"]


@dataclass(frozen=True, kw_only=True)
class Start:
    """What one rule or subscription makes of an entry.

    Args:
        to: The logical id of what gets it, or an ARN.
        text: What it gets: for a function the JSON text of its event.
        by: The logical id of the rule or subscription.
        raw: Whether a queue behind a subscription gets the message without the envelope.
    """

    to: str
    text: str
    by: str
    raw: bool = False


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

    def is_function(self, name: str) -> bool:
        """Say whether a logical id is a function's."""
        return name in self._system.functions

    def _matches(self, rule: Rule, entry: Entry) -> bool:
        """Ask EventBridge itself.

        https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html
        """
        pattern = json.dumps(resolve(rule.pattern, self._scope))
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
            raise NotHandedOn(error.sentence, facts=facts, remedy="EventBridge would hand nothing on") from None
        return Start(to=target.resource, text=text, by=rule.name)

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


def _event_handed_on(event: Mapping[str, Any], target: Target, **known: Any) -> str:
    """Give the text of what a function gets, which must be JSON."""
    return json.dumps(handed_on(event, target, **known))


def event_of(start: Start) -> Any:
    """Give the event of a function as Python objects."""
    return json.loads(start.text)
