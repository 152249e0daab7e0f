"""What a test publishes: an event for a bus, a message for a topic or a queue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["BusEvent", "QueueMessage", "TopicMessage", "text_of"]


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
    """

    queue: str
    body: str
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    group: str | None = None
    deduplication: str | None = None


def text_of(message: Any) -> str:
    """Give a message as text: text as it is, anything else as JSON."""
    return message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
