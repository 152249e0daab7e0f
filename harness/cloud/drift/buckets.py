"""Notifications of buckets: who is told of what, and whether EventBridge is.

A bucket has one configuration. A template that declares it owns it as a whole; only the harness's own taps add to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.cloud.drift.difference import Difference, extra, missing
from harness.cloud.drift.place import Absent, Place
from harness.ledger.naming import TAP
from harness.system.model import Notification

__all__ = ["look"]

_LISTS = {
    "LambdaFunctionConfigurations": "LambdaFunctionArn",
    "QueueConfigurations": "QueueArn",
    "TopicConfigurations": "TopicArn",
}

# Target, events, prefix and suffix.
_Told = tuple[str, frozenset[str], str, str]


def look(place: Place) -> Iterator[Difference]:
    """Give what differs of the notifications."""
    declared = {one.bucket for one in place.system.notifications.values()} | place.system.buckets_on_bus
    buckets = sorted(declared & place.names.physical.keys())
    lists = place.each(lambda bucket: _configuration(bucket, place=place), buckets)
    for bucket, have in zip(buckets, lists, strict=True):
        if isinstance(have, Mapping):
            yield from _of_bucket(bucket, have, place=place)
        elif have is Absent.GONE:
            names = [one.name for one in place.system.notifications.values() if one.bucket == bucket]
            yield from (missing("notification", name) for name in names)


def _configuration(bucket: str, *, place: Place) -> Any:
    client = place.client("s3")
    return place.ask(
        "notifications of buckets",
        action="s3:GetBucketNotification",
        call=lambda: client.get_bucket_notification_configuration(Bucket=place.names.physical[bucket]),
    )


def _of_bucket(bucket: str, have: Mapping[str, Any], *, place: Place) -> Iterator[Difference]:
    there = {_told(one, target, place=place): one for of, target in _LISTS.items() for one in have.get(of) or []}
    declared = [one for one in place.system.notifications.values() if one.bucket == bucket]
    known = [one for one in declared if place.arn(one.target)]
    for notification in known:
        if there.pop(_wanted(notification, place=place), None) is None:
            yield missing("notification", notification.name)
    if known == declared:
        for (target, events, _, _), one in there.items():
            if not one.get("Id", "").startswith(TAP):
                yield extra("notification", bucket, f"{', '.join(sorted(events))} to {target}")
    if bucket in place.system.buckets_on_bus and "EventBridgeConfiguration" not in have:
        yield missing("notification", bucket, what="EventBridge")


def _wanted(notification: Notification, *, place: Place) -> _Told:
    target = place.led_to(place.arn(notification.target) or notification.target)
    return target, frozenset(notification.events), notification.prefix, notification.suffix


def _told(configuration: Mapping[str, Any], target: str, *, place: Place) -> _Told:
    # S3 gives the names of rules as they were written: prefix, Prefix.
    rules = ((configuration.get("Filter") or {}).get("Key") or {}).get("FilterRules") or []
    values = {str(rule["Name"]).lower(): rule["Value"] for rule in rules}
    return (
        place.led_to(configuration[target]),
        frozenset(configuration["Events"]),
        values.get("prefix", ""),
        values.get("suffix", ""),
    )
