"""An entry of the journal: one thing that the system published."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote_plus

from harness._text import redacted, shortened
from harness.journal.values import changes

__all__ = ["Entry", "Kind"]

Kind = Literal["bus", "topic", "queue", "stream", "table", "bucket"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One event, message or record, as it was seen.

    It keeps the text only and reads it when asked: a journal holds a hundred thousand of these.

    Args:
        kind: What kind of source it came from.
        source: The logical id of that source.
        id: The event id of EventBridge, the message id of SNS or SQS, the sequence number of Kinesis, the event id
            of a DynamoDB stream, the key of an object with its version and sequencer. The same thing delivered twice
            has the same id.
        text: The JSON text of `document`.
        sent: When the cloud took it in, in epoch seconds by the cloud's clock.
        seen: When it was seen, in epoch seconds by this machine's clock.
        detail_type: The detail-type of an event of EventBridge, the event's name of S3, else empty.
        played: Whether the harness, which played the service in between, wrote it down itself.
        note: What whoever reads it must know, such as that deployed functions take part.
        shard: Of a record of a stream or a table: the id of its shard, within which there is an order.
    """

    kind: Kind
    source: str
    id: str
    text: str
    sent: float
    seen: float
    detail_type: str = ""
    played: bool = False
    note: str = ""
    shard: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """The whole of it, in the words of its service.

        A bus: the event. A topic: the notification, with ``Message``, ``MessageAttributes``, ``Subject``. A queue:
        the message, with ``Body``, ``Attributes``, ``MessageAttributes``. A stream: the record, with ``data`` in base64
        and ``partitionKey``. A table: the record of its stream, with ``eventName`` and ``dynamodb``. A bucket: the
        record of the notification, with ``eventName`` and ``s3``.
        """
        document: dict[str, Any] = json.loads(self.text)
        return document

    @property
    def body(self) -> Any:
        """What was published, parsed when it is JSON.

        A bus: the detail. A topic: the message. A queue: the body. A stream: the data; bytes if they are no text.
        A table: ``Keys``, ``NewImage`` and ``OldImage``, as many as there are, with plain values. A bucket: ``key``, as
        people write it, ``size``, ``eTag`` and what else is told of the object.
        """
        document = self.document
        if self.kind == "bus":
            return document.get("detail")
        if self.kind == "topic":
            return _parsed(document.get("Message", ""))
        if self.kind == "queue":
            return _parsed(document.get("Body", ""))
        if self.kind == "stream":
            return _decoded(document.get("data", ""))
        if self.kind == "bucket":
            told = document["s3"]["object"]
            return {**told, "key": unquote_plus(told["key"])}
        return changes(document.get("dynamodb", {}))

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes of a message, by name; of other entries what stands beside the body.

        Numbers of SNS and SQS stay text, as they travel; a ``String.Array`` is a list.
        """
        document = self.document
        if self.kind in ("topic", "queue"):
            return {name: _value(one) for name, one in (document.get("MessageAttributes") or {}).items()}
        beside = {"bus": "detail", "stream": "data", "table": "dynamodb", "bucket": "s3"}[self.kind]
        return {name: value for name, value in document.items() if name != beside}

    def __str__(self) -> str:
        """Give it in a line, shortened, without what is secret by its name."""
        named = redacted(f"{self.source} {self.detail_type}".rstrip())
        body = self.body
        shown = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, default=repr)
        played = " (played)" if self.played else ""
        played += f" ({self.note})" if self.note else ""
        return f"{named} {shortened(redacted(shown), limit=200)}{played}"


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # No JSON, or so deep that Python's own parser gives up.
        return text


def _decoded(data: str) -> Any:
    content = base64.b64decode(data)
    try:
        return _parsed(content.decode())
    except UnicodeDecodeError:
        return content


def _value(attribute: Mapping[str, Any]) -> Any:
    """Give the value of an attribute: SNS says ``Type`` and ``Value``, SQS ``DataType`` and ``StringValue``."""
    kind = attribute.get("Type") or attribute.get("DataType") or ""
    if kind.startswith("Binary"):
        value = attribute.get("Value") or attribute.get("BinaryValue") or ""
        return base64.b64decode(value)
    value = attribute.get("Value", attribute.get("StringValue", ""))
    return _parsed(value) if kind == "String.Array" else value
