"""When the queue of the taps deletes what has been read."""

import time
from pathlib import Path
from typing import Any

import pytest

from harness.cloud.account import Cloud
from harness.journal.collector import Collector
from harness.journal.envelopes import Sources


class Queue:
    """A queue that gives one batch after the other, and counts what is deleted."""

    def __init__(self, batches: list[int]) -> None:
        self.batches = batches
        self.deleted = 0
        self.ahead: list[float | None] = []

    def sent(self) -> dict[str, str]:
        """Say when a message was sent by a clock that is so many seconds ahead."""
        ahead = self.ahead.pop(0) if self.ahead else None
        return {} if ahead is None else {"SentTimestamp": str(int((time.time() + ahead) * 1000))}

    def create_queue(self, **_: Any) -> dict[str, Any]:
        return {"QueueUrl": "queue"}

    def receive_message(self, **_: Any) -> dict[str, Any]:
        message = {"MessageId": "1", "Body": "a", "ReceiptHandle": "a", "Attributes": self.sent()}
        return {"Messages": [message] * self.batches.pop(0)}

    def delete_message_batch(self, *, Entries: list[Any], **_: Any) -> None:  # noqa: N803 - boto3's name
        self.deleted += len(Entries)

    class exceptions:  # noqa: N801 - boto3's name
        QueueDoesNotExist = ClientError = KeyError


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clouds of these tests keep their ledgers where they are."""
    monkeypatch.chdir(tmp_path)


class CloudOfQueue(Cloud):
    def __init__(self, queue: Queue) -> None:
        super().__init__(folder=Path(), region="us-east-1", embedded=True)
        self.queue = queue

    def client(self, service: str, **config: Any) -> Any:
        return self.queue


def collector(queue: Queue) -> Collector:
    made = Collector(CloudOfQueue(queue), name="queue", senders={}, sources=Sources(), tags={})
    made.open()
    return made


def test_what_comes_is_handed_over_before_it_is_deleted() -> None:
    """A test that waits for it does not wait for the deletion."""
    queue = Queue([1, 0])
    reader = collector(queue)

    entries = reader.read(wait=0)

    assert (1, 0) == (len(entries), queue.deleted)


def test_what_was_read_is_deleted_when_nothing_comes() -> None:
    """All at once, ten in a call."""
    queue = Queue([10, 5, 0])
    reader = collector(queue)

    deleted = [(reader.read(wait=0), queue.deleted)[1] for _ in range(3)]

    assert [0, 0, 15] == deleted


def test_of_many_the_first_are_deleted_while_more_come() -> None:
    """SQS keeps a limited number of messages in flight."""
    queue = Queue([10] * 101)
    reader = collector(queue)

    for _ in range(101):
        reader.read(wait=0)

    assert 1000 == queue.deleted


def test_every_message_tells_how_far_the_cloud_s_clock_is_ahead() -> None:
    """By the largest of what they say; one that says nothing tells nothing."""
    queue = Queue([1, 1, 1, 1, 0])
    queue.ahead = [None, -30.0, 20.0, 10.0]
    reader = collector(queue)

    told = [(reader.read(wait=0), reader.ahead)[1] for _ in range(5)]

    assert [None, -30, 20, 20, 20] == [one if one is None else round(one) for one in told]


def test_a_queue_that_was_never_opened_is_not_deleted() -> None:
    """Nothing is asked for: the double knows no such call."""
    reader = Collector(CloudOfQueue(Queue([])), name="queue", senders={}, sources=Sources(), tags={})

    reader.close()

    assert "" == reader.url
