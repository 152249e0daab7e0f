"""Who would take a sentinel that goes through a topic, besides the taps."""

from __future__ import annotations

import json
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, translated
from harness.events.filters import accepts
from harness.journal.envelopes import SENTINEL

__all__ = ["hears_only_taps"]

# The queues of taps are called so, whichever process they belong to.
_TAPS = ":harness-"


def hears_only_taps(topic: str, *, cloud: Cloud) -> bool:
    """Say whether a sentinel through a topic reaches nobody but taps.

    Subscribers whose filter policy refuses it do not count. In the embedded cloud a queue that no function reads does
    not either: nothing else is there that could.

    Args:
        topic: Its ARN.
        cloud: Where it is.
    """
    sns = cloud.client("sns")
    with translated(cloud):
        pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        subscriptions = [one for page in pages for one in page["Subscriptions"]]
        return not any(_takes(one, cloud=cloud) for one in subscriptions)


def _takes(subscription: dict[str, Any], *, cloud: Cloud) -> bool:
    arn, endpoint = subscription["SubscriptionArn"], subscription["Endpoint"]
    if not arn.startswith("arn:"):  # PendingConfirmation, Deleted: SNS sends it nothing.
        return False
    if subscription["Protocol"] == "sqs" and (_TAPS in endpoint or _is_idle(endpoint, cloud=cloud)):
        return False
    sns = cloud.client("sns")
    try:
        attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    except sns.exceptions.NotFoundException:  # It has gone in the meantime.
        return False
    policy = json.loads(attributes.get("FilterPolicy") or "null")
    sentinel = {SENTINEL: {"Type": "String", "Value": ""}}
    return accepts(
        policy,
        scope=attributes.get("FilterPolicyScope", "MessageAttributes"),
        attributes=sentinel,
        message=SENTINEL,
    )


def _is_idle(queue: str, *, cloud: Cloud) -> bool:
    if not cloud.embedded:
        return False
    functions = cloud.client("lambda")
    try:
        mappings = functions.list_event_source_mappings(EventSourceArn=queue)["EventSourceMappings"]
    except functions.exceptions.ClientError as fault:
        if code_of(fault) == "ResourceNotFoundException":
            return True
        raise
    return not any(mapping.get("State", "Enabled") in ("Enabled", "Enabling", "Creating") for mapping in mappings)
