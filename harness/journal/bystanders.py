"""Who would take a sentinel that goes through a bus or a topic, besides the taps."""

from __future__ import annotations

import json
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.errors import MisusedStep
from harness.events.filters import accepts
from harness.events.patterns import matches
from harness.journal.envelopes import SENTINEL
from harness.ledger.naming import TAP

__all__ = ["bus_has_only_taps", "topic_has_only_taps"]


def bus_has_only_taps(bus: str, *, cloud: Cloud) -> bool:
    """Say whether a sentinel through a bus reaches nobody but taps.

    A rule for all events would take it. Rules that EventBridge has made for itself, such as that of an archive, do not
    count (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html), nor do rules that lead nowhere.

    Args:
        bus: Its name.
        cloud: Where it is.
    """
    events = cloud.client("events")
    sentinel = {
        "version": "0",
        "id": "",
        "detail-type": SENTINEL,
        "source": SENTINEL,
        "account": cloud.account,
        "time": "2026-01-01T00:00:00Z",
        "region": cloud.region,
        "resources": [],
        "detail": {"token": ""},
    }
    with translated(cloud):
        pages = events.get_paginator("list_rules").paginate(EventBusName=bus)
        rules = [rule for page in pages for rule in page["Rules"] if _matches(rule, sentinel)]
        return not any(events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"] for rule in rules)


def _matches(rule: dict[str, Any], event: dict[str, Any]) -> bool:
    if rule["Name"].startswith(TAP) or rule["State"] == "DISABLED" or rule.get("ManagedBy"):
        return False
    try:
        return "EventPattern" in rule and matches(json.loads(rule["EventPattern"]), event)
    except MisusedStep:  # What the harness cannot read may match.
        return True


def topic_has_only_taps(topic: str, *, cloud: Cloud) -> bool:
    """Say whether a sentinel through a topic reaches nobody but taps.

    Subscribers whose filter policy refuses it do not count. A queue does, also when no function reads it: a test may
    look into it.

    Args:
        topic: Its ARN.
        cloud: Where it is.
    """
    sns = cloud.client("sns")
    with translated(cloud):
        pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        subscriptions = [one for page in pages for one in page["Subscriptions"]]
        return not any(_takes(one, sns=sns) for one in subscriptions)


def _takes(subscription: dict[str, Any], *, sns: Any) -> bool:
    arn = subscription["SubscriptionArn"]
    if not arn.startswith("arn:"):  # PendingConfirmation, Deleted: SNS sends it nothing.
        return False
    if subscription["Protocol"] == "sqs" and subscription["Endpoint"].rpartition(":")[2].startswith(TAP):
        return False
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
