"""What a test sends, in bad weather."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.errors import NotPublished, UnreachableEndpoint
from harness.modes.messages import BusEvent, Outgoing, QueueMessage, StreamRecord, TopicMessage
from harness.modes.sending import put
from harness.modes.sending.delivering import Refusal, all_taken
from harness.modes.sending.targets import hand_over
from harness.stage.acts import Act
from tests.weather.proxy import Fault, Proxy

EVENT = BusEvent(bus="Bus", source="weather", detail_type="rained", detail={})
MESSAGE = TopicMessage(topic="Topic", message="rain")
LETTER = QueueMessage(queue="Queue", body="rain")
FIFO = QueueMessage(queue="Fifo", body="rain", group="one", deduplication="rain")
RECORD = StreamRecord(stream="Stream", data=b"rain", key="one")
OPERATIONS: dict[str, tuple[Outgoing, ...]] = {
    "PutEvents": (EVENT,),
    "Publish": (MESSAGE,),
    "SendMessage": (LETTER,),
    "SendMessageBatch": (LETTER, LETTER),
    "PutRecords": (RECORD,),
}


@pytest.fixture(scope="module")
def names(cloud: Cloud) -> Iterator[Names]:
    """A bus, a topic, queues and a stream; the first queue hears the topic."""
    sqs, sns, kinesis = cloud.client("sqs"), cloud.client("sns"), cloud.client("kinesis")
    queue = sqs.create_queue(QueueName="sent")["QueueUrl"]
    fifo = sqs.create_queue(QueueName="sent.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    topic = sns.create_topic(Name="sent")["TopicArn"]
    kinesis.create_stream(StreamName="sent", ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName="sent", WaiterConfig={"Delay": 1})
    physical = {"Bus": "default", "Topic": topic, "Queue": queue, "Fifo": fifo, "Stream": "sent"}
    yield Names(stack="sent", account=cloud.account, region=cloud.region, physical=physical)
    for url in (queue, fifo):
        sqs.delete_queue(QueueUrl=url)
    sns.delete_topic(TopicArn=topic)
    kinesis.delete_stream(StreamName="sent")


def received(cloud: Cloud, url: str) -> list[str]:
    """Give all that lies in a queue, and take it out."""
    bodies = []
    while messages := cloud.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            bodies.append(message["Body"])
            cloud.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("fault", "reason"), [("lost", "1 answer was lost"), ("failed", "1 said that the service had failed")]
)
def test_what_may_have_come_twice_is_noted(  # noqa: PLR0913, PLR0917 - the cloud, the weather, and what is sent in it
    proxy: Proxy, rough: Cloud, names: Names, operation: str, fault: Fault, reason: str
) -> None:
    """It is sent again, since the service promises to take it once at least, and the evidence says so."""
    proxy.inject(fault, operation)

    with Act("send", "somewhere") as act:
        put(OPERATIONS[operation], cloud=rough, names=names)

    assert 2 == proxy.counts.asked[operation]
    assert f"sent 2 times, because {reason}: it may have come 2 times" == act.came


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_was_throttled_came_once(proxy: Proxy, rough: Cloud, names: Names, operation: str) -> None:
    """A service that throttles has taken nothing, so there is nothing to note."""
    proxy.inject("throttled", operation)

    with Act("send", "somewhere") as act:
        put(OPERATIONS[operation], cloud=rough, names=names)

    assert (1, None) == (proxy.counts.carried_out[operation], act.came)


def test_a_fifo_queue_drops_what_comes_again(proxy: Proxy, rough: Cloud, names: Names) -> None:
    """By the deduplication id; so nothing is noted either."""
    proxy.inject("lost", "SendMessage")

    with Act("send", "Fifo") as act:
        put([FIFO], cloud=rough, names=names)

    assert 2 == proxy.counts.carried_out["SendMessage"]
    assert (["rain"], None) == (received(rough, names.physical["Fifo"]), act.came)


def test_what_is_never_taken(proxy: Proxy, rough: Cloud, names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says that it may have been taken all the same."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    proxy.inject("failed", "PutEvents", times=None)

    with pytest.raises(NotPublished) as caught:
        put([EVENT], cloud=rough, names=names)

    assert str(caught.value) == (
        "The bus 'Bus' does not take it.\n"
        "  code: InternalFailure\n"
        "  reason: An internal error occurred\n"
        "  may have been taken: 6 said that the service had failed"
    )


def test_what_never_gets_an_answer(proxy: Proxy, rough: Cloud, names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same where the connection breaks each time."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    proxy.inject("lost", "PutEvents", times=None)

    with pytest.raises(UnreachableEndpoint, match="may have been taken: 6 answers were lost"):
        put([EVENT], cloud=rough, names=names)

    assert 6 == proxy.counts.carried_out["PutEvents"]


class Partial:
    """A service that takes some of the entries in each request."""

    def __init__(self, *answers: dict[str, str], code: str = "ThrottlingException") -> None:
        self._answers = list(answers)
        self._code = code
        self.asked: list[list[str]] = []

    def __call__(self, entries: Sequence[str]) -> list[str | Refusal]:
        self.asked.append(list(entries))
        taken = self._answers.pop(0) if self._answers else {}
        return [taken.get(one, Refusal(self._code, "not now")) for one in entries]


def test_only_what_was_refused_is_sent_again() -> None:
    """And the ids are in the order in which things were given."""
    service = Partial({"a": "1", "c": "3"}, {"b": "2"})

    ids = all_taken(["a", "b", "c"], where="bus 'Bus'", send=service, sleep=lambda _seconds: None)

    assert [["a", "b", "c"], ["b"]] == service.asked
    assert ["1", "2", "3"] == ids


def test_what_is_refused_for_good_is_not_sent_again() -> None:
    """The error says how many were taken."""
    service = Partial({"a": "1"}, code="ValidationException")

    with pytest.raises(NotPublished) as caught:
        all_taken(["a", "b"], where="bus 'Bus'", send=service)

    assert [["a", "b"]] == service.asked
    assert str(caught.value) == (
        "The bus 'Bus' does not take it.\n  code: ValidationException\n  reason: not now\n  taken: 1 of 2"
    )


def test_one_that_is_refused_again_and_again() -> None:
    """Six times in all, as a call is."""
    pauses: list[float] = []
    service = Partial()

    with pytest.raises(NotPublished, match="ThrottlingException"):
        all_taken(["a"], where="bus 'Bus'", send=service, sleep=pauses.append)

    assert (6, 5) == (len(service.asked), len(pauses))


def test_a_schedule_starts_one_execution(proxy: Proxy, rough: Cloud, machine: str) -> None:
    """Its name tells Step Functions that the second call asks for the same."""
    proxy.inject("lost", "StartExecution")

    hand_over("{}", to=machine, cloud=rough)

    executions = rough.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    assert (2, 1) == (proxy.counts.carried_out["StartExecution"], len(executions))


@pytest.fixture
def machine(cloud: Cloud) -> Iterator[str]:
    """The ARN of a state machine that does nothing."""
    role = cloud.client("iam").create_role(RoleName="idle", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    client = cloud.client("stepfunctions")
    definition = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
    arn = client.create_state_machine(name="idle", definition=definition, roleArn=role)["stateMachineArn"]
    yield arn
    client.delete_state_machine(stateMachineArn=arn)
    cloud.client("iam").delete_role(RoleName="idle")
