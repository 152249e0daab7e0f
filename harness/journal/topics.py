"""A tapped topic: a subscription that leads into a queue."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from harness.cloud.account import Cloud
from harness.journal.asking import opened
from harness.journal.collector import Collector
from harness.journal.creation import Creation
from harness.journal.entry import Kind
from harness.journal.envelopes import SENTINEL

__all__ = ["TopicTap", "send_sentinel"]


class TopicTap:
    """Hears all messages of a topic, from when it is opened.

    A topic hands a message to each of its subscribers, so a sentinel would reach the system's own as well. It goes
    through the topic only where nobody but taps would take it; otherwise it goes straight into the queue, and that the
    tap is open rests on the subscription being there, which SNS confirms at once for a queue of the same account
    (https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html).

    Args:
        cloud: Where it is.
        source: The logical id of the topic.
        topic: Its ARN.
        collector: The queue into which the subscription leads.
        through: Whether nobody but taps would take a sentinel.

    Attributes:
        creation: The subscription, as it is created and taken away.
    """

    kind: Kind = "topic"
    partial = ""

    def __init__(self, cloud: Cloud, *, source: str, topic: str, collector: Collector, through: bool) -> None:
        self.source = source
        self._cloud = cloud
        self._sns = cloud.client("sns")
        self._topic = topic
        self._collector = collector
        self._through = through
        self.creation = Creation(cloud, "subscription", name=collector.arn, within=topic)

    def open(self) -> None:
        """Subscribe the queue.

        Raises:
            TapNotOpen: There is no such topic.
        """
        self.creation.note()
        with opened(self._cloud, what=f"topic {self._topic!r}"):
            answer = self._sns.subscribe(
                TopicArn=self._topic, Protocol="sqs", Endpoint=self._collector.arn, ReturnSubscriptionArn=True
            )
        self.creation.known = answer["SubscriptionArn"]

    def barrier(self) -> Callable[[], bool]:
        """Send a sentinel, and give what says whether it has come."""
        if self._through:
            token = send_sentinel(self._cloud, topic=self._topic)
        else:
            with opened(self._cloud, what=f"subscription any more, through which {self.source!r} is tapped"):
                self._sns.get_subscription_attributes(SubscriptionArn=self.creation.known)
            token = self._collector.send_token()
        return lambda: token in self._collector.tokens

    def close(self) -> None:
        """Cancel the subscription, if there is one that leads into the queue."""
        self.creation.take_away()


def send_sentinel(cloud: Cloud, *, topic: str) -> str:
    """Send a sentinel through a topic and give its token."""
    token = uuid.uuid4().hex
    fifo: dict[str, Any] = {}
    if topic.endswith(".fifo"):
        fifo = {"MessageGroupId": SENTINEL, "MessageDeduplicationId": token}
    attributes = {SENTINEL: {"DataType": "String", "StringValue": token}}
    with opened(cloud, what=f"topic {topic!r}"):
        cloud.client("sns").publish(TopicArn=topic, Message=SENTINEL, MessageAttributes=attributes, **fifo)
    return token
