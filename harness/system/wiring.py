"""What starts a function besides an API: rules of EventBridge and subscriptions to topics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.system.model import Resource, Rule, Subscription, Target
from harness.system.references import Declared, document, entries, flag
from harness.system.schedules import dead_letters_of, retries_of

__all__ = ["rules_of", "subscriptions_of"]

_BUS = "AWS::Events::EventBus"
_TOPIC = "AWS::SNS::Topic"


def rules_of(declared: Declared) -> dict[str, Rule]:
    """Give the rules by logical id."""
    return {resource.name: _rule(resource, declared) for resource in declared.of_type("AWS::Events::Rule")}


def _rule(resource: Resource, declared: Declared) -> Rule:
    properties = resource.properties
    return Rule(
        name=resource.name,
        bus=_bus(properties.get("EventBusName", "default"), declared),
        pattern=document(properties.get("EventPattern")),
        schedule=properties.get("ScheduleExpression"),
        enabled=properties.get("State") != "DISABLED",
        targets=tuple(_target(target, declared) for target in entries(properties.get("Targets"))),
    )


def _bus(value: Any, declared: Declared) -> str:
    # EventBusName takes a name or an ARN, says the page of AWS::Events::Rule.
    return declared.reference(value, _BUS).rpartition("event-bus/")[2]


def _target(target: Mapping[str, Any], declared: Declared) -> Target:
    return Target(
        resource=declared.reference(target.get("Arn")),
        input=target.get("Input"),
        input_path=target.get("InputPath"),
        input_transformer=target.get("InputTransformer"),
        retries=retries_of(target),
        dead_letters=dead_letters_of(target, declared),
    )


def subscriptions_of(declared: Declared) -> dict[str, Subscription]:
    """Give the subscriptions by logical id.

    Those that a topic lists itself have none and are called after it: ``Topic[0]``, ``Topic[1]``.
    """
    alone = (
        _subscription(resource.name, resource.properties.get("TopicArn"), resource.properties, declared)
        for resource in declared.of_type("AWS::SNS::Subscription")
    )
    found = [*alone, *(inline for topic in declared.of_type(_TOPIC) for inline in _inline(topic, declared))]
    return {subscription.name: subscription for subscription in found}


def _inline(topic: Resource, declared: Declared) -> Iterator[Subscription]:
    for index, properties in enumerate(entries(topic.properties.get("Subscription"))):
        yield _subscription(f"{topic.name}[{index}]", {"Ref": topic.name}, properties, declared)


def _subscription(name: str, topic: Any, properties: Mapping[str, Any], declared: Declared) -> Subscription:
    return Subscription(
        name=name,
        topic=declared.reference(topic, _TOPIC),
        protocol=properties["Protocol"],
        endpoint=declared.reference(properties.get("Endpoint")),
        raw=flag(properties.get("RawMessageDelivery")),
        filter_policy=document(properties.get("FilterPolicy")),
        filter_scope=properties.get("FilterPolicyScope", "MessageAttributes"),
    )
