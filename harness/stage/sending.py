"""The verbs that put something on a bus, a topic or a queue, into a stream, a table or a bucket."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.errors import MisusedStep
from harness.events import sns
from harness.events.bodies import text_of
from harness.journal.matching import written
from harness.modes.messages import BusEvent, ItemChange, QueueMessage, StreamRecord, TopicMessage, Upload
from harness.stage.place import Place

__all__ = ["Sending"]


class Sending(Place):
    """A stage to which events, messages, records, items and objects are sent."""

    def publish(  # noqa: PLR0913 - the parts of an event
        self,
        bus: str,
        *,
        source: str,
        detail_type: str,
        detail: Mapping[str, Any],
        resources: Iterable[str] = (),
        time: float | None = None,
    ) -> str:
        """Put an event on a bus and give its id.

        ::

            stage.publish("EventBus", source="big-mouth", detail_type="order_placed", detail=order)

        In `http` mode the event goes out, and what it starts runs by itself. In the other modes the functions that it
        starts have run when this returns.

        Args:
            bus: The logical id of the bus; ``default`` is the one that every account has.
            source: Who says it.
            detail_type: What is said.
            detail: What can be written as a JSON object.
            resources: ARNs of what it is about.
            time: When it happened, in epoch seconds; now when not given.

        Raises:
            UnknownResource: No bus has this logical id.
            MisusedStep: The detail is no JSON object.
            NotPublished: EventBridge does not take it.
            FunctionFailed: In the modes `handler` and `invoke`: a function that it starts ended in an error.
        """
        __tracebackhide__ = True
        self._source("bus", bus)
        event = BusEvent(
            bus=bus,
            source=source,
            detail_type=detail_type,
            detail=_json_object(detail),
            resources=tuple(resources),
            time=time,
        )
        with self._act("publish", f"{bus} {detail_type}", sent=event.detail):
            return self._mode.put([event])[0]

    def notify(  # noqa: PLR0913 - the parts of a message
        self,
        topic: str,
        message: Any,
        *,
        subject: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        group: str | None = None,
        deduplication: str | None = None,
    ) -> str:
        """Publish a message to a topic and give its id.

        In `http` mode the message goes out, and what it starts runs by itself. In the other modes the functions that it
        starts have run when this returns.

        Args:
            topic: The logical id of the topic.
            message: Text, or a value that is sent as JSON.
            subject: A subject, for those who read mail.
            attributes: Text, numbers, booleans, bytes, or lists of them, by name.
            group: The message group, for FIFO topics.
            deduplication: The deduplication id, for FIFO topics that do not make it of the content.

        Raises:
            UnknownResource: No topic has this logical id.
            MisusedStep: An attribute is none that SNS knows.
            NotPublished: SNS does not take it.
            FunctionFailed: In the modes `handler` and `invoke`: a function that it starts ended in an error.
        """
        __tracebackhide__ = True
        self._source("topic", topic)
        what = TopicMessage(
            topic=topic,
            message=text_of(message),
            subject=subject,
            attributes=sns.attributes(attributes or {}),
            group=group,
            deduplication=deduplication,
        )
        with self._act("notify", topic, sent=what.message):
            return self._mode.put([what])[0]

    def send(
        self,
        queue: str,
        *bodies: Any,
        attributes: Mapping[str, Any] | None = None,
        group: str | None = None,
        deduplication: str | None = None,
    ) -> list[str]:
        """Send messages to a queue, together, and give their ids.

        In `http` mode they go out, and what they start runs by itself. In the other modes the functions that they start
        have run when this returns, as often as the queue's redrive policy lets them.

        Args:
            queue: The logical id of the queue.
            bodies: Texts, or values that are sent as JSON: a message each.
            attributes: Text, numbers or bytes by name, the same for each message.
            group: The message group, for FIFO queues.
            deduplication: The deduplication id, for FIFO queues that do not make it of the content; for one message.

        Raises:
            UnknownResource: No queue has this logical id.
            MisusedStep: There is no message, or one deduplication id for several.
            NotPublished: SQS does not take them.
            FunctionFailed: In the modes `handler` and `invoke`: a function failed, and no redrive policy cares.
        """
        __tracebackhide__ = True
        self._source("queue", queue)
        _insist_on_one_each(bodies, deduplication=deduplication)
        batch = [
            QueueMessage(
                queue=queue,
                body=text_of(body),
                attributes=sns.attributes(attributes or {}),
                group=group,
                deduplication=deduplication,
            )
            for body in bodies
        ]
        with self._act("send", queue, sent=bodies):
            return self._mode.put(batch)

    def put_record(self, stream: str, *data: Any, key: str) -> list[str]:
        """Put records into a Kinesis stream, in this order, and give their sequence numbers.

        Args:
            stream: The logical id of the stream.
            data: Bytes, texts, or values that are sent as JSON: a record each.
            key: Their partition key.

        Raises:
            UnknownResource: No stream has this logical id.
            MisusedStep: There is no record.
            NotPublished: Kinesis does not take them.
            FunctionFailed: In the modes `handler` and `invoke`: a function failed, and the mapping names nobody who is
                told.
        """
        __tracebackhide__ = True
        self._source("stream", stream)
        _insist_on_one_each(data)
        batch = [StreamRecord(stream=stream, data=_bytes_of(one), key=key) for one in data]
        with self._act("put_record", stream, sent=data):
            return self._mode.put(batch)

    def write(self, table: str, item: Mapping[str, Any]) -> None:
        """Write an item into a table, whose stream starts what the template says.

        The item stays until the run ends, and for good where there was one of its key before: that one is the test's to
        change. `items` brings such as are taken away when a test ends, and what they replace comes back.

        Args:
            table: The logical id of the table.
            item: The whole item as Python values; floats become numbers of DynamoDB.

        Raises:
            UnknownResource: No table has this logical id.
            NotPublished: DynamoDB does not take it.
            FunctionFailed: In `handler` mode: a function that it starts ended in an error.
        """
        __tracebackhide__ = True
        self._change("write", ItemChange(table=table, operation="put", item=item))

    def update(self, table: str, key: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
        """Set attributes of an item; as `write` otherwise.

        Args:
            table: The logical id of the table.
            key: The key of the item.
            changes: The attributes to set, by name.
        """
        __tracebackhide__ = True
        self._change("update", ItemChange(table=table, operation="update", item=key, changes=changes))

    def delete(self, table: str, key: Mapping[str, Any]) -> None:
        """Take an item out of a table; as `write` otherwise.

        Args:
            table: The logical id of the table.
            key: The key of the item.
        """
        __tracebackhide__ = True
        self._change("delete", ItemChange(table=table, operation="delete", item=key))

    def _change(self, verb: str, change: ItemChange) -> None:
        __tracebackhide__ = True
        self._declared("table", change.table, "AWS::DynamoDB::Table")
        with self._act(verb, change.table, sent={**change.item, **(change.changes or {})}):
            self._mode.put([change])

    def upload(
        self,
        bucket: str,
        key: str,
        content: bytes | str = b"",
        *,
        content_type: str = "",
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        """Put an object into a bucket, which starts what the template says.

        The object stays until the run ends, and for good where there was one of its key before: that one is the test's
        to overwrite.

        Args:
            bucket: The logical id of the bucket.
            key: The key, as people write it.
            content: Bytes, or a text that is kept in UTF-8.
            content_type: The media type.
            metadata: What is kept with it, by name.

        Raises:
            UnknownResource: No bucket has this logical id.
            NotPublished: S3 does not take it.
            FunctionFailed: In `handler` mode: a function that it starts ended in an error, and nobody is told.
        """
        __tracebackhide__ = True
        self._declared("bucket", bucket, "AWS::S3::Bucket")
        content = content.encode() if isinstance(content, str) else content
        what = Upload(bucket=bucket, key=key, content=content, content_type=content_type, metadata=metadata or {})
        with self._act("upload", f"{bucket} {key}", sent=f"{len(content)} bytes"):
            self._mode.put([what])


def _json_object(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give a detail as it is read back from JSON; EventBridge takes objects only.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
    """
    __tracebackhide__ = True
    try:
        read = jsonlib.loads(jsonlib.dumps(detail))
    except (TypeError, ValueError) as error:
        raise MisusedStep(f"The detail {written(detail)} cannot be written as JSON: {error}.") from error
    if not isinstance(read, dict):
        raise MisusedStep(f"The detail {written(detail)} is no JSON object.", remedy="EventBridge takes objects only")
    return read


def _insist_on_one_each(sent: Sequence[Any], *, deduplication: str | None = None) -> None:
    __tracebackhide__ = True
    if not sent:
        raise MisusedStep("Nothing is sent.", remedy="give at least one message")
    if deduplication is not None and len(sent) > 1:
        raise MisusedStep(
            f"{len(sent)} messages have one deduplication id, {deduplication!r}: SQS would take the first only.",
            remedy="send them one by one",
        )


def _bytes_of(data: Any) -> bytes:
    return bytes(data) if isinstance(data, bytes | bytearray) else text_of(data).encode()
