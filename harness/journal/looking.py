"""Looking into a queue of SQS without taking anything out."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from harness.cloud.account import Cloud
from harness.errors import TapNotOpen

__all__ = ["Looking", "Message", "Peek", "Sight", "Sweep", "looking_into", "shown"]

Message = dict[str, Any]

_AT_ONCE = 10
# Longer than a sweep, so that no message comes twice in one. If this process dies meanwhile, the messages it holds come
# back by themselves after this time.
_HIDDEN = 30
_LONGEST_SWEEP = 15.0
_LONGEST_POLL = 20
# What these say is of our own making.
_OURS = frozenset({"ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """What one look into a queue has shown.

    Args:
        messages: The messages: ``MessageId``, ``Body``, ``Attributes``, ``MessageAttributes``.
        complete: Whether these are all that the queue held when the look began.
    """

    messages: list[Message]
    complete: bool


class Looking(Protocol):
    """A way to look into a queue.

    Args:
        pause: The shortest time between two looks, in seconds.
    """

    pause: float

    def look(self, *, wait: float) -> Sight:
        """Give what is in the queue, waiting that many seconds for a first message where that is possible."""
        ...


def looking_into(cloud: Cloud, *, url: str) -> Looking:
    """Give the way to look into a queue that the cloud allows.

    Args:
        cloud: Where it is.
        url: The URL of the queue.

    Raises:
        TapNotOpen: A look would move its messages.
    """
    cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return Peek(cloud, url=url) if cloud.embedded else Sweep(cloud, url=url)


class Peek:
    """Looks into a queue of the embedded cloud, which shows all messages and touches none.

    Those that a consumer holds and those that are still delayed are shown too.

    Args:
        cloud: The embedded cloud.
        url: The URL of the queue.
    """

    def __init__(self, cloud: Cloud, *, url: str) -> None:
        place = urlsplit(cloud.endpoint or "")
        self._host, self._port = place.hostname or "", place.port
        self._path = f"/_ministack/sqs/messages?{urlencode({'region': cloud.region, 'QueueUrl': url})}"
        self._url = url
        self.pause = 0.02

    def look(self, *, wait: float) -> Sight:  # noqa: ARG002 - it answers at once
        """Give what is in the queue."""
        begun = time.monotonic()
        connection = HTTPConnection(self._host, self._port, timeout=10)
        try:
            connection.request("GET", self._path)
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        found = [
            queue for regions in answer["messages"].values() for queues in regions.values() for queue in queues.values()
        ]
        if not found:
            raise _gone(self._url)
        # A queue of thousands takes its time; the looks must not keep the embedded cloud busy.
        self.pause = max(0.02, 4 * (time.monotonic() - begun))
        return Sight(messages=[_peeked(message) for message in found[0]], complete=True)


def _peeked(shown: Message) -> Message:
    beside = {name: shown[name] for name in ("MessageGroupId", "MessageDeduplicationId", "SequenceNumber")}
    return {
        "MessageId": shown["MessageId"],
        "Body": shown["Body"],
        "Attributes": shown["Attributes"] | {name: value for name, value in beside.items() if value is not None},
        "MessageAttributes": shown["MessageAttributes"],
    }


class Sweep:
    """Looks into a queue of AWS: receives all messages and puts each back at once.

    SQS shows no message without a receive, and a receive has consequences:

    * The message is hidden while the sweep lasts: for a consumer that polls meanwhile, a moment, or a second when the
      queue is found to be empty behind it.
      https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
    * It counts. A queue whose redrive policy counts receives would move its messages to the dead-letter queue because
      of us, so such a queue is refused.
      https://repost.aws/knowledge-center/sqs-dead-letter-queue
    * In a FIFO queue it locks the message's group until the sweep ends. The order stays; but no more than ten messages
      of a group can be received before the first of them is deleted.
      https://repost.aws/knowledge-center/sqs-fifo-messages-not-returned
    * A message that a consumer holds is not shown, nor one that is delayed; the look is not complete then.

    Args:
        cloud: Where it is.
        url: The URL of the queue.
        patience: How long SQS may look for more messages, in seconds. 0 asks only some of its servers, "long polling
            eliminates false empty responses".
            https://docs.aws.amazon.com/boto3/latest/guide/sqs-example-long-polling.html
        clock: The monotonic clock.

    Raises:
        TapNotOpen: The queue has a redrive policy.
    """

    def __init__(
        self, cloud: Cloud, *, url: str, patience: int = 1, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.pause = 1.0
        self._sqs = cloud.client("sqs")
        self._url = url
        self._patience = patience
        self._clock = clock
        attributes = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        self._is_fifo = attributes.get("FifoQueue") == "true"
        policy = json.loads(attributes.get("RedrivePolicy") or "{}")
        if policy:
            raise _refused(url, policy)

    def look(self, *, wait: float) -> Sight:
        """Receive what is in the queue, and put it back.

        Args:
            wait: For how many seconds SQS may hold the call until there is any message at all.
        """
        begun = self._clock()
        batches: list[list[Message]] = []
        ended = False
        patience = max(self._patience, min(int(wait), _LONGEST_POLL))
        try:
            while not ended and self._clock() - begun < _LONGEST_SWEEP + patience:
                batches.append(self._received(patience))
                ended, patience = not batches[-1], self._patience
            complete = ended and self._is_all(batches)
        finally:
            self._put_back(batches)
        return Sight(messages=[shown(message) for batch in batches for message in batch], complete=complete)

    def _received(self, patience: int) -> list[Message]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=_AT_ONCE,
            WaitTimeSeconds=patience,
            VisibilityTimeout=_HIDDEN,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return list(answer.get("Messages", []))

    def _is_all(self, batches: Sequence[Sequence[Message]]) -> bool:
        names = [f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed")]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)["Attributes"]
        visible, held, delayed = (int(attributes.get(name, "0")) for name in names)
        # Behind a batch of ten of a FIFO queue may wait more of the same groups. Elsewhere the number of visible
        # messages is not asked for its opinion: it may be a minute old.
        is_full = self._is_fifo and any(len(batch) == _AT_ONCE for batch in batches)
        ours = sum(len(batch) for batch in batches)
        return not delayed and held + (visible if is_full else 0) <= ours

    def _put_back(self, batches: Sequence[Sequence[Message]]) -> None:
        for batch in filter(None, batches):
            entries = [
                {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
                # The first of a group comes last, so that the group opens at its head.
                for index, message in reversed(list(enumerate(batch)))
            ]
            # What cannot be put back comes back by itself when its time is over.
            with contextlib.suppress(Exception):
                self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)


def shown(message: Message) -> Message:
    """Give a message that was received as a look shows it, without what only its receiver needs."""
    attributes = {name: value for name, value in message.get("Attributes", {}).items() if name not in _OURS}
    return {
        "MessageId": message["MessageId"],
        "Body": message["Body"],
        "Attributes": attributes,
        "MessageAttributes": message.get("MessageAttributes", {}),
    }


def _refused(url: str, policy: dict[str, Any]) -> TapNotOpen:
    return TapNotOpen(
        f"The queue {url.rpartition('/')[2]!r} cannot be tapped: looking into it would move its messages.",
        facts=[
            ("its redrive policy", f"after {policy.get('maxReceiveCount')} receives, ours too"),
            ("then they go to", policy.get("deadLetterTargetArn")),
        ],
        remedy="Expect the message where it is sent from (its bus or topic), or what its consumer does; or tap the\n"
        "dead-letter queue. In the embedded cloud any queue can be tapped.",
    )


def _gone(url: str) -> TapNotOpen:
    return TapNotOpen(f"There is no queue {url.rpartition('/')[2]!r}.", facts=[("its address was", url)])
