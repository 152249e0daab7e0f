"""Topics, subscriptions and rules: attributes that the embedded cloud dropped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.completing.wanted import Wanted, is_known

__all__ = ["complete_rule", "complete_subscription", "complete_topic"]

_OF_TOPICS = ("ContentBasedDeduplication", "DisplayName", "FifoTopic", "KmsMasterKeyId")
_OF_SUBSCRIPTIONS = ("DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")

# FifoTopic cannot be changed once the topic is there.
# https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
_FIXED = frozenset({"FifoTopic"})


def complete_topic(wanted: Wanted, *, cloud: Cloud) -> list[str]:
    """Complete the attributes of a topic."""
    if not wanted.properties.keys() & set(_OF_TOPICS):
        return []
    client = cloud.client("sns")

    def differing() -> dict[str, str]:
        have = client.get_topic_attributes(TopicArn=wanted.physical)["Attributes"]
        return _differing(wanted, _OF_TOPICS, have)

    before = differing()
    for name, value in before.items():
        if name not in _FIXED:
            client.set_topic_attributes(TopicArn=wanted.physical, AttributeName=name, AttributeValue=value)
    return wanted.lines(before, differing() if before else {})


def complete_subscription(wanted: Wanted, *, cloud: Cloud) -> list[str]:
    """Complete the attributes of a subscription."""
    client = cloud.client("sns")

    def differing() -> dict[str, str]:
        have = client.get_subscription_attributes(SubscriptionArn=wanted.physical)["Attributes"]
        return _differing(wanted, _OF_SUBSCRIPTIONS, have)

    try:
        before = differing()
    except client.exceptions.NotFoundException:
        # The embedded cloud records a subscription to a topic that it does not know, and creates none.
        return [wanted.not_done("the subscription: its topic is not there")]
    for name, value in before.items():
        client.set_subscription_attributes(SubscriptionArn=wanted.physical, AttributeName=name, AttributeValue=value)
    return wanted.lines(before, differing() if before else {})


def _differing(wanted: Wanted, attributes: tuple[str, ...], have: Mapping[str, str]) -> dict[str, str]:
    declared = {name: wanted.properties[name] for name in attributes if name in wanted.properties}
    return {
        name: _text(value)
        for name, value in declared.items()
        if is_known(value) and _meant(_text(value)) != _meant(have.get(name, ""))
    }


def _text(value: Any) -> str:
    """Give an attribute as SNS takes it."""
    return value if isinstance(value, str) else json.dumps(value)


def _meant(text: str) -> Any:
    """Give what the text of an attribute means, since JSON can be written in several ways; false is the default."""
    try:
        return json.loads(text) or ""
    except ValueError:
        return text


def complete_rule(wanted: Wanted, *, cloud: Cloud) -> list[str]:
    """Complete pattern, schedule, state and targets of a rule."""
    client, properties = cloud.client("events"), wanted.properties
    place = {"Name": wanted.physical.rpartition("|")[2]}
    place |= {"EventBusName": properties["EventBusName"]} if properties.get("EventBusName") else {}
    if not is_known(properties):
        return [wanted.not_done("comparison with what is deployed: not all values are known")]

    def differing() -> list[str]:
        have = client.describe_rule(**place)
        targets = client.list_targets_by_rule(Rule=place["Name"], Limit=100, **_bus(place))["Targets"]
        wants = {"State": properties.get("State", "ENABLED"), "Schedule": properties.get("ScheduleExpression", "")}
        has = {"State": have.get("State"), "Schedule": have.get("ScheduleExpression", "")}
        wants["Pattern"] = _meant(_text(properties.get("EventPattern") or ""))
        has["Pattern"] = _meant(have.get("EventPattern", ""))
        wants["Targets"] = _by_id(properties.get("Targets") or [])
        has["Targets"] = _by_id(targets)
        return [name for name in wants if wants[name] != has[name]]

    before = differing()
    if before:
        _put_rule(wanted, place, client=client)
    return wanted.lines(before, differing() if before else [])


def _bus(place: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in place.items() if key == "EventBusName"}


def _by_id(targets: list[dict[str, Any]]) -> dict[str, Any]:
    return {target["Id"]: target for target in targets}


def _put_rule(wanted: Wanted, place: Mapping[str, str], *, client: Any) -> None:
    properties = wanted.properties
    more = {
        "EventPattern": _text(properties["EventPattern"]) if properties.get("EventPattern") else None,
        "ScheduleExpression": properties.get("ScheduleExpression"),
        "RoleArn": properties.get("RoleArn"),
    }
    given = {key: value for key, value in more.items() if value}
    client.put_rule(**place, State=properties.get("State", "ENABLED"), **given)
    if properties.get("Targets"):
        client.put_targets(Rule=place["Name"], Targets=properties["Targets"], **_bus(place))
