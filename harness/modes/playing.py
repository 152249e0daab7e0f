"""EventBridge and SNS, played from the template where the stage cannot be muted or functions are invoked directly."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.events import eventbridge, s3, sns
from harness.journal.entry import Entry, Kind
from harness.journal.store import Store
from harness.modes.asynchronous import Asynchronous
from harness.modes.destinations import url_of
from harness.modes.limits import insist_on_event, insist_on_message
from harness.modes.links import Invoke, each, ended, label, run
from harness.modes.mapped import PlayedMappings
from harness.modes.mapped.changes import changed
from harness.modes.messages import BusEvent, ItemChange, Outgoing, QueueMessage, StreamRecord, TopicMessage, Upload
from harness.modes.notified import notified
from harness.modes.sending import put
from harness.modes.sending.targets import hand_over
from harness.modes.wiring import Start, Wiring
from harness.runtime.invocation import Invocation
from harness.system.model import System

__all__ = ["Player"]

_Fifo = Mapping[str, str | None]


class Player:
    """Plays a bus and a topic: what a test publishes starts what the rules and subscriptions of the template say.

    The event itself goes nowhere else: on the real bus it would start the deployed functions as well. So the journal is
    told by the player. What a function publishes goes to the real bus.

    Args:
        system: The system as its template declares it.
        cloud: The cloud of the stage.
        names: What its things are called there.
        store: Where entries go.
        invoke: Runs a function.
        tell: Called with a sentence, once, when something is not played.
        asynchronous: What Lambda does about what is started asynchronously; one attempt without it.
        local: Whether the functions run in this process, so that those which a real object starts are others.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of a stage
        self,
        system: System,
        *,
        cloud: Cloud,
        names: Names,
        store: Store,
        invoke: Invoke,
        tell: Callable[[str], None],
        asynchronous: Asynchronous | None = None,
        local: bool = False,
    ) -> None:
        self._system = system
        self._cloud = cloud
        self._names = names
        self._store = store
        self._invoke = invoke
        self._asynchronous = asynchronous
        self._local = local
        self._tell = tell
        self._told: set[str] = set()
        self._wiring = Wiring(system, cloud=cloud, names=names)
        self._mappings = PlayedMappings(
            system,
            names=names,
            store=store,
            start=self._start,
            send_on=self.send,
            tell=asynchronous.tell if asynchronous else None,
        )
        self._delivering = threading.Lock()

    @property
    def deliver(self) -> Callable[[], int] | None:
        """What hands on what mappings have gathered, while a test waits; None where none has a batching window."""
        return self._deliver if self._mappings.has_windows else None

    @property
    def gathers(self) -> bool:
        """Whether a mapping has gathered something that was not handed on."""
        return self._mappings.gathers

    def drop(self) -> None:
        """Forget what mappings have gathered: the test that sent it is over."""
        self._mappings.drop()

    def _deliver(self) -> int:
        __tracebackhide__ = True
        # A handler that itself waits for the journal does not start others from within, nor does another thread.
        if not self._delivering.acquire(blocking=False):
            return 0
        try:
            return self._mappings.end_windows()
        finally:
            self._delivering.release()

    def put(self, batch: Sequence[Outgoing]) -> list[str]:
        """Play what a test sends, and give the ids.

        Raises:
            NotPublished: The service would not take it.
            FunctionFailed: A function that it starts ended in an error.
        """
        __tracebackhide__ = True
        play_all: Mapping[type, Callable[[Any], list[str]]] = {
            QueueMessage: self.send,
            StreamRecord: self.put_records,
            ItemChange: self.change,
            Upload: self.upload,
        }
        if type(batch[0]) in play_all:
            return play_all[type(batch[0])](batch)
        play: Mapping[type, Callable[[Any], str]] = {BusEvent: self.publish, TopicMessage: self.notify}
        return [play[type(one)](one) for one in batch]

    def publish(self, event: BusEvent, *, path: tuple[str, ...] = ()) -> str:
        """Play an event on a bus and give its id.

        Raises:
            NotPublished: EventBridge would not take it.
            FunctionFailed: A function that it starts ended in an error.
        """
        __tracebackhide__ = True
        insist_on_event(event)
        document = eventbridge.event(
            source=event.source,
            detail_type=event.detail_type,
            detail=event.detail,
            account=self._names.account,
            region=self._names.region,
            resources=event.resources,
            time=event.time,
        )
        return self._arrived("bus", event.bus, document, detail_type=event.detail_type, path=path)

    def notify(self, message: TopicMessage, *, path: tuple[str, ...] = ()) -> str:
        """Play a message on a topic and give its id.

        Raises:
            NotPublished: SNS would not take it.
            FunctionFailed: A function that it starts ended in an error.
        """
        __tracebackhide__ = True
        insist_on_message(message, topic_arn=self._names.physical[message.topic])
        document = sns.notification(
            topic_arn=self._names.physical[message.topic],
            message=message.message,
            region=self._names.region,
            subject=message.subject,
            attributes=sns.notified(message.attributes),
        )
        fifo = {"MessageGroupId": message.group, "MessageDeduplicationId": message.deduplication}
        return self._arrived("topic", message.topic, document, path=path, fifo=fifo)

    def reads(self, source: str) -> bool:
        """Say whether a function reads a queue or a stream, so that it is played."""
        return self._mappings.reads(source)

    def send(self, batch: Sequence[QueueMessage], *, path: tuple[str, ...] = ()) -> list[str]:
        """Play messages in a queue that a function reads; any other really gets them. Give their ids.

        Raises:
            NotPublished: SQS would not take one of them.
            FunctionFailed: The function failed, and no redrive policy cares.
        """
        __tracebackhide__ = True
        queue = batch[0].queue
        if self._mappings.reads(queue):
            return self._mappings.send(batch, path=path)
        names = self._names
        if queue not in names.physical:  # A dead-letter queue of another stack, by its ARN.
            names = replace(names, physical={**names.physical, queue: url_of(queue, cloud=self._cloud)})
        return put(batch, cloud=self._cloud, names=names)

    def put_records(self, batch: Sequence[StreamRecord]) -> list[str]:
        """Play records of a stream that a function reads; any other really gets them. Give their sequence numbers.

        Raises:
            NotPublished: Kinesis would not take one of them.
            FunctionFailed: A function failed, and the mapping names nobody who is told.
        """
        __tracebackhide__ = True
        if self._mappings.reads(batch[0].stream):
            return self._mappings.put_records(batch)
        return put(batch, cloud=self._cloud, names=self._names)

    def change(self, batch: Sequence[ItemChange]) -> list[str]:
        """Really change items of a table, which starts the deployed functions; local ones are played besides.

        An item that is not there would fail whatever reads the table afterwards. The deployed function, where that is
        the one which is tested, gets the change from the stream itself: played as well it would run twice.

        Raises:
            NotPublished: DynamoDB does not take it.
            FunctionFailed: A local function that it starts ended in an error.
        """
        __tracebackhide__ = True
        for one in batch:
            if self._local and self._mappings.reads(one.table):
                self._play_change(one)
            else:
                put([one], cloud=self._cloud, names=self._names)
        return ["" for _ in batch]

    def _play_change(self, change: ItemChange) -> None:
        __tracebackhide__ = True

        def make() -> None:
            put([change], cloud=self._cloud, names=self._names)

        piece = changed(change, make=make, cloud=self._cloud, table=self._names.physical[change.table])
        for by, function in self._mappings.readers(change.table):
            self._tell_once(f"{by} starts the deployed {function} as well: the stage is not muted")
        if piece is not None:
            self._mappings.hand_on(change.table, [piece])

    def upload(self, batch: Sequence[Upload]) -> list[str]:
        """Really put objects into a bucket, which starts the deployed functions; local ones are played besides.

        An object that is not there would fail whatever reads it afterwards.

        Raises:
            NotPublished: S3 does not take it.
            FunctionFailed: A local function that it starts ended in an error.
        """
        __tracebackhide__ = True
        versions = put(batch, cloud=self._cloud, names=self._names)
        if self._local:
            for one in batch:
                self._play_object(one)
        return versions

    def _play_object(self, one: Upload) -> None:
        __tracebackhide__ = True
        bucket = self._names.physical[one.bucket]
        etag = hashlib.md5(one.content, usedforsecurity=False).hexdigest()
        record = s3.record(one.key, bucket=bucket, region=self._names.region, size=len(one.content), etag=etag)
        now = time.time()
        entry = Entry(
            kind="bucket",
            source=one.bucket,
            id=f"{one.key}:{new_uuid()}",
            text=json.dumps(record, ensure_ascii=False),
            sent=now + self._store.ahead,
            seen=now,
            detail_type=record["eventName"],
            played=True,
        )
        self._store.add([entry])
        path = (label(entry),)

        def give(start: Start) -> None:
            __tracebackhide__ = True
            if self._wiring.is_function(start.to):
                self._tell_once(f"{start.by} starts the deployed {start.to} as well: the stage is not muted")
                run(start, entry=entry, path=path, invoke=self._invoke, asynchronous=self._asynchronous)

        each(notified(self._system, entry), give)

    def _tell_once(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self._tell(sentence)

    def _start(self, function: str, event: Mapping[str, Any], /, *, path: tuple[str, ...]) -> Invocation:
        """Run the function of a mapping."""
        __tracebackhide__ = True
        ended(path)
        return self._invoke(function, event)

    def _arrived(  # noqa: PLR0913 - the parts of an entry
        self,
        kind: Kind,
        source: str,
        document: Mapping[str, Any],
        *,
        path: tuple[str, ...],
        detail_type: str = "",
        fifo: _Fifo | None = None,
    ) -> str:
        __tracebackhide__ = True
        now = time.time()
        identity = str(document["id" if kind == "bus" else "MessageId"])
        entry = Entry(
            kind=kind,
            source=source,
            id=identity,
            text=json.dumps(document, ensure_ascii=False),
            sent=now + self._store.ahead,  # By the cloud's clock, as that of all other entries.
            seen=now,
            detail_type=detail_type,
            played=True,
        )
        self._store.add([entry])
        self._hand_on(entry, path=(*path, label(entry)), fifo=fifo or {})
        return identity

    def _hand_on(self, entry: Entry, *, path: tuple[str, ...], fifo: _Fifo) -> None:
        """Give each target what is its own."""
        __tracebackhide__ = True
        ended(path)

        def give(start: Start) -> None:
            __tracebackhide__ = True
            if self._wiring.is_function(start.to):
                run(start, entry=entry, path=path, invoke=self._invoke, asynchronous=self._asynchronous)
            else:
                self._forward(start, entry, path=path, fifo=fifo)

        each(self._wiring.starts(entry), give)

    def _forward(self, start: Start, entry: Entry, *, path: tuple[str, ...], fifo: _Fifo) -> None:
        """Give something to a target that is no function: a queue or a machine really gets it, all else is played."""
        __tracebackhide__ = True
        kind = self._system.resources[start.to].type if start.to in self._system.resources else ""
        if kind == "AWS::SQS::Queue":
            self._queue(start, entry, path=path, fifo=fifo)
        elif kind == "AWS::SNS::Topic":
            self.notify(TopicMessage(topic=start.to, message=start.text), path=path)
        elif kind == "AWS::Events::EventBus":
            event = json.loads(start.text)
            self._arrived("bus", start.to, event, path=path, detail_type=event["detail-type"])
        elif kind == "AWS::StepFunctions::StateMachine":
            hand_over(start.text, to=self._names.physical[start.to], cloud=self._cloud)
        else:
            self._tell_once(f"{start.by} leads to {start.to}, which is not played in this mode")

    def _queue(self, start: Start, entry: Entry, *, path: tuple[str, ...], fifo: _Fifo) -> None:
        """Send to a queue what it gets of a topic or a rule.

        A FIFO topic hands its message group and deduplication id on to its FIFO queues.
        https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
        https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html
        """
        __tracebackhide__ = True
        message = QueueMessage(queue=start.to, body=start.text)
        if start.raw:
            notification = entry.document
            attributes = (notification.get("MessageAttributes") or {}).items()
            as_they_are = {name: _as_sqs_takes_it(one) for name, one in attributes}
            message = replace(message, body=notification["Message"], attributes=as_they_are)
        if self._names.physical[start.to].endswith(".fifo"):
            group = fifo.get("MessageGroupId") or start.group or "harness"
            deduplication = fifo.get("MessageDeduplicationId") or new_uuid()
            message = replace(message, group=group, deduplication=deduplication)
        self.send([message], path=path)


def _as_sqs_takes_it(attribute: Mapping[str, str]) -> dict[str, Any]:
    if attribute["Type"] == "Binary":
        return {"DataType": "Binary", "BinaryValue": base64.b64decode(attribute["Value"])}
    return {"DataType": attribute["Type"], "StringValue": attribute["Value"]}
