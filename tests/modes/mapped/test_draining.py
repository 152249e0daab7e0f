"""A queue of the cloud whose messages could not be handed to a function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.errors import EndlessChain
from harness.journal.store import Store
from harness.modes.mapped.queues import drain
from harness.modes.mapped.received import ReceivedQueue
from harness.runtime.invocation import Invocation
from harness.system.model import EventSourceMapping

MAPPING = EventSourceMapping(name="Read", function="First", source="Ordered", kind="queue", batch_size=2)


class Stopped:
    """Never gets as far as the function."""

    def __init__(self, by: type[BaseException]) -> None:
        self._by = by

    def __call__(self, _function: str, _event: Mapping[str, Any], /, *, path: tuple[str, ...]) -> Invocation:
        raise self._by("stopped")


@pytest.fixture
def queue(cloud: Cloud) -> Iterator[ReceivedQueue]:
    """A queue that keeps an order, with three messages of one group."""
    sqs = cloud.client("sqs")
    made = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url = sqs.create_queue(QueueName=f"q-{new_uuid()}.fifo", Attributes=made)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    for body in ("a", "b", "c"):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g")
    yield ReceivedQueue(
        cloud,
        source="Ordered",
        url=url,
        arn=arn,
        redrives=False,
        store=Store(),
        cause=lambda _entry: (),
        since=lambda: 0.0,
    )
    sqs.delete_queue(QueueUrl=url)


@pytest.mark.parametrize("by", [EndlessChain, KeyboardInterrupt])
def test_what_was_not_handed_over_is_received_again(queue: ReceivedQueue, by: type[BaseException]) -> None:
    """In its order; hidden, it would keep its group waiting for half a day."""
    with pytest.raises(by):
        drain(MAPPING, queue, patterns=[], start=Stopped(by))

    assert ["a", "b", "c"] == [piece.record["body"] for piece in queue.receive(10)]
