"""A queue of the cloud, received from as Lambda does it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.events import sqs
from harness.journal.entry import Entry
from harness.journal.envelopes import is_sentinel
from harness.journal.looking import shown
from harness.journal.queues import entry_of
from harness.journal.store import Store
from harness.modes.links import label
from harness.modes.mapped.batches import Piece

__all__ = ["ReceivedQueue"]

_AT_ONCE = 10
# A debugger may hold a function for long. Twelve hours are the most that SQS allows.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
_HIDDEN = 43_200
_TAKEN_KEPT = 10_000


class ReceivedQueue:
    """A queue whose messages are really received, deleted, and put back.

    What is received is an entry of the journal, whether its tap has seen it or not: it may be deleted before.

    Args:
        cloud: Where it is.
        source: Its logical id.
        url: Its URL.
        arn: Its ARN.
        redrives: Whether it has a redrive policy; then SQS itself moves what was received too often.
        store: Where entries go.
        cause: Gives how it came to an entry.
        since: Gives from when on messages count, in epoch seconds; those before were sent for a test that is over.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of a queue
        self,
        cloud: Cloud,
        *,
        source: str,
        url: str,
        arn: str,
        redrives: bool,
        store: Store,
        cause: Callable[[Entry], tuple[str, ...]],
        since: Callable[[], float],
    ) -> None:
        self.redrives = redrives
        self._cloud = cloud
        self._sqs = cloud.client("sqs")
        self._source = source
        self._url = url
        self._arn = arn
        self._store = store
        self._cause = cause
        self._since = since
        self._taken: deque[str] = deque(maxlen=_TAKEN_KEPT)

    def has_taken(self, identity: str) -> bool:
        """Say whether a message has been received here."""
        return identity in self._taken

    def receive(self, most: int) -> list[Piece]:
        """Give so many messages at most; what is left of other tests, and sentinels, are taken out."""
        found: list[Piece] = []
        while len(found) < most:
            messages = self._received(min(_AT_ONCE, most - len(found)))
            if not messages:
                break
            found += self._ours(messages)
        return found

    def _received(self, most: int) -> list[dict[str, Any]]:
        with translated(self._cloud):
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=most,
                VisibilityTimeout=_HIDDEN,
                WaitTimeSeconds=0,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        return list(answer.get("Messages", []))

    def _ours(self, messages: Sequence[dict[str, Any]]) -> list[Piece]:
        sentinels = [one for one in messages if is_sentinel(one["Body"], one.get("MessageAttributes") or {})]
        seen = time.time()
        entries = {
            one["ReceiptHandle"]: entry_of(shown(one), source=self._source, seen=seen)
            for one in messages
            if one not in sentinels
        }
        self._taken.extend(entry.id for entry in entries.values())
        self._store.add(entries.values())
        since = self._since()
        ours = [one for one in messages if one not in sentinels and entries[one["ReceiptHandle"]].sent >= since]
        self._delete([one["ReceiptHandle"] for one in messages if one not in ours])
        return [self._piece(one, entries[one["ReceiptHandle"]]) for one in ours]

    def _piece(self, message: dict[str, Any], entry: Entry) -> Piece:
        return Piece(
            id=message["MessageId"],
            record=sqs.record_of(message, queue_arn=self._arn),
            entry=entry,
            path=(*self._cause(entry), label(entry)),
        )

    def delete(self, pieces: Sequence[Piece]) -> None:
        """Take messages out for good."""
        self._delete([piece.record["receiptHandle"] for piece in pieces])

    def _delete(self, handles: Sequence[str]) -> None:
        for entries in _numbered(handles):
            with translated(self._cloud):
                self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)

    def put_back(self, pieces: Sequence[Piece]) -> None:
        """Let messages be received again at once; SQS moves them when they have been received too often."""
        # The first of a group comes last, so that the group opens at its head.
        for entries in _numbered([piece.record["receiptHandle"] for piece in reversed(pieces)]):
            visible = [{**entry, "VisibilityTimeout": 0} for entry in entries]
            with translated(self._cloud):
                self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=visible)

    def release(self, pieces: Sequence[Piece]) -> None:
        """Let messages be received again at once that no function could be started for."""
        self.put_back(pieces)

    def holds_any(self) -> bool:
        """Say whether the queue holds messages: delayed ones, such as someone else has, such as have just come."""
        names = [f"ApproximateNumberOfMessages{which}" for which in ("", "Delayed", "NotVisible")]
        with translated(self._cloud):
            answer = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)
        return any(int(number) for number in answer["Attributes"].values())


def _numbered(handles: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
    entries = [{"Id": str(number), "ReceiptHandle": handle} for number, handle in enumerate(handles)]
    for start in range(0, len(entries), _AT_ONCE):
        yield entries[start : start + _AT_ONCE]
