"""Subscriptions, told by the queue into which they lead: nobody else knows that queue's name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.cloud.faults import gone_is_fine
from harness.cloud.taking.removal import Removal
from harness.ledger import Thing

__all__ = ["remove_subscription", "subscriptions"]


def remove_subscription(removal: Removal) -> None:
    """Cancel what leads from a topic into a queue."""
    sns, topic = removal.client("sns"), removal.thing.within
    with gone_is_fine():
        found = [removal.known] if removal.known else [
            arn for arn, queue in _of_topic(topic, sns=sns) if queue == removal.thing.name
        ]  # fmt: skip
        for subscription in found:
            sns.unsubscribe(SubscriptionArn=subscription)


def subscriptions(things: Iterable[Thing], *, sns: Any) -> Mapping[Thing, str]:
    """Give the ARNs of many subscriptions, with one look at each topic.

    Args:
        things: The subscriptions; one that is not there is not in the answer.
        sns: A client.
    """
    known: dict[Thing, str] = {}
    wanted = {(thing.within, thing.name): thing for thing in things}
    for topic in {thing.within for thing in wanted.values()}:
        with gone_is_fine():
            known |= {wanted[topic, to]: arn for arn, to in _of_topic(topic, sns=sns) if (topic, to) in wanted}
    return known


def _of_topic(topic: str, *, sns: Any) -> Iterator[tuple[str, str]]:
    """Give the ARN of each subscription, and where it leads."""
    for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic):
        # Of one that is not confirmed, or deleted, there is a word in place of the ARN: it cannot be cancelled.
        yield from (
            (one["SubscriptionArn"], one.get("Endpoint", ""))
            for one in page["Subscriptions"]
            if one["SubscriptionArn"].startswith("arn:")
        )
