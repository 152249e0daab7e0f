"""Tapped queues: seen completely, each message once, and left to their consumer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.errors import TapNotOpen
from harness.journal.looking import Sweep
from harness.journal.queues import QueueTap


class Queue:
    """A queue with its client, as a consumer sees it."""

    def __init__(self, cloud: Cloud, *, name: str, **attributes: str) -> None:
        self.client = cloud.client("sqs")
        self.url: str = self.client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.name = name

    def send(self, *bodies: str, group: str = "") -> None:
        for body in bodies:
            fifo = {"MessageGroupId": group, "MessageDeduplicationId": new_uuid()} if group else {}
            self.client.send_message(QueueUrl=self.url, MessageBody=body, **fifo)

    def take(self, *, delete: bool = True) -> list[str]:
        answer = self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []) if delete else []:
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in answer.get("Messages", [])]

    def take_until(self, last: str, *, into: list[str]) -> None:
        while last not in into:
            into += self.take()

    def take_all(self) -> list[str]:
        taken: list[str] = []
        while batch := self.take():
            taken += batch
        return taken


@pytest.fixture
def queue(cloud: Cloud) -> Iterator[Queue]:
    """A standard queue."""
    made = Queue(cloud, name=f"q-{new_uuid()}")
    yield made
    made.client.delete_queue(QueueUrl=made.url)


@pytest.fixture
def fifo(cloud: Cloud) -> Iterator[Queue]:
    """A FIFO queue."""
    made = Queue(cloud, name=f"q-{new_uuid()}.fifo", FifoQueue="true")
    yield made
    made.client.delete_queue(QueueUrl=made.url)


@pytest.fixture
def guarded(cloud: Cloud, queue: Queue) -> Iterator[Queue]:
    """A queue whose messages go to another one after two receives."""
    arn = queue.client.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    made = Queue(cloud, name=f"g-{new_uuid()}", RedrivePolicy=policy)
    yield made
    made.client.delete_queue(QueueUrl=made.url)


def peeking(cloud: Cloud, queue: Queue) -> QueueTap:
    return QueueTap(cloud, source="Orders", url=queue.url)


def sweeping(cloud: Cloud, queue: Queue) -> QueueTap:
    """Give a tap that does what it does in AWS, without the second that SQS may search."""
    return QueueTap(cloud, source="Orders", url=queue.url, looking=Sweep(cloud, url=queue.url, patience=0))


BOTH = pytest.mark.parametrize("tapped", [peeking, sweeping])
FIFTY = [f"message {number}" for number in range(50)]


@BOTH
def test_a_queue_of_fifty_is_seen_completely(cloud: Cloud, queue: Queue, tapped: Any) -> None:
    """Every message is seen, although a receive gives ten at most."""
    queue.send(*FIFTY)

    entries = tapped(cloud, queue).read(wait=0)

    assert sorted(FIFTY) == sorted(entry.body for entry in entries)


@BOTH
def test_each_message_is_given_once(cloud: Cloud, queue: Queue, tapped: Any) -> None:
    """What was given is not given again, and what has come is."""
    tap = tapped(cloud, queue)
    queue.send("first")
    tap.read(wait=0)
    queue.send("second")

    entries = tap.read(wait=0)

    assert ["second"] == [entry.body for entry in entries]


@BOTH
def test_nothing_is_taken_from_the_consumer(cloud: Cloud, queue: Queue, tapped: Any) -> None:
    """A consumer gets every message at once after a look."""
    queue.send(*FIFTY)
    tapped(cloud, queue).read(wait=0)

    taken = queue.take_all()

    assert sorted(FIFTY) == sorted(taken)


@BOTH
def test_a_consumer_that_takes_between_looks_gets_every_message(cloud: Cloud, queue: Queue, tapped: Any) -> None:
    """Looks and receives in turns: each message is taken, and each was seen."""
    tap = tapped(cloud, queue)
    queue.send(*FIFTY)
    seen, taken = [], []

    while len(taken) < len(FIFTY):
        seen += [entry.body for entry in tap.read(wait=0)]
        taken += queue.take()

    assert (sorted(FIFTY), sorted(FIFTY)) == (sorted(taken), sorted(seen))


@BOTH
def test_a_consumer_at_the_same_time_gets_every_message(cloud: Cloud, queue: Queue, tapped: Any) -> None:
    """It polls in a thread of its own while the tap looks and messages come."""
    tap = tapped(cloud, queue)
    taken: list[str] = []
    consumer = Thread(target=lambda: queue.take_until(FIFTY[-1], into=taken))
    consumer.start()

    for body in FIFTY:
        queue.send(body)
        tap.read(wait=0)
    consumer.join(timeout=20)

    assert sorted(FIFTY) == sorted(taken + queue.take_all())


@BOTH
def test_the_order_of_a_group_stays(cloud: Cloud, fifo: Queue, tapped: Any) -> None:
    """A consumer of a FIFO queue gets each group in its order, looks or not."""
    fifo.send("a1", "a2", "a3", group="a")
    fifo.send("b1", "b2", group="b")
    tap = tapped(cloud, fifo)
    tap.read(wait=0)
    tap.read(wait=0)

    taken = fifo.take_all()

    assert ["a1", "a2", "a3"] == [body for body in taken if body < "b"]
    assert ["b1", "b2"] == [body for body in taken if body > "b"]


@BOTH
def test_a_barrier_is_passed_by_a_look_after_it(cloud: Cloud, queue: Queue, tapped: Any) -> None:
    """A look of before is no proof, one that finds something new is none, the next one is."""
    tap = tapped(cloud, queue)
    tap.read(wait=0)
    queue.send("late")
    proven = tap.barrier()

    proofs = [proven(), *((tap.read(wait=0), proven())[1] for _ in range(2))]

    assert [False, False, True] == proofs


@BOTH
def test_an_entry_is_the_message(cloud: Cloud, queue: Queue, tapped: Any) -> None:
    """Body, attributes and the time at which it was sent are those of SQS."""
    attributes = {
        "kind": {"DataType": "String", "StringValue": "order"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    sent = queue.client.send_message(QueueUrl=queue.url, MessageBody='{"id": 7}', MessageAttributes=attributes)

    (entry,) = tapped(cloud, queue).read(wait=0)

    assert ("queue", "Orders", sent["MessageId"], {"id": 7}) == (entry.kind, entry.source, entry.id, entry.body)
    assert {"kind": "order", "raw": b"\x00\xff"} == entry.attributes
    assert entry.seen - 5 < entry.sent <= entry.seen
    assert {"Attributes", "Body", "MessageAttributes", "MessageId"} == entry.document.keys()


@BOTH
def test_attributes_tell_the_group_and_nothing_of_our_receives(cloud: Cloud, fifo: Queue, tapped: Any) -> None:
    """The system attributes are those of the sender."""
    fifo.send("a1", group="a")

    (entry,) = tapped(cloud, fifo).read(wait=0)

    attributes = entry.document["Attributes"]
    assert "a" == attributes["MessageGroupId"]
    assert {"MessageDeduplicationId", "MessageGroupId", "SenderId", "SentTimestamp", "SequenceNumber"} == set(
        attributes
    )


def test_a_missing_queue_cannot_be_tapped(cloud: Cloud) -> None:
    """It is said which one, and where."""
    url = f"{cloud.endpoint}/000000000000/nowhere"

    with pytest.raises(TapNotOpen) as caught:
        QueueTap(cloud, source="Orders", url=url)

    assert f"There is no queue 'nowhere'.\n  region: us-east-1\n  endpoint: {cloud.endpoint}" == str(caught.value)


@BOTH
def test_a_queue_that_is_deleted_meanwhile_is_told(cloud: Cloud, tapped: Any) -> None:
    """Reading on would be silence for ever."""
    queue = Queue(cloud, name=f"q-{new_uuid()}")
    tap = tapped(cloud, queue)
    queue.client.delete_queue(QueueUrl=queue.url)

    with pytest.raises(TapNotOpen, match=f"There is no queue {queue.name!r}"):
        tap.read(wait=0)


def test_the_embedded_cloud_shows_what_a_consumer_holds(cloud: Cloud, queue: Queue) -> None:
    """A message in flight is seen."""
    queue.send("held")
    queue.take(delete=False)

    entries = peeking(cloud, queue).read(wait=0)

    assert ["held"] == [entry.body for entry in entries]


def test_the_embedded_cloud_shows_a_long_group(cloud: Cloud, fifo: Queue) -> None:
    """All 25 messages of one group are seen, in their order."""
    bodies = [f"number {number:02}" for number in range(25)]
    fifo.send(*bodies, group="a")

    entries = peeking(cloud, fifo).read(wait=0)

    assert bodies == [entry.body for entry in entries]


def test_the_embedded_cloud_moves_nothing_to_the_dead_letter_queue(cloud: Cloud, queue: Queue, guarded: Queue) -> None:
    """Looks do not count as receives there."""
    guarded.send("precious")
    tap = peeking(cloud, guarded)
    for _ in range(5):
        tap.read(wait=0)

    assert (["precious"], []) == (guarded.take(), queue.take())


def test_a_queue_with_a_redrive_policy_is_not_swept(cloud: Cloud, queue: Queue, guarded: Queue) -> None:
    """Our receives would count towards its limit."""
    with pytest.raises(TapNotOpen) as caught:
        sweeping(cloud, guarded)

    assert (
        f"The queue '{guarded.name}' cannot be tapped: looking into it would move its messages.\n"
        "  its redrive policy: after 2 receives, ours too\n"
        f"  then they go to: arn:aws:sqs:us-east-1:000000000000:{queue.name}\n"
        "  Expect the message where it is sent from (its bus or topic), or what its consumer does; or tap the\n"
        "  dead-letter queue. In the embedded cloud any queue can be tapped." == str(caught.value)
    )


def test_in_aws_a_queue_is_swept(cloud: Cloud, queue: Queue, guarded: Queue) -> None:
    """So one with a redrive policy cannot be tapped there."""

    class Elsewhere(Cloud):
        def client(self, service: str, **config: Any) -> Any:
            return cloud.client(service, **config)

    aws = Elsewhere(folder=cloud.folder, region=cloud.region)

    assert (1.0, 0.02) == (peeking(aws, queue).pause, peeking(cloud, queue).pause)
    with pytest.raises(TapNotOpen, match="looking into it would move its messages"):
        peeking(aws, guarded)


def test_a_sweep_of_a_long_group_is_no_proof(cloud: Cloud, fifo: Queue) -> None:
    """Behind ten messages of a group more may lie that SQS does not give."""
    fifo.send(*(f"{number:02}" for number in range(25)), group="a")
    tap = sweeping(cloud, fifo)
    tap.read(wait=0)
    proven = tap.barrier()

    tap.read(wait=0)

    assert not proven()


def test_a_sweep_of_ten_in_one_group_is_a_proof(cloud: Cloud, fifo: Queue) -> None:
    """Ten that are all are all."""
    fifo.send(*(f"{number:02}" for number in range(10)), group="a")
    tap = sweeping(cloud, fifo)
    tap.read(wait=0)
    proven = tap.barrier()

    tap.read(wait=0)

    assert proven()


def test_a_delayed_message_keeps_a_sweep_from_being_a_proof(cloud: Cloud, queue: Queue) -> None:
    """It has been sent, and cannot be received yet."""
    queue.client.send_message(QueueUrl=queue.url, MessageBody="later", DelaySeconds=60)
    tap = sweeping(cloud, queue)
    proven = tap.barrier()

    tap.read(wait=0)

    assert not proven()


def test_a_message_that_somebody_holds_keeps_a_sweep_from_being_a_proof(cloud: Cloud, queue: Queue) -> None:
    """It may be one that was never seen: another test process may sweep too."""
    queue.send("held")
    queue.take(delete=False)
    tap = sweeping(cloud, queue)
    proven = tap.barrier()

    tap.read(wait=0)

    assert not proven()


def test_a_sweep_that_takes_too_long_gives_what_it_has(cloud: Cloud, queue: Queue) -> None:
    """It puts back what it holds, so that nothing comes twice or stays hidden, and proves nothing."""
    queue.send(*FIFTY)
    times = iter([0.0, 0.0, 1.0, 15.0])

    sight = Sweep(cloud, url=queue.url, patience=0, clock=lambda: next(times)).look(wait=0)

    assert (20, False) == (len(sight.messages), sight.complete)
    assert sorted(FIFTY) == sorted(queue.take_all())


def test_a_sweep_waits_for_a_first_message(cloud: Cloud, queue: Queue) -> None:
    """SQS holds the call until something comes, or the time is over."""
    queue.client.send_message(QueueUrl=queue.url, MessageBody="soon", DelaySeconds=1)

    entries = sweeping(cloud, queue).read(wait=5)

    assert ["soon"] == [entry.body for entry in entries]


def test_closing_leaves_the_queue(cloud: Cloud, queue: Queue) -> None:
    """Twice does no harm."""
    tap = peeking(cloud, queue)
    tap.close()
    tap.close()

    queue.send("still here")

    assert ["still here"] == queue.take()


def test_sentinels_are_no_entries(cloud: Cloud) -> None:
    """A topic hands its sentinels to a queue that nobody reads, with its envelope or without."""
    queue = Queue(cloud, name=f"sentinels-{new_uuid()}")
    attribute = {"Type": "String", "Value": "a token"}
    notification = {"Type": "Notification", "MessageId": "m", "TopicArn": "t", "Message": "harness.sentinel"}
    queue.send(json.dumps(notification | {"MessageAttributes": {"harness.sentinel": attribute}}), "a message")
    raw = {"harness.sentinel": {"DataType": "String", "StringValue": "a token"}}
    queue.client.send_message(QueueUrl=queue.url, MessageBody="harness.sentinel", MessageAttributes=raw)
    tap = QueueTap(cloud, source="Jobs", url=queue.url)

    entries = tap.read(wait=0)

    assert ["a message"] == [entry.body for entry in entries]
