"""Listeners: topics that nobody hears, mappings that read nothing or drop it, buckets that tell nobody."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from harness.errors import MisusedStep
from harness.events import filters, mapping_filters
from harness.report.causes.touching import touched, waited
from harness.report.causes.wording import plain
from harness.report.record import Cause, TestRecord
from harness.system.model import EventSourceMapping, Notification, Subscription, System

__all__ = ["listeners"]


def listeners(record: TestRecord, *, system: System) -> Iterator[Cause]:
    """Give what the template says of those that were to hear of what a test has done, and did not or may not have."""
    near = touched(record, system=system).names
    for text in _off(record, near, system):
        yield Cause(area="wiring", text=plain(text), proof="template")
    if waited(record):
        for text in _deaf(record, near, system):
            yield Cause(area="wiring", text=plain(text), proof="template")


def _off(record: TestRecord, near: frozenset[str], system: System) -> Iterator[str]:
    for mapping in system.mappings.values():
        if not mapping.enabled and mapping.source in near:
            reads = f"by which {mapping.function} reads {mapping.source}"
            yield f"the mapping {mapping.name}, {reads}, is disabled in the template"
    fired = {act.what for act in record.acts if act.verb == "fire"}
    for schedule in system.schedules.values():
        if not schedule.enabled and schedule.name in fired:
            yield f"the schedule {schedule.name}, which starts {schedule.target}, is disabled in the template"


def _deaf(record: TestRecord, near: frozenset[str], system: System) -> Iterator[str]:
    yield from _untold(record, system)
    subscribed = {subscription.topic for subscription in system.subscriptions.values()}
    for topic in system.of_type("AWS::SNS::Topic"):
        if topic in near and topic not in subscribed:
            yield f"nothing in the template subscribes to {topic}"
    for subscription in system.subscriptions.values():
        if subscription.topic in near and _drops(record, subscription):
            policy = json.dumps(subscription.filter_policy, default=str)
            yield f"the subscription {subscription.name} to {subscription.topic} takes only what matches {policy}"
    for mapping in system.mappings.values():
        if mapping.enabled and mapping.source in near and _leaves_out(record, mapping):
            wanted = json.dumps(mapping.filters, default=str)
            hands = f"the filter of the mapping {mapping.name} hands {mapping.function}"
            yield f"{hands} only what matches {wanted} of {mapping.source}"


def _drops(record: TestRecord, subscription: Subscription) -> bool:
    """Say whether a subscription with a policy took nothing of what came; of attributes a record does not tell."""
    if not subscription.filter_policy or f"subscription:{subscription.name}" in record.reached:
        return False
    came = _came(record, subscription.topic)
    if subscription.filter_scope == "MessageAttributes":
        return bool(came)
    takes = partial(filters.accepts, subscription.filter_policy, scope="MessageBody", attributes={})
    return bool(came) and not any(_accepted(partial(takes, message=text)) for text in came)


def _leaves_out(record: TestRecord, mapping: EventSourceMapping) -> bool:
    """Say whether a mapping with filters handed on nothing of what came; of a table a record does not tell."""
    if not mapping.filters or f"mapping:{mapping.name}" in record.reached:
        return False
    came = _came(record, mapping.source)
    if mapping.kind == "table":
        return bool(came)
    takes = partial(mapping_filters.accepts, patterns=mapping.filters, kind=mapping.kind)
    return bool(came) and not any(_accepted(partial(takes, _as_read(text, mapping.kind))) for text in came)


def _came(record: TestRecord, source: str) -> list[str]:
    """Give what came to a topic, a queue, a stream or a table: what the journal saw, and what the test itself sent."""
    seen = [entry.text for entry in record.entries if entry.source == source]
    return seen + [act.sent for act in record.acts if act.what == source and act.verb != "call"]


def _as_read(text: str, kind: str) -> dict[str, Any]:
    return {"body": text} if kind == "queue" else {"kinesis": {"data": base64.b64encode(text.encode()).decode()}}


def _accepted(accepts: Callable[[], bool]) -> bool:
    """Ask a filter; one that AWS would refuse was not deployed, so it is none."""
    try:
        return accepts()
    except MisusedStep:
        return True


def _untold(record: TestRecord, system: System) -> Iterator[str]:
    for act in record.acts:
        bucket, _, key = act.what.partition(" ")
        told = [one for one in system.notifications.values() if act.verb == "upload" and one.bucket == bucket]
        if told and not any(key.startswith(one.prefix) and key.endswith(one.suffix) for one in told):
            yield f"no notification of {bucket} is for {key!r}: they are for {', '.join(map(_shape, told))}"


def _shape(one: Notification) -> str:
    return f"{one.prefix}*{one.suffix}"
