"""The queue of this process, into which the rules and subscriptions of its taps lead."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.errors import TapNotOpen
from harness.journal.asking import asked
from harness.journal.creation import Creation
from harness.journal.entry import Entry
from harness.journal.envelopes import Sources
from harness.journal.letters import later, send_token, told_apart
from harness.journal.looking import Message

__all__ = ["Collector"]

_AT_ONCE = 10
# A receipt that is not used within this time is void, and the message comes again; it is dropped by its id then. A read
# whose answer is lost hides what it would have brought for as long, while a test waits for it.
_HIDDEN = 5
# Of the messages that have been read, so many are deleted at the latest. SQS keeps at most 120,000 in flight.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
_MANY = 1000
# Long enough for a process that a debugger holds, over a lunch.
_KEPT = 4 * 3600


class Collector:
    """A queue that only the rules and subscriptions of this process may write to, from when it is opened.

    Args:
        cloud: Where it is.
        name: Its name, unique in the account and region.
        senders: The ARNs of the rules and topics that may send to it, by service principal.
        sources: Which sources lead into it.
        tags: Its tags.

    Attributes:
        creation: Its queue, as it is created and taken away.
        tokens: The tokens of the sentinels that have come, and before which all has been handed over.
        ahead: By how many seconds at least the cloud's clock is ahead of this machine's; None before the first message.
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
        self._name = name
        self._senders = senders
        self._sources = sources
        self._tags = dict(tags)
        self._receipts: list[str] = []
        self._undeleted_since = 0.0
        # Tokens that have come together with entries: they are told at the next read, when these are in the journal.
        self._untold: list[str] = []
        self.creation = Creation(cloud, "queue", name=name)
        self.tokens: set[str] = set()
        self.ahead: float | None = None
        self.arn = f"arn:{cloud.partition}:sqs:{cloud.region}:{cloud.account}:{name}"
        self.url = ""

    def open(self) -> None:
        """Create the queue."""
        senders = [_statement(self.arn, *sender) for sender in self._senders.items()]
        self.creation.note()
        with translated(self._cloud):
            answer = self._sqs.create_queue(
                QueueName=self._name,
                Attributes={
                    "MessageRetentionPeriod": str(_KEPT),
                    "VisibilityTimeout": str(_HIDDEN),
                    "Policy": json.dumps({"Version": "2012-10-17", "Statement": senders}),
                },
                tags=self._tags,
            )
        self.url = self.creation.known = answer["QueueUrl"]

    def read(self, *, wait: float) -> list[Entry]:
        """Give the entries that have come, and keep the tokens of the sentinels that have."""
        self._tell()
        if len(self._receipts) >= _MANY or time.time() - self._undeleted_since > _HIDDEN / 4:
            self._delete()
        messages = self._received(wait).get("Messages", [])
        if not self._receipts:
            self._undeleted_since = time.time()
        self._receipts += [message["ReceiptHandle"] for message in messages]
        entries = self._taken(messages)
        # A test that waits for these entries must not wait for deletions as well: they are made up for when nothing
        # comes.
        if not messages:
            self._delete()
        return entries

    def _tell(self) -> None:
        self.tokens.update(self._untold)
        self._untold.clear()

    def _taken(self, messages: Sequence[Message]) -> list[Entry]:
        seen = time.time()
        for message in messages:
            self.ahead = later(self.ahead, message, seen=seen)
        entries, tokens = told_apart(messages, seen=seen, sources=self._sources)
        self._untold += tokens.values()
        if not entries:
            self._tell()
        return entries

    def _received(self, wait: float) -> dict[str, Any]:
        try:
            with asked(self._cloud, what=f"queue {self.url!r}"):
                answer: dict[str, Any] = self._sqs.receive_message(
                    QueueUrl=self.url,
                    MaxNumberOfMessages=_AT_ONCE,
                    WaitTimeSeconds=int(wait),
                    MessageSystemAttributeNames=["SentTimestamp"],
                )
                return answer
        except TapNotOpen:
            # A read that is still on finds out that the queue has gone; it may have been us.
            if self.creation.ends:
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
        return send_token(self._sqs, url=self.url, cloud=self._cloud)

    def close(self) -> None:
        """Delete the queue, if there is one of its name."""
        self.creation.take_away()


def _statement(queue: str, service: str, arns: Sequence[str]) -> dict[str, Any]:
    """Admit one kind of source, and of that kind these only."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": list(arns)}},
    }
