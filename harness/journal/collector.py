"""The queue of this process, into which the rules and subscriptions of its taps lead."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.errors import TapNotOpen
from harness.journal.asking import asked, opened
from harness.journal.entry import Entry
from harness.journal.envelopes import SENTINEL, Sources, read

__all__ = ["Collector", "StackQueue"]

_AT_ONCE = 10
# A receipt that is not used within this time is void, and the message comes again; it is dropped by its id then.
_HIDDEN = 120
# Of the messages that have been read, so many are deleted at the latest. SQS keeps at most 120,000 in flight.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
_MANY = 1000
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
        # A message that is held back by a long poll must not be given up by the client.
        self._sqs = cloud.client("sqs", read_timeout=40)
        self._receipts: list[str] = []
        self._undeleted_since = 0.0
        self._closed = False
        self._inbox = _Inbox(sources)
        self.tokens = self._inbox.tokens
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
        self._inbox.tell()
        if len(self._receipts) >= _MANY or time.time() - self._undeleted_since > _HIDDEN / 4:
            self._delete()
        messages = self._received(wait).get("Messages", [])
        if not self._receipts:
            self._undeleted_since = time.time()
        self._receipts += [message["ReceiptHandle"] for message in messages]
        entries = self._inbox.take(messages)
        # A test that waits for these entries must not wait for deletions as well: they are made up for when nothing
        # comes.
        if not messages:
            self._delete()
        return entries

    def _received(self, wait: float) -> dict[str, Any]:
        try:
            with asked(self._cloud, what=f"queue {self.url!r}"):
                return _received(self._sqs, url=self.url, wait=wait)
        except TapNotOpen:
            if self._closed:
                return {}
            raise TapNotOpen(
                f"The queue {self.url!r}, into which the taps of this run lead, has been deleted.",
                remedy="somebody has tidied up while the run was on; run it again",
            ) from None

    def _delete(self) -> None:
        receipts, self._receipts = self._receipts, []
        for start in range(0, len(receipts), _AT_ONCE):
            batch = receipts[start : start + _AT_ONCE]
            entries = [{"Id": str(index), "ReceiptHandle": receipt} for index, receipt in enumerate(batch)]
            # What is not deleted comes again and is dropped by its id.
            with contextlib.suppress(self._sqs.exceptions.ClientError):
                self._sqs.delete_message_batch(QueueUrl=self.url, Entries=entries)

    def send_token(self) -> str:
        """Send a sentinel straight into the queue and give its token."""
        return _sent(self._sqs, url=self.url, cloud=self._cloud)

    def close(self) -> None:
        """Delete the queue."""
        if self._closed:
            return
        # A read that is still on finds out that the queue has gone; it must know that it was us.
        self._closed = True
        try:
            with translated(self._cloud), contextlib.suppress(self._sqs.exceptions.QueueDoesNotExist):
                self._sqs.delete_queue(QueueUrl=self.url)
        except Exception:
            self._closed = False
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
        self._inbox = _Inbox(sources)
        self.tokens = self._inbox.tokens
        self.url = url

    def read(self, *, wait: float) -> list[Entry]:
        """Give the entries that have come."""
        self._inbox.tell()
        with asked(self._cloud, what=f"queue {self.url!r}"):
            answer = _received(self._sqs, url=self.url, wait=wait)
        return self._inbox.take(answer.get("Messages", []))

    def send_token(self) -> str:
        """Send a sentinel straight into the queue and give its token."""
        return _sent(self._sqs, url=self.url, cloud=self._cloud)

    def close(self) -> None:
        """Leave the queue as it is: it is the stack's."""


class _Inbox:
    """Tells entries and sentinels apart.

    A sentinel proves that what was sent before it is in the journal, where the entries of one read are put only after
    it. So a token that has come together with entries is told at the next read.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._untold: list[str] = []
        self.tokens: set[str] = set()

    def tell(self) -> None:
        """Tell the tokens of the last read: its entries are in the journal by now."""
        self.tokens.update(self._untold)
        self._untold.clear()

    def take(self, messages: Sequence[Mapping[str, Any]]) -> list[Entry]:
        """Give the entries among messages."""
        seen = time.time()
        found = [_read(message, seen=seen, sources=self._sources) for message in messages]
        entries = [one for one in found if isinstance(one, Entry)]
        self._untold += [one for one in found if isinstance(one, str)]
        if not entries:
            self.tell()
        return entries


def _received(sqs: Any, *, url: str, wait: float) -> dict[str, Any]:
    answer: dict[str, Any] = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=_AT_ONCE,
        WaitTimeSeconds=int(wait),
        MessageSystemAttributeNames=["SentTimestamp"],
    )
    return answer


def _sent(sqs: Any, *, url: str, cloud: Cloud) -> str:
    token = new_uuid()
    with opened(cloud, what=f"queue {url!r}"):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({SENTINEL: token}))
    return token


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
