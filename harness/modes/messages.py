"""What a test puts where: an event on a bus, a message on a topic or a queue, a record, an item, an object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["BusEvent", "ItemChange", "Outgoing", "QueueMessage", "StreamRecord", "TopicMessage", "Upload"]


@dataclass(frozen=True, kw_only=True)
class BusEvent:
    """An event for a bus.

    Args:
        bus: The logical id of the bus, or ``default``.
        source: Who says it.
        detail_type: What is said.
        detail: What can be written as a JSON object.
        resources: ARNs of what it is about.
        time: When it happened, in epoch seconds; now when not given.
    """

    bus: str
    source: str
    detail_type: str
    detail: Mapping[str, Any]
    resources: tuple[str, ...] = ()
    time: float | None = None


@dataclass(frozen=True, kw_only=True)
class TopicMessage:
    """A message for a topic.

    Args:
        topic: The logical id of the topic.
        message: Its text.
        subject: None for none.
        attributes: In the form that the API of SNS takes (`harness.events.sns.attributes`).
        group: The message group, for FIFO topics.
        deduplication: The deduplication id, for FIFO topics.
    """

    topic: str
    message: str
    subject: str | None = None
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    group: str | None = None
    deduplication: str | None = None


@dataclass(frozen=True, kw_only=True)
class QueueMessage:
    """A message for a queue.

    Args:
        queue: The logical id of the queue.
        body: Its text.
        attributes: In the form that the API of SQS takes, which is that of SNS.
        group: The message group, for FIFO queues.
        deduplication: The deduplication id, for FIFO queues.
        left: The ARN of the queue whose redrive policy has moved it here.
    """

    queue: str
    body: str
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    group: str | None = None
    deduplication: str | None = None
    left: str | None = None


@dataclass(frozen=True, kw_only=True)
class StreamRecord:
    """A record for a Kinesis stream.

    Args:
        stream: The logical id of the stream.
        data: Its content.
        key: The partition key; records of one key keep their order.
    """

    stream: str
    data: bytes
    key: str


@dataclass(frozen=True, kw_only=True)
class ItemChange:
    """A change of an item of a table, which the table's stream tells.

    Args:
        table: The logical id of the table.
        operation: ``put`` writes the whole item, ``update`` sets some of its attributes, ``delete`` takes it away.
        item: For ``put`` the item, else its key; as Python values.
        changes: For ``update``: the attributes to set, by name.
    """

    table: str
    operation: Literal["put", "update", "delete"]
    item: Mapping[str, Any]
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Upload:
    """An object for a bucket.

    Args:
        bucket: The logical id of the bucket.
        key: Its key, as people write it.
        content: Its content.
        content_type: Its media type; that of S3 (``binary/octet-stream``) when empty.
        metadata: What is kept with it, by name.
    """

    bucket: str
    key: str
    content: bytes
    content_type: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


Outgoing = BusEvent | TopicMessage | QueueMessage | StreamRecord | ItemChange | Upload
