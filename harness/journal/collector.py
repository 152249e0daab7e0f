"""The queue of this process, into which the rules and subscriptions of its taps lead."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, translated
from harness.errors import TapNotOpen
from harness.journal.entry import Entry
from harness.journal.envelopes import SENTINEL, Sources, read

__all__ = ["Collector", "StackQueue"]

_AT_ONCE = 10
# A receipt that is not used within this time is void, and the message comes again; it is dropped by its id then.
_HIDDEN = 120
# Long enough for a process that a debugger holds, over a lunch.
_KEPT = 4 * 3600


class Collector:
    """A queue that only the rules and subscriptions of this process may write to.

    Args:
        cloud: Where it is.
        name: Its name, unique in the account and region.
        senders: The ARNs of the rules and topics that may send to it, by service principal.
        sources: Which sources lead into it.
        tags: Its tags.

    Raises:
        TapNotOpen: The queue cannot be created.
    """

    pause = 0.0

    def __init__(
        self,
        cloud: Cloud,
        *,
        name: str,
        senders: Mapping[str, Sequence[str]],
        sources: Sources,
        tags: Mapping[str, str],
    ) -> None:
        self._cloud = cloud
        self._sources = sources
        # A message that is held back by a long poll must not be given up by the client.
        self._sqs = cloud.client("sqs", read_timeout=40)
        self._receipts: list[str] = []
        self._closed = False
        self.tokens: set[str] = set()
        self.arn = f"arn:{cloud.partition}:sqs:{cloud.region}:{cloud.account}:{name}"
        policy = {"Version": "2012-10-17", "Statement": [_statement(self.arn, *sender) for sender in senders.items()]}
        with translated(cloud):
            answer = self._sqs.create_queue(
                QueueName=name,
                Attributes={
                    "MessageRetentionPeriod": str(_KEPT),
                    "VisibilityTimeout": str(_HIDDEN),
                    "Policy": json.dumps(policy),
                },
                tags=dict(tags),
            )
        self.url: str = answer["QueueUrl"]

    def read(self, *, wait: float) -> list[Entry]:
        """Give the entries that have come, and keep the tokens of the sentinels that have."""
        answer = self._received(wait)
        messages = answer.get("Messages", [])
        seen = time.time()
        entries = []
        for message in messages:
            found = _read(message, seen=seen, sources=self._sources)
            if isinstance(found, Entry):
                entries.append(found)
            else:
                self.tokens.add(found)
            self._receipts.append(message["ReceiptHandle"])
        # Who reads fast must not wait for deletions; they are made up for when it is quiet, or when there are many.
        # SQS keeps at most 120,000 messages in flight.
        # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
        if self._receipts and (len(messages) < _AT_ONCE or len(self._receipts) > 100 * _AT_ONCE):
            self._delete()
        return entries

    def _received(self, wait: float) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self._sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=_AT_ONCE,
                WaitTimeSeconds=int(wait),
                MessageSystemAttributeNames=["SentTimestamp"],
            )
        except self._sqs.exceptions.QueueDoesNotExist:
            if self._closed:
                return {}
            raise TapNotOpen(
                f"The queue {self.url!r}, into which the taps of this run lead, has been deleted.",
                remedy="somebody has tidied up while the run was on; run it again",
            ) from None
        return answer

    def _delete(self) -> None:
        receipts, self._receipts = self._receipts, []
        for start in range(0, len(receipts), _AT_ONCE):
            batch = receipts[start : start + _AT_ONCE]
            entries = [{"Id": str(index), "ReceiptHandle": receipt} for index, receipt in enumerate(batch)]
            # What is not deleted comes again and is dropped by its id.
            with contextlib.suppress(self._sqs.exceptions.ClientError):
                self._sqs.delete_message_batch(QueueUrl=self.url, Entries=entries)

    def send_token(self, token: str) -> None:
        """Send a sentinel straight into the queue."""
        with translated(self._cloud):
            self._sqs.send_message(QueueUrl=self.url, MessageBody=json.dumps({SENTINEL: token}))

    def close(self) -> None:
        """Delete the queue."""
        if self._closed:
            return
        self._closed = True
        with translated(self._cloud):
            try:
                self._sqs.delete_queue(QueueUrl=self.url)
            except self._sqs.exceptions.ClientError as fault:
                if "NonExistentQueue" not in code_of(fault) and "QueueDoesNotExist" not in code_of(fault):
                    raise


class StackQueue:
    """A queue of the stack itself that hears its buses and topics, such as one that a template has for its tests.

    Other runs may read it too, so nothing is deleted: a message that was seen is hidden from the others for as long as
    the queue's own visibility timeout says, comes again after it, and is dropped by its id.

    Args:
        cloud: Where it is.
        url: Its URL.
        sources: Which sources lead into it.
    """

    pause = 0.0

    def __init__(self, cloud: Cloud, *, url: str, sources: Sources) -> None:
        self._cloud = cloud
        self._sqs = cloud.client("sqs", read_timeout=40)
        self._sources = sources
        self.url = url
        self.tokens: set[str] = set()

    def read(self, *, wait: float) -> list[Entry]:
        """Give the entries that have come."""
        with translated(self._cloud):
            answer = self._sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=_AT_ONCE,
                WaitTimeSeconds=int(wait),
                MessageSystemAttributeNames=["SentTimestamp"],
            )
        seen = time.time()
        found = [_read(message, seen=seen, sources=self._sources) for message in answer.get("Messages", [])]
        self.tokens.update(one for one in found if isinstance(one, str))
        return [one for one in found if isinstance(one, Entry)]

    def send_token(self, token: str) -> None:
        """Send a sentinel straight into the queue."""
        with translated(self._cloud):
            self._sqs.send_message(QueueUrl=self.url, MessageBody=json.dumps({SENTINEL: token}))

    def close(self) -> None:
        """Leave the queue as it is: it is the stack's."""


def _read(message: Mapping[str, Any], *, seen: float, sources: Sources) -> Entry | str:
    sent = int(message.get("Attributes", {}).get("SentTimestamp", "0")) / 1000 or seen
    return read(message["Body"], message_id=message["MessageId"], sent=sent, seen=seen, sources=sources)


def _statement(queue: str, service: str, arns: Sequence[str]) -> dict[str, Any]:
    """Admit one kind of source, and of that kind these only."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": list(arns)}},
    }
