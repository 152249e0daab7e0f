"""EventBridge and SNS, played from the template where the stage cannot be muted or functions are invoked directly."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.names import Names
from harness.errors import FunctionFailed
from harness.events import eventbridge, sns
from harness.journal.entry import Entry, Kind
from harness.journal.store import Store
from harness.modes.links import Invoke, label, run
from harness.modes.messages import BusEvent, TopicMessage
from harness.modes.wiring import Start, Wiring
from harness.system.model import System

__all__ = ["Player"]


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
        tell: Called with a sentence when something is not played.
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
    ) -> None:
        self._system = system
        self._cloud = cloud
        self._names = names
        self._store = store
        self._invoke = invoke
        self._tell = tell
        self._wiring = Wiring(system, cloud=cloud, names=names)

    def publish(self, event: BusEvent, *, path: tuple[str, ...] = ()) -> str:
        """Play an event on a bus and give its id.

        Raises:
            FunctionFailed: A function that it starts ended in an error.
        """
        __tracebackhide__ = True
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
            FunctionFailed: A function that it starts ended in an error.
        """
        __tracebackhide__ = True
        document = sns.notification(
            topic_arn=self._names.physical[message.topic],
            message=message.message,
            region=self._names.region,
            subject=message.subject,
            attributes=sns.notified(message.attributes),
        )
        return self._arrived("topic", message.topic, document, path=path)

    def _arrived(
        self, kind: Kind, source: str, document: Mapping[str, Any], *, path: tuple[str, ...], detail_type: str = ""
    ) -> str:
        __tracebackhide__ = True
        now = time.time()
        identity = str(document["id" if kind == "bus" else "MessageId"])
        entry = Entry(
            kind=kind,
            source=source,
            id=identity,
            text=json.dumps(document, ensure_ascii=False),
            sent=now,
            seen=now,
            detail_type=detail_type,
            played=True,
        )
        self._store.add([entry])
        self._hand_on(entry, path=(*path, label(entry)))
        return identity

    def _hand_on(self, entry: Entry, *, path: tuple[str, ...]) -> None:
        """Give each target what is its own, as AWS does whatever becomes of the others."""
        __tracebackhide__ = True
        failed: FunctionFailed | None = None
        for start in self._wiring.starts(entry):
            try:
                if self._wiring.is_function(start.to):
                    run(start, entry=entry, path=path, invoke=self._invoke)
                else:
                    self._forward(start, entry, path=path)
            except FunctionFailed as error:
                failed = failed or error
        if failed is not None:
            raise failed

    def _forward(self, start: Start, entry: Entry, *, path: tuple[str, ...]) -> None:
        """Give something to a target that is no function: a queue really gets it, a bus or a topic is played."""
        __tracebackhide__ = True
        kind = self._system.resources[start.to].type if start.to in self._system.resources else ""
        if kind == "AWS::SQS::Queue":
            self._queue(start, entry)
        elif kind == "AWS::SNS::Topic":
            self.notify(TopicMessage(topic=start.to, message=start.text), path=path)
        elif kind == "AWS::Events::EventBus":
            event = json.loads(start.text)
            self._arrived("bus", start.to, event, path=path, detail_type=event["detail-type"])
        else:
            self._tell(f"{start.by} leads to {start.to}, which is not played in this mode")

    def _queue(self, start: Start, entry: Entry) -> None:
        """Send to a queue what it gets of a topic or a rule.

        https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
        """
        message: dict[str, Any] = {"MessageBody": start.text}
        if start.raw:
            notification = entry.document
            attributes = (notification.get("MessageAttributes") or {}).items()
            message = {"MessageBody": notification["Message"]}
            message |= {"MessageAttributes": {name: _as_sqs_takes_it(one) for name, one in attributes}}
        url = self._names.physical[start.to]
        if url.endswith(".fifo"):
            message |= {"MessageGroupId": "harness", "MessageDeduplicationId": new_uuid()}
        with translated(self._cloud):
            self._cloud.client("sqs").send_message(QueueUrl=url, **message)


def _as_sqs_takes_it(attribute: Mapping[str, str]) -> dict[str, Any]:
    if attribute["Type"] == "Binary":
        return {"DataType": "Binary", "BinaryValue": base64.b64decode(attribute["Value"])}
    return {"DataType": attribute["Type"], "StringValue": attribute["Value"]}
