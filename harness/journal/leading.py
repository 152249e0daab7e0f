"""What the template leads into its queues, and what reads them: how far a queue tells what a source has published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.system.intrinsics import Scope
from harness.system.model import Rule, System, Target
from harness.system.references import Declared

__all__ = ["Led", "led_into", "reader_of"]

# Each of these matches every value of a field that every event has.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
_EVERY_VALUE = ({"prefix": ""}, {"suffix": ""}, {"wildcard": "*"}, {"exists": True})
_EVERY_EVENT_HAS = frozenset({"account", "detail-type", "id", "region", "source", "time", "version"})


@dataclass(frozen=True, kw_only=True)
class Led:
    """What is heard through a queue of the stack.

    Args:
        buses: What of each bus does not come, by logical id: nothing, or a sentence without its period.
        admitted: The patterns of what comes of a bus of which not all does.
        topics: The topics of which all comes.
    """

    buses: Mapping[str, str] = field(default_factory=dict)
    admitted: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()


def led_into(queue: str, *, system: System, account: str, region: str) -> Led:
    """Give the buses and topics that are heard through a queue of the stack.

    A source is not heard through it where what comes could not be told for what it was: a raw message of SNS has lost
    its topic's name, an event of which the rule hands on a part or something constant its id. A subscription with a
    filter policy does not count either.

    Args:
        queue: The logical id of the queue.
        system: The system as its template declares it.
        account: In which it is deployed.
        region: In which it is deployed.
    """
    rules = [rule for rule in system.rules.values() if _hands_on(rule, queue)]
    buses = {rule.bus for rule in rules}
    # An event says nothing of its bus. Where there are several, a rule must tell, with a transformer.
    told = [rule for rule in rules if len(buses) == 1 or all(_wraps(target) for target in _into(rule, queue))]
    own = {"account": account, "region": region, "version": "0"}
    of_bus = {bus: [rule for rule in told if rule.bus == bus] for bus in {one.bus for one in told}}
    partial = {bus: _left_out(rules, own) for bus, rules in of_bus.items()}
    admitted = {bus: tuple(rule.pattern or {} for rule in of_bus[bus]) for bus, left_out in partial.items() if left_out}
    topics = frozenset(
        one.topic
        for one in system.subscriptions.values()
        if one.protocol == "sqs" and one.endpoint == queue and not one.raw and not one.filter_policy
    )
    return Led(buses=partial, admitted=admitted, topics=topics)


def _hands_on(rule: Rule, queue: str) -> bool:
    """Say whether a rule leads whole events into a queue, perhaps in a wrapping of its own."""
    into = list(_into(rule, queue))
    return (
        rule.enabled
        and rule.pattern is not None
        and bool(into)
        and all(target.input is None and target.input_path is None for target in into)
    )


def _into(rule: Rule, queue: str) -> Iterator[Target]:
    return (target for target in rule.targets if target.resource == queue)


def _wraps(target: Target) -> bool:
    return target.input_transformer is not None


def _left_out(rules: list[Rule], own: Mapping[str, str]) -> str:
    """Say what the rules of a bus admit, unless it is everything."""
    if any(_is_for_all(rule.pattern or {}, own) for rule in rules):
        return ""
    first, *others = (f"the rule {rule.name!r} admits only {json.dumps(rule.pattern)}" for rule in rules)
    return ", and ".join([first, *others])


def _is_for_all(pattern: Mapping[str, Any], own: Mapping[str, str]) -> bool:
    return all(
        field in _EVERY_EVENT_HAS
        and isinstance(wanted, list)
        and any(one in _EVERY_VALUE or (field in own and one == own[field]) for one in wanted)
        for field, wanted in pattern.items()
    )


def reader_of(queue: str, *, system: System) -> str:
    """Give the logical id of an event source mapping by which a function reads a queue; nothing if none does.

    Args:
        queue: The logical id of the queue.
        system: The system as its template declares it.
    """
    declared = Declared(resources=system.resources, scope=Scope())
    for mapping in declared.of_type("AWS::Lambda::EventSourceMapping"):
        # What only the cloud can decide may be enabled.
        is_enabled = str(mapping.properties.get("Enabled", True)).lower() != "false"
        if is_enabled and declared.logical_id(mapping.properties.get("EventSourceArn"), "AWS::SQS::Queue") == queue:
            return mapping.name
    return ""
