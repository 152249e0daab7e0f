"""What lies in a message of a queue that hears buses, topics and buckets: which source, and what it published."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.journal.entry import Entry

__all__ = ["SENTINEL", "Sources", "is_sentinel", "read", "template_for"]

# The source and detail-type of a sentinel's event, and the attribute of its message. No rule of a system looks for it.
SENTINEL = "harness.sentinel"


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Which logical ids the sources have that lead into a queue.

    Args:
        buses: Logical ids by the bus's name.
        topics: Logical ids by the topic's ARN.
        buckets: Logical ids by the bucket's name.
    """

    buses: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    buckets: Mapping[str, str] = field(default_factory=dict)


def template_for(source: str) -> str:
    """Give the template by which a rule tells where an event comes from.

    ``<aws.events.event.json>`` is the whole event, detail included
    (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html).
    """
    return f'{{"bus": {json.dumps(source)}, "event": <aws.events.event.json>}}'


def read(body: str, *, message_id: str, sent: float, seen: float, sources: Sources) -> Entry | str:
    """Give the entry of a message, or the token of a sentinel.

    It knows a rule of the harness, an event as EventBridge sends it, an event that a rule of the stack has wrapped
    together with the name of its bus, and a notification of SNS or, where buckets lead into the queue, of S3.
    Anything else is an entry of the queue itself: a poison message is kept, not lost, and raises nothing, because it
    would take the others of its batch with it.

    Args:
        body: The body of the message.
        message_id: The id that SQS gave it.
        sent: When it came into the queue, in epoch seconds.
        seen: When it was received, in epoch seconds.
        sources: Which sources lead into the queue.
    """
    try:
        found = _understood(body, sent=sent, seen=seen, sources=sources)
    except RecursionError:  # So deep that Python's own parser gives up.
        found = None
    if found is not None:
        return found
    text = json.dumps({"MessageId": message_id, "Body": body})
    return Entry(kind="queue", source="", id=message_id, text=text, sent=sent, seen=seen)


def is_sentinel(body: str, attributes: Mapping[str, Any]) -> bool:
    """Say whether a message of a queue is a sentinel, with the envelope of SNS or without it.

    Args:
        body: The body of the message.
        attributes: Its attributes, by name.
    """
    if SENTINEL in attributes:
        return True
    return SENTINEL in body and isinstance(read(body, message_id="", sent=0.0, seen=0.0, sources=Sources()), str)


def _understood(body: str, *, sent: float, seen: float, sources: Sources) -> Entry | str | None:
    document = _parsed(body)
    if document is None:
        return None
    if isinstance(document.get(SENTINEL), str):
        return str(document[SENTINEL])
    event = _event_of(document)
    if event is not None:
        token = _token_of(event)
        return token or _of_bus(event, source=_bus_of(document, event, sources), sent=sent, seen=seen)
    if sources.buckets and _is_of_bucket(document):
        return _of_bucket(document["Records"][0], sources=sources, sent=sent, seen=seen)
    if _is_notification(document):
        return _of_topic(document, body=body, sources=sources, sent=sent, seen=seen)
    return None


def _parsed(body: str) -> dict[str, Any] | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _token_of(event: Mapping[str, Any]) -> str:
    """Give the token of a sentinel's event; nothing of any other."""
    detail = event["detail"]
    if event["source"] != SENTINEL or not isinstance(detail, dict) or not isinstance(detail.get("token"), str):
        return ""
    return str(detail["token"])


def _is_notification(document: Mapping[str, Any]) -> bool:
    """Say whether SNS has written a document; a forged one would fail the test that looks at it, whichever it is."""
    attributes = document.get("MessageAttributes") or {}
    return (
        document.get("Type") == "Notification"
        and all(isinstance(document.get(name), str) for name in ("MessageId", "TopicArn", "Message"))
        and isinstance(attributes, dict)
        and all(_is_attribute(one) for one in attributes.values())
    )


def _is_attribute(attribute: Any) -> bool:
    return isinstance(attribute, dict) and all(isinstance(attribute.get(name), str) for name in ("Type", "Value"))


def _event_of(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give the event of EventBridge that a document is, or that one of its fields is."""
    for candidate in (document, *document.values()):
        if isinstance(candidate, dict) and {"id", "source", "detail-type", "detail"} <= candidate.keys():
            return candidate
    return None


def _bus_of(document: Mapping[str, Any], event: Mapping[str, Any], sources: Sources) -> str:
    """Give the logical id of the bus that is named beside the event; of the only one when none is."""
    if document is not event:
        for value in document.values():
            if isinstance(value, str):
                name = value.rpartition("event-bus/")[2]
                if value in sources.buses.values():
                    return value
                if name in sources.buses:
                    return sources.buses[name]
    known = sorted(set(sources.buses.values()))
    return known[0] if len(known) == 1 else "default"


def _of_bus(event: Mapping[str, Any], *, source: str, sent: float, seen: float) -> Entry:
    return Entry(
        kind="bus",
        source=source,
        id=str(event["id"]),
        text=json.dumps(event, ensure_ascii=False),
        detail_type=str(event["detail-type"]),
        sent=sent,
        seen=seen,
    )


def _of_topic(document: Mapping[str, Any], *, body: str, sources: Sources, sent: float, seen: float) -> Entry | str:
    token = (document.get("MessageAttributes") or {}).get(SENTINEL)
    if token:
        return str(token["Value"])
    arn = document["TopicArn"]
    source = sources.topics.get(arn, arn.rpartition(":")[2])
    return Entry(kind="topic", source=source, id=str(document["MessageId"]), text=body, sent=sent, seen=seen)


def _is_of_bucket(document: Mapping[str, Any]) -> bool:
    """Say whether S3 has written a document; it sends each record by itself."""
    records = document.get("Records")
    record = records[0] if isinstance(records, list) and records else None
    return isinstance(record, dict) and record.get("eventSource") == "aws:s3"


def _of_bucket(record: Mapping[str, Any], *, sources: Sources, sent: float, seen: float) -> Entry:
    told, bucket = record["s3"]["object"], record["s3"]["bucket"]["name"]
    return Entry(
        kind="bucket",
        source=sources.buckets.get(bucket, bucket),
        id=f"{told['key']}:{told.get('versionId', '')}:{told.get('sequencer', '')}",
        text=json.dumps(record, ensure_ascii=False),
        detail_type=str(record["eventName"]),
        sent=sent,
        seen=seen,
    )
