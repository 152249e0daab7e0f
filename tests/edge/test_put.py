"""`harness put`, as a user calls it. What is put and seen by `harness tail` stands in test_tail.py."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

from harness.cli.put import event_of
from harness.cloud.account import Cloud

EVENT = {
    "version": "0",
    "id": "of-old",
    "source": "shop",
    "detail-type": "order_placed",
    "detail": {"orderId": "1"},
    "resources": ["arn:aws:s3:::orders"],
    "time": "2026-01-02T03:04:05Z",
}


class Shop(Protocol):
    folder: Path
    cloud: Cloud

    def run(self, *arguments: str, given: str = "", code: int = 0, **environment: str) -> tuple[str, str]: ...


@pytest.fixture
def heard(shop: Shop) -> Iterator[Callable[[], dict[str, Any]]]:
    """Gives the next message of a queue that hears the bus and the topic."""
    events, sns, sqs = (shop.cloud.client(service) for service in ("events", "sns", "sqs"))
    arn = f"arn:aws:sqs:us-east-1:{shop.cloud.account}:heard"
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
    url = sqs.create_queue(QueueName="heard", Attributes={"Policy": policy})["QueueUrl"]
    events.put_rule(Name="heard", EventBusName="shop", EventPattern='{"source": [{"prefix": ""}]}')
    events.put_targets(Rule="heard", EventBusName="shop", Targets=[{"Id": "1", "Arn": arn}])
    (topic,) = (one["TopicArn"] for one in sns.list_topics()["Topics"])
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    yield lambda: json.loads(received(shop, url)["Body"])
    sns.unsubscribe(SubscriptionArn=subscription)
    events.remove_targets(Rule="heard", EventBusName="shop", Ids=["1"])
    events.delete_rule(Name="heard", EventBusName="shop")
    sqs.delete_queue(QueueUrl=url)


def received(shop: Shop, url: str) -> dict[str, Any]:
    """Give the next message of a queue and delete it there."""
    sqs = shop.cloud.client("sqs")
    asked = {"MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"], "WaitTimeSeconds": 5}
    (message,) = sqs.receive_message(QueueUrl=url, **asked)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return dict(message)


def url_of(shop: Shop, logical_id: str) -> str:
    """Give the URL of a queue of the shop, emptied."""
    found = shop.cloud.client("cloudformation").describe_stack_resource(
        StackName="shop-embedded", LogicalResourceId=logical_id
    )
    url = str(found["StackResourceDetail"]["PhysicalResourceId"])
    shop.cloud.client("sqs").purge_queue(QueueUrl=url)
    return url


def test_a_detail_is_put_on_a_bus(shop: Shop, heard: Callable[[], dict[str, Any]]) -> None:
    """The id is printed, and nothing else."""
    said, _ = shop.run("put", "Bus", '{"orderId": "ü"}', "--source=shop", "--detail-type=order_placed")
    event = heard()

    assert event["id"] + "\n" == said
    assert ("shop", "order_placed", {"orderId": "ü"}) == (event["source"], event["detail-type"], event["detail"])


def test_a_whole_event_is_put_as_it_is(shop: Shop, heard: Callable[[], dict[str, Any]], tmp_path: Path) -> None:
    """Its resources too; the id is EventBridge's."""
    (tmp_path / "event.json").write_text(json.dumps(EVENT))

    said, _ = shop.run("put", "Bus", "--file", str(tmp_path / "event.json"))
    event = heard()

    kept = ("source", "detail-type", "detail", "resources")
    assert {name: EVENT[name] for name in kept} == {name: event[name] for name in kept}
    assert event["id"] == said.strip()


def test_a_whole_event_keeps_its_time() -> None:
    """The embedded cloud takes the time of day instead, so this is seen in AWS only."""
    asked = Namespace(place="Bus", source=None, detail_type=None)

    event = event_of(json.dumps(EVENT), asked=asked)

    assert event.time == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()


def test_options_override_a_whole_event(shop: Shop, heard: Callable[[], dict[str, Any]]) -> None:
    """It comes from stdin here."""
    shop.run("put", "Bus", "--file=-", "--source=other", "--detail-type=order_paid", given=json.dumps(EVENT))
    event = heard()

    assert ("other", "order_paid", {"orderId": "1"}) == (event["source"], event["detail-type"], event["detail"])


def test_a_message_is_published_to_a_topic(shop: Shop, heard: Callable[[], dict[str, Any]]) -> None:
    """With its subject and its attributes; a value may hold an equals sign."""
    said, _ = shop.run("put", "Topic", "hello", "--subject=Hi", "--attribute=a=1=2", "--attribute=b=x")
    message = heard()

    assert (said.strip(), "hello", "Hi") == (message["MessageId"], message["Message"], message["Subject"])
    assert message["MessageAttributes"] == {
        "a": {"Type": "String", "Value": "1=2"},
        "b": {"Type": "String", "Value": "x"},
    }


def test_a_body_is_sent_to_a_queue(shop: Shop) -> None:
    """As it is, but for the line end with which an editor ends a file."""
    url = url_of(shop, "Queue")

    said, _ = shop.run("put", "Queue", "--file=-", "--attribute=to=ann", given="no JSON\n\n")
    message = received(shop, url)

    assert (said.strip(), "no JSON\n") == (message["MessageId"], message["Body"])
    assert message["MessageAttributes"]["to"]["StringValue"] == "ann"


def test_the_same_is_sent_twice_to_a_fifo_queue(shop: Shop) -> None:
    """Whoever puts it again means it."""
    url = url_of(shop, "FifoQueue")

    said = [shop.run("put", "FifoQueue", "again", "--group=g")[0].strip() for _ in range(2)]
    messages = [received(shop, url) for _ in range(2)]

    assert said == [message["MessageId"] for message in messages]
    assert {message["Attributes"]["MessageGroupId"] for message in messages} == {"g"}


def test_what_the_service_does_not_take_is_said(shop: Shop) -> None:
    """In the words of the service."""
    _, error = shop.run("put", "FifoQueue", "x", code=6)

    assert error == (
        "harness.NotPublished: The queue 'FifoQueue' does not take it.\n"
        "  code: MissingParameter\n"
        "  reason: The request must contain the parameter MessageGroupId.\n"
    )


BOTH_OR_NONE = "  like: harness put EventBus BODY, or: harness put EventBus --file=FILE\n"
REFUSED = {
    "neither": (["Bus"], "The body stands on the command line or in a file, but neither is given.\n" + BOTH_OR_NONE),
    "both": (
        ["Bus", "{}", "--file=-"],
        "The body stands on the command line or in a file, but both are given.\n" + BOTH_OR_NONE,
    ),
    "no file": (["Bus", "--file=none"], "The file 'none' cannot be read: No such file or directory.\n"),
    "no text": (["Bus", "--file=binary"], "The file 'binary' cannot be read: it is no text in UTF-8.\n"),
    "no source": (
        ["Bus", "{}", "--detail-type=a"],
        (
            "The event for the bus 'Bus' has no source.\n"
            "  give --source, or a whole event with detail, detail-type, source\n"
        ),
    ),
    "no source and no detail-type": (
        ["Bus", '{"source": "a", "detail": {}}'],
        (
            "The event for the bus 'Bus' has no detail-type, source.\n"
            "  give --source and --detail-type, or a whole event with detail, detail-type, source\n"
        ),
    ),
    "no JSON": (
        ["Bus", '{"password": "hunter2"', "--source=a", "--detail-type=b"],
        "The detail '{\"password\": \"***\"' is no JSON: Expecting ',' delimiter: line 1 column 23 (char 22).\n",
    ),
    "no object": (
        ["Bus", "[1]", "--source=a", "--detail-type=b"],
        "The detail '[1]' is no JSON object.\n  EventBridge takes objects only\n",
    ),
    "no time": (
        ["Bus", json.dumps(EVENT | {"time": "noon"})],
        "The time 'noon' of the event is no time.\n  like: 2026-11-21T10:00:00Z; or leave it out\n",
    ),
    "no resources": (
        ["Bus", json.dumps(EVENT | {"resources": "all"})],
        "The resources 'all' of the event are no list of texts.\n",
    ),
    "no attribute": (
        ["Queue", "x", "--attribute=to="],
        "The attribute 'to=' is not NAME=VALUE.\n  like: --attribute kind=order\n",
    ),
    "not for a queue": (
        ["Queue", "x", "--subject=Hi"],
        "What is put into 'Queue' has no --subject.\n  kind: queue\n  takes: --attribute, --group\n",
    ),
    "not for a bus": (
        ["Bus", "{}", "--group=g"],
        "What is put into 'Bus' has no --group.\n  kind: bus\n  takes: --source, --detail-type\n",
    ),
    "not for a topic": (
        ["Topic", "x", "--detail-type=g"],
        "What is put into 'Topic' has no --detail-type.\n  kind: topic\n  takes: --attribute, --subject, --group\n",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_makes_no_sense_is_refused(shop: Shop, case: str) -> None:
    """The whole text of each error; nothing is published."""
    (shop.folder / "binary").write_bytes(b"\xff")
    arguments, text = REFUSED[case]

    said, error = shop.run("put", *arguments, code=4)

    assert (said, error) == ("", f"harness.UsageError: {text}")


def test_an_unknown_place_is_refused(shop: Shop) -> None:
    """A table is none into which an event or a message could be put."""
    _, error = shop.run("put", "Table", "{}", code=4)

    assert error == (
        "harness.UnknownResource: No bus, topic or queue is called 'Table'.\n"
        f"  declared in {shop.folder}/systems/shop/template.yaml: Bus, FifoQueue, Queue, Topic, default\n"
    )


@pytest.mark.parametrize("stage", ["prod", "Production"])
def test_nothing_is_put_into_a_protected_stage(shop: Shop, stage: str) -> None:
    """Before anything is asked of a cloud."""
    _, error = shop.run("put", "Bus", "{}", f"--stage={stage}", code=4)

    assert error == (
        f"harness.StageProtected: `harness put` does not touch the stage {stage!r}.\n"
        f"  stage: {stage} (from --stage)\n"
        f"  protected: {stage.lower()} (default)\n"
        "  name another stage\n"
    )


def test_it_deploys_nothing(shop: Shop) -> None:
    """A template that was changed since is not deployed by a command that only wants to speak to the stage."""
    template = shop.folder / "systems" / "shop" / "template.yaml"
    before = template.read_text()
    template.write_text(before + "  Later: {Type: AWS::SQS::Queue}\n")

    _, error = shop.run("put", "Later", "x", code=4)
    template.write_text(before)

    assert error.startswith("harness.UnknownResource: No bus, topic or queue is called 'Later'.\n")


def test_help_shows_an_example(shop: Shop) -> None:
    """A newcomer copies it."""
    said, _ = shop.run("put", "--help")

    assert """harness put EventBus '{"orderId": "1"}' --source=shop --detail-type=order_placed\n""" in said
