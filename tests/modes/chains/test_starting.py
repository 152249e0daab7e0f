"""What `publish` and `notify` start, in each mode, and with which event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.stage import Stage

from .seeing import ran, said


def published(stage: Stage, source: str, detail: dict[str, Any]) -> dict[str, Any]:
    """Publish an event and give it as EventBridge delivers it."""
    identity = stage.publish("Bus", source=source, detail_type="told", detail=detail, resources=["arn:one"], time=1e9)
    return {
        "version": "0",
        "id": identity,
        "detail-type": "told",
        "source": source,
        "account": stage.names.account,
        "time": stage.journal.expect("Bus", pattern={"source": [source]}).document["time"],
        "region": "us-east-1",
        "resources": ["arn:one"],
        "detail": detail,
    }


def test_a_rule_starts_its_function_with_the_event(stage: Stage) -> None:
    """Nothing is added to the event, nothing left out; a pattern may refer to resources."""
    table = stage.physical_id("Table")
    arn = f"arn:aws:dynamodb:us-east-1:{stage.names.account}:table/{table}"

    event = published(stage, "own", {"table": table, "arn": arn, "é": [1, None, 0.5]})

    assert event == said(stage, "Own")["event"]
    assert ["Own"] == ran(stage)


def test_a_pattern_that_refers_to_a_resource_may_not_match(stage: Stage) -> None:
    """The table is another one."""
    published(stage, "own", {"table": "another", "arn": "another"})

    assert [] == ran(stage)


@pytest.mark.parametrize(
    ("source", "detail", "function", "event"),
    [
        (
            "shape",
            {"id": "o-1", "more": [1, {"a": 2}]},
            "Shape",
            {"order": "o-1", "text": "it is o-1", "more": [1, {"a": 2}]},
        ),
        ("part", {"inner": {"a": [1]}, "outer": 2}, "Part", {"a": [1]}),
        ("fixed", {"a": 1}, "Fixed", {"always": "this"}),
    ],
    ids=["transformer", "path", "input"],
)
def test_a_target_makes_its_own_of_the_event(
    stage: Stage, source: str, detail: dict[str, Any], function: str, event: dict[str, Any]
) -> None:
    """What the template says of the input holds in each mode."""
    published(stage, source, detail)

    assert event == said(stage, function)["event"]
    assert [function] == ran(stage)


def test_the_default_bus_has_rules_too(stage: Stage) -> None:
    """A rule that names no bus is on it."""
    stage.publish("default", source="usual", detail_type="told", detail={"a": 1})

    assert {"a": 1} == said(stage, "Usual")["event"]["detail"]


@pytest.mark.parametrize(
    ("kind", "message", "functions"),
    [
        ("book", {"total": 20}, ["Mail", "Ship"]),
        ("book", {"total": 5}, ["Ship"]),
        ("music", {"total": 20}, ["Mail"]),
        ("music", {"total": 5}, []),
        ("book", "no json", ["Ship"]),
    ],
)
def test_filter_policies_choose(stage: Stage, kind: str, message: object, functions: list[str]) -> None:
    """One looks at the attributes, one at the body."""
    stage.notify("Topic", message, attributes={"kind": kind})

    assert functions == ran(stage, *functions)


def test_a_function_gets_a_record_of_sns(stage: Stage) -> None:
    """The message is text, the attributes have types, the topic and the subscription are named."""
    attributes = {"kind": "book", "total": 9.5, "tags": ["a", 1]}

    identity = stage.notify("Topic", "hello", subject="A book", attributes=attributes)
    [record] = said(stage, "Ship")["event"]["Records"]

    topic = stage.physical_id("Topic")
    assert ("aws:sns", "1.0") == (record["EventSource"], record["EventVersion"])
    assert record["EventSubscriptionArn"].startswith(f"{topic}:")
    assert (identity, topic, "A book", "hello") == tuple(
        record["Sns"][name] for name in ("MessageId", "TopicArn", "Subject", "Message")
    )
    assert {
        "kind": {"Type": "String", "Value": "book"},
        "total": {"Type": "Number", "Value": "9.5"},
        "tags": {"Type": "String.Array", "Value": '["a", 1]'},
    } == record["Sns"]["MessageAttributes"]


def test_a_topic_may_list_its_subscriptions_itself(stage: Stage) -> None:
    """Such a subscription has no resource of its own."""
    stage.notify("Inline", {"a": 1})

    [record] = said(stage, "Inlined")["event"]["Records"]
    assert '{"a": 1}' == record["Sns"]["Message"]


def test_a_disabled_rule_starts_nothing(stage: Stage) -> None:
    """Its pattern would match everything."""
    stage.publish("Bus", source="nobody listens", detail_type="told", detail={})

    assert [] == ran(stage)


def test_a_chain_runs_to_its_end(stage: Stage) -> None:
    """A request, a bus, a topic, and the filters of its subscriptions, once each."""
    answer = stage.request("POST", "/orders", json={"id": "o-1", "kind": "book", "total": 20})

    assert answer.status_code == 200
    assert ["Bill", "Mail", "Order", "Ship"] == ran(stage, "Order", "Bill", "Ship", "Mail")
    assert stage.journal.expect("Bus", detail_type="order_billed", detail={"id": "o-1"}, times=1)


def test_queues_get_what_the_template_sends_them(stage: Stage) -> None:
    """Of a rule a part of the event, of a topic the message in its envelope or without."""
    stage.journal.tap("Queue", "RawQueue", "PlainQueue")

    event = published(stage, "queues", {"q": 1})

    [queued] = stage.journal.expect("Queue", times=1)
    [raw] = stage.journal.expect("RawQueue", times=1)
    [plain] = stage.journal.expect("PlainQueue", times=1)
    assert {"q": 1} == queued.body
    assert event == raw.body
    assert ("Notification", stage.physical_id("Relay")) == (plain.body["Type"], plain.body["TopicArn"])
    assert event == json.loads(plain.body["Message"])


def test_a_rule_names_the_group_of_a_fifo_queue(stage: Stage) -> None:
    """The template says it of the target."""
    stage.journal.tap("FifoQueue")

    event = published(stage, "queues", {"q": 1})

    [entry] = stage.journal.expect("FifoQueue", body=event["id"], times=1)
    assert "g-1" == entry.document["Attributes"]["MessageGroupId"]


def test_rules_may_lead_to_topics_and_other_buses(stage: Stage) -> None:
    """And those start functions again."""
    event = published(stage, "queues", {"q": 1})

    assert event == json.loads(said(stage, "Relayed")["event"]["Records"][0]["Sns"]["Message"])
    assert event == said(stage, "Forwarded")["event"]
    assert ["Forwarded", "Relayed"] == ran(stage)


def test_raw_delivery_makes_attributes_of_attributes(stage: Stage) -> None:
    """The queue's message has them as its own, in the words of SQS."""
    stage.journal.tap("RawQueue")

    stage.notify("Relay", "hello", attributes={"n": 1, "seal": b"\x02", "s": "é"})

    [entry] = stage.journal.expect("RawQueue", times=1)
    assert ("hello", {"n": "1", "seal": b"\x02", "s": "é"}) == (entry.body, entry.attributes)


def test_a_fifo_topic_keeps_groups_apart(stage: Stage) -> None:
    """Its queue is told the group and the id by which a message is known when it comes twice."""
    stage.journal.tap("FifoQueue")

    stage.notify("Fifo", "hello", group="g-1", deduplication=f"d-{stage.mode}")

    [entry] = stage.journal.expect("FifoQueue", body="hello", times=1)
    known = {"MessageGroupId": "g-1", "MessageDeduplicationId": f"d-{stage.mode}"}
    assert known == {name: entry.document["Attributes"][name] for name in known}
