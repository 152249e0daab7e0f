"""A queue of the stack: looked into, so that nobody hides anything from anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.errors import TapNotOpen
from harness.journal.envelopes import SENTINEL, Sources
from harness.journal.looking import Message, Sight, Sweep
from harness.journal.stack_queue import StackQueue, StackTap

SOURCES = Sources(buses={"bus": "EventBus"})


def event(identity: str) -> str:
    return json.dumps({"bus": "bus", "event": {"id": identity, "source": "s", "detail-type": "t", "detail": {}}})


def message(identity: str, body: str, *, sent: float = 1.0) -> Message:
    return {"MessageId": identity, "Body": body, "Attributes": {"SentTimestamp": str(int(sent * 1000))}}


class Looks:
    """Shows what it is told to, whole or not, and lets something happen while it looks."""

    pause = 0.3

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.complete = True
        self.meanwhile: Any = lambda: None

    def look(self, *, wait: float) -> Sight:
        self.meanwhile()
        return Sight(messages=list(self.messages), complete=self.complete)


class Sending(Cloud):
    """A cloud whose queue shows at once what is sent into it."""

    def __init__(self, cloud: Cloud, looks: Looks) -> None:
        super().__init__(folder=cloud.folder, region=cloud.region)
        self.looks = looks

    def client(self, service: str, **config: Any) -> Any:
        return self

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803 - boto3's names
        self.looks.messages.append(message(new_uuid(), MessageBody))


@pytest.fixture
def looks() -> Looks:
    """What is seen in the queue."""
    return Looks()


@pytest.fixture
def queue(cloud: Cloud, looks: Looks) -> StackQueue:
    """A queue whose looks are told what to show."""
    return StackQueue(Sending(cloud, looks), url="http://host/0/queue", sources=SOURCES, looking=looks)


@pytest.fixture
def url(cloud: Cloud) -> Iterator[str]:
    """A real queue that hides for a minute what is received."""
    sqs = cloud.client("sqs")
    made = sqs.create_queue(QueueName=f"q-{new_uuid()}", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    yield made
    sqs.delete_queue(QueueUrl=made)


def ids(queue: StackQueue) -> list[str]:
    return [entry.id for entry in queue.read(wait=0)]


def test_each_message_is_given_once(queue: StackQueue, looks: Looks) -> None:
    """It lies there for all who look, and is new once."""
    looks.messages = [message("1", event("a"))]
    first = ids(queue)
    looks.messages.append(message("2", event("b")))

    assert (["a"], ["b"], []) == (first, ids(queue), ids(queue))


def test_a_complete_look_at_the_sentinel_is_proof(queue: StackQueue) -> None:
    """Where nothing else is new, at once; before it there is none."""
    proven = queue.barrier()
    before = proven()

    queue.read(wait=0)

    assert (False, True) == (before, proven())


def test_a_look_that_is_not_complete_is_no_proof(queue: StackQueue, looks: Looks) -> None:
    """Another reader may hold what was sent before the sentinel; the next complete look is proof."""
    looks.complete = False
    proven = queue.barrier()
    queue.read(wait=0)
    before = proven()
    looks.complete = True

    queue.read(wait=0)

    assert (False, True) == (before, proven())


def test_a_look_that_began_before_the_sentinel_is_no_proof(queue: StackQueue, looks: Looks) -> None:
    """It may have passed by what was sent before it."""
    proofs: list[Any] = []
    looks.meanwhile = lambda: proofs.append(queue.barrier())
    queue.read(wait=0)
    queue.read(wait=0)

    assert [True, False] == [proof() for proof in proofs]


def test_a_look_that_does_not_show_the_sentinel_is_no_proof(queue: StackQueue, looks: Looks) -> None:
    """SQS may be late with it, and with what was sent before it."""
    proven = queue.barrier()
    looks.messages.clear()

    queue.read(wait=0)

    assert not proven()


def test_entries_of_the_look_come_before_its_proof(queue: StackQueue, looks: Looks) -> None:
    """They are in the journal when the next look begins."""
    looks.messages = [message("1", event("a"))]
    proven = queue.barrier()
    found, before = ids(queue), proven()

    queue.read(wait=0)

    assert (["a"], False, True) == (found, before, proven())


def test_a_sentinel_of_another_process_proves_nothing_and_is_no_entry(queue: StackQueue, looks: Looks) -> None:
    """Nor does it tell the clock: it may have lain there for long."""
    looks.messages = [message("1", json.dumps({SENTINEL: "theirs"}))]

    found = ids(queue)

    assert ([], None) == (found, queue.ahead)


def test_sentinels_tell_how_far_the_cloud_s_clock_is_ahead(queue: StackQueue, looks: Looks) -> None:
    """Those of this process, which were sent a moment ago."""
    queue.barrier()
    looks.messages = [{**looks.messages[0], "Attributes": {"SentTimestamp": "4102444800000"}}]

    queue.read(wait=0)

    # The year 2100 is far ahead.
    assert queue.ahead is not None
    assert queue.ahead > 10**8


def test_it_pauses_as_the_look_wants_it(queue: StackQueue, looks: Looks) -> None:
    """A long queue takes its time."""
    before = queue.pause
    looks.pause = 2.0

    queue.read(wait=0)

    assert (0.3, 2.0) == (before, queue.pause)


@pytest.mark.parametrize("aws", [False, True])
def test_two_readers_see_everything_in_turns(cloud: Cloud, url: str, aws: Any) -> None:
    """What one has seen the other sees at once, and either's sentinel, although a receive hides for a minute."""
    looking = [Sweep(cloud, url=url, patience=0) if aws else None for _ in range(2)]
    first, second = (StackQueue(cloud, url=url, sources=SOURCES, looking=one) for one in looking)
    for number in range(12):
        cloud.client("sqs").send_message(QueueUrl=url, MessageBody=event(str(number)))
    proofs = [first.barrier(), second.barrier()]

    found = [sorted(ids(queue), key=int) for queue in (first, second)]
    rest = [ids(queue) for queue in (first, second)]

    assert [[str(number) for number in range(12)]] * 2 == found
    assert ([[], []], [True, True]) == (rest, [proof() for proof in proofs])


def test_a_queue_whose_messages_a_look_would_move_is_refused_in_aws(cloud: Cloud, url: str) -> None:
    """As when it is tapped itself."""

    class Elsewhere(Cloud):
        def client(self, service: str, **config: Any) -> Any:
            return cloud.client(service, **config)

    sqs = cloud.client("sqs")
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})

    with pytest.raises(TapNotOpen, match="cannot be tapped: looking into it would move its messages"):
        StackQueue(Elsewhere(folder=cloud.folder, region=cloud.region), url=url, sources=SOURCES)


def test_a_queue_that_is_not_there_is_told(cloud: Cloud) -> None:
    """When it is opened."""
    with pytest.raises(TapNotOpen) as caught:
        StackQueue(cloud, url=f"{cloud.endpoint}/000000000000/nowhere", sources=SOURCES)

    assert f"There is no queue 'nowhere'.\n  region: us-east-1\n  endpoint: {cloud.endpoint}" == str(caught.value)


def test_nothing_is_taken_away(queue: StackQueue, looks: Looks) -> None:
    """The queue is the stack's, and so is what leads into it."""
    looks.messages = [message("1", event("a"))]

    StackTap(kind="bus", source="EventBus", queue=queue).close()
    queue.close()

    assert ["a"] == ids(queue)
