"""Subscriptions to the topics of the template: whether they are there, and what they let through.

Whoever else listens to a topic is no drift: the harness's taps do, and so may another stack.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.cloud.drift.difference import Difference, compared, missing
from harness.cloud.drift.place import Absent, Place
from harness.system.model import Subscription

__all__ = ["look"]

# https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
_PENDING = "PendingConfirmation"


def look(place: Place) -> Iterator[Difference]:
    """Give what differs of the subscriptions."""
    topics = {one.topic: arn for one in place.system.subscriptions.values() if (arn := place.arn(one.topic))}
    lists = place.each(lambda arn: _of_topic(arn, place=place), topics.values())
    there = dict(zip(topics, lists, strict=True))
    found: list[tuple[Subscription, Mapping[str, Any]]] = []
    for subscription in place.system.subscriptions.values():
        listed = there.get(subscription.topic, Absent.UNREAD)
        if listed is Absent.UNREAD or not _is_deployed(subscription, place=place):
            continue
        have = _found(subscription, listed if isinstance(listed, list) else [], place=place)
        if have is None:
            yield missing("subscription", subscription.name)
        elif have["SubscriptionArn"] == _PENDING:
            yield Difference(
                kind="subscription",
                name=subscription.name,
                what="state",
                template="confirmed",
                deployed="pending confirmation",
            )
        else:
            found.append((subscription, have))
    attributes = place.each(lambda pair: _attributes(pair[1]["SubscriptionArn"], place=place), found)
    for (subscription, _), have in zip(found, attributes, strict=True):
        if isinstance(have, Mapping):
            yield from compared("subscription", subscription.name, place.pairs(_pairs(subscription, have)))


def _of_topic(arn: str, *, place: Place) -> Any:
    return place.ask(
        "subscriptions",
        action="sns:ListSubscriptionsByTopic",
        call=lambda: place.pages("sns", "list_subscriptions_by_topic", of="Subscriptions", TopicArn=arn),
    )


def _attributes(arn: str, *, place: Place) -> Any:
    client = place.client("sns")
    return place.ask(
        "attributes of subscriptions",
        action="sns:GetSubscriptionAttributes",
        call=lambda: client.get_subscription_attributes(SubscriptionArn=arn)["Attributes"],
    )


def _is_deployed(subscription: Subscription, *, place: Place) -> bool:
    # A topic that lists its subscriptions itself is called `Topic[0]` there.
    return subscription.name.partition("[")[0] in place.names.physical


def _found(subscription: Subscription, there: list[Mapping[str, Any]], *, place: Place) -> Mapping[str, Any] | None:
    """Find a subscription by its ARN, else by where it leads: one that was made anew by hand does what it should."""
    physical = place.names.physical.get(subscription.name)
    endpoint = place.led_to(place.arn(subscription.endpoint) or subscription.endpoint)
    wanted = (subscription.protocol, endpoint)
    by_arn = (one for one in there if one["SubscriptionArn"] == physical)
    by_endpoint = (one for one in there if (one["Protocol"], place.led_to(one["Endpoint"])) == wanted)
    return next(by_arn, None) or next(by_endpoint, None)


def _pairs(subscription: Subscription, have: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    policy, scope = subscription.filter_policy, subscription.filter_scope
    pairs: dict[str, tuple[Any, Any]] = {
        "filter policy": (policy or None, json.loads(have.get("FilterPolicy") or "null")),
        "raw delivery": ("on" if subscription.raw else "off", _switch(have.get("RawMessageDelivery"))),
    }
    if policy:
        pairs["scope of the filter policy"] = (scope, have.get("FilterPolicyScope") or Subscription.filter_scope)
    return pairs


def _switch(value: Any) -> str:
    return "on" if str(value).lower() == "true" else "off"
