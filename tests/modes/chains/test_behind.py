"""The likely reasons why nothing has come, read from the template."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.journal.entry import Entry
from harness.modes.behind import asleep, reasons
from harness.system.model import (
    AsyncConfig,
    EventSourceMapping,
    Function,
    Notification,
    Queue,
    Resource,
    Rule,
    Schedule,
    Subscription,
    System,
    Target,
)


def system(**declared: object) -> System:
    """A system of one function that knows of a topic."""
    variables = {"Environment": {"Variables": {"TOPIC": {"Ref": "Topic"}}}}
    return System(
        name="shop",
        template=Path("template.yaml"),
        cloudformation={"Resources": {"Bill": {"Properties": variables}}},
        functions={"Bill": Function(name="Bill", handler="bill.handler", code=None)},
        **declared,  # type: ignore[arg-type]
    )


def test_a_schedule_starts_it() -> None:
    """A rule without a pattern."""
    nightly = Rule(name="Nightly", schedule="rate(1 day)", targets=(Target(resource="Bill"),))

    assert "Bill is started by the rule Nightly on default: schedule rate(1 day)" in reasons(
        system(rules={"Nightly": nightly}), "Topic"
    )


def test_a_rule_is_disabled() -> None:
    """That is the reason more often than not."""
    rule = Rule(name="Off", pattern={"source": ["a"]}, enabled=False, targets=(Target(resource="Bill"),))

    assert 'Bill is started by the rule Off on default: pattern {"source": ["a"]}, which is disabled' in reasons(
        system(rules={"Off": rule}), "Topic"
    )


def test_a_subscription_filters() -> None:
    """The policy is shown."""
    one = Subscription(name="One", topic="In", protocol="lambda", endpoint="Bill", filter_policy={"kind": ["book"]})
    other = Subscription(name="Other", topic="In", protocol="lambda", endpoint="Bill")

    found = reasons(system(subscriptions={"One": one, "Other": other}), "Topic")

    assert 'Bill is started by the subscription One to In, filter policy {"kind": ["book"]}' in found
    assert "Bill is started by the subscription Other to In" in found


def test_a_mapping_filters_or_is_disabled() -> None:
    """Lambda reads the queue, and hands on what the filters let pass."""
    one = EventSourceMapping(name="One", function="Bill", source="In", kind="queue", filters=({"body": ["a"]},))
    other = EventSourceMapping(name="Other", function="Bill", source="Clicks", kind="stream", enabled=False)

    found = reasons(system(mappings={"One": one, "Other": other}), "Topic")

    assert 'Bill is started by the mapping One of the queue In, filters [{"body": ["a"]}]' in found
    assert "Bill is started by the mapping Other of the stream Clicks, which is disabled" in found


def test_a_bucket_tells_it() -> None:
    """Of some objects only."""
    told = Notification(name="Photos[0]", bucket="Photos", events=("s3:ObjectCreated:*",), target="Bill")
    pictures = replace(told, name="Photos[1]", prefix="new/", suffix=".jpg")

    found = reasons(system(notifications={"Photos[0]": told, "Photos[1]": pictures}), "Topic")

    assert "Bill is started by the bucket Photos: s3:ObjectCreated:*" in found
    assert "Bill is started by the bucket Photos: s3:ObjectCreated:*, prefix 'new/', suffix '.jpg'" in found


def test_a_scheduler_starts_it() -> None:
    """Or does not."""
    daily = Schedule(name="Daily", expression="rate(1 day)", target="Bill")
    never = replace(daily, name="Never", enabled=False)

    found = reasons(system(schedules={"Daily": daily, "Never": never}), "Topic")

    assert "Bill is started by the schedule Daily: rate(1 day)" in found
    assert "Bill is started by the schedule Never: rate(1 day), which is disabled" in found


def test_a_queue_gives_up() -> None:
    """No function knows of a queue of dead letters, and yet it is fed."""
    jobs = Queue(name="Jobs", dead_letters="Dead", receives=3)

    assert ["Dead is fed by the queue Jobs, when a message was received 3 times and is still there"] == reasons(
        system(queues={"Jobs": jobs, "Dead": Queue(name="Dead")}), "Dead"
    )


@pytest.mark.parametrize("config", [AsyncConfig(dead_letters="Dead"), AsyncConfig(on_failure="Dead")])
def test_lambda_gives_an_event_up(config: AsyncConfig) -> None:
    """It tells so with the role of the function."""
    assert ["Dead is fed by Lambda, with the role of Bill, when all 3 attempts at it have failed"] == reasons(
        system(asynchronous={"Bill": config}), "Dead"
    )


def test_lambda_gives_a_batch_up() -> None:
    """Of a stream."""
    mapping = EventSourceMapping(name="One", function="Bill", source="Clicks", kind="stream", on_failure="Dead")

    assert ["Dead is fed by Lambda, with the role of Bill, when it gives up a batch of Clicks"] == reasons(
        system(mappings={"One": mapping}), "Dead"
    )


RULE = Resource(name="Rule", type="AWS::Events::Rule")
FORBIDDEN = ", which no AWS::Lambda::Permission for events.amazonaws.com admits"


def permission(function: object, principal: str = "events.amazonaws.com") -> Resource:
    named = {"FunctionName": function, "Principal": principal}
    return Resource(name="May", type="AWS::Lambda::Permission", properties=named)


@pytest.mark.parametrize(
    ("resources", "said"),
    [
        ([RULE], FORBIDDEN),
        ([RULE, permission({"Ref": "Bill"}, "sns.amazonaws.com")], FORBIDDEN),
        ([RULE, permission({"Ref": "Ship"})], FORBIDDEN),
        ([RULE, permission({"Fn::GetAtt": ["Bill", "Arn"]})], ""),
        ([RULE, permission({"Ref": "BillAliaslive"})], ""),
        ([RULE, permission({"Ref": "Bill"}, "*")], ""),
        ([replace(RULE, properties={"Targets": [{"RoleArn": "arn:role"}]})], ""),
        ([], ""),
    ],
)
def test_a_function_may_admit_nobody(resources: list[Resource], said: str) -> None:
    """What the template forgets is a likely reason; an alias may be that of the function."""
    shop = system(
        rules={"Rule": Rule(name="Rule", pattern={"source": ["a"]}, targets=(Target(resource="Bill"),))},
        resources={one.name: one for one in resources},
    )
    ship = Function(name="Ship", handler="ship.handler", code=None)

    found = reasons(replace(shop, functions=shop.functions | {"Ship": ship}), "Topic")

    assert f'Bill is started by the rule Rule on default: pattern {{"source": ["a"]}}{said}' in found


def test_a_function_may_admit_no_topic() -> None:
    """Subscriptions need a permission, too."""
    one = Subscription(name="One", topic="In", protocol="lambda", endpoint="Bill")
    resource = Resource(name="One", type="AWS::SNS::Subscription")

    found = reasons(system(subscriptions={"One": one}, resources={"One": resource}), "Topic")

    said = ", which no AWS::Lambda::Permission for sns.amazonaws.com admits"
    assert f"Bill is started by the subscription One to In{said}" in found


def test_what_others_are_started_by_is_left_out() -> None:
    """Only who may publish there is of interest."""
    rule = Rule(name="Rule", pattern={"source": ["a"]}, targets=(Target(resource="Queue"),))
    subscription = Subscription(name="One", topic="In", protocol="sqs", endpoint="Queue")

    found = reasons(system(rules={"Rule": rule}, subscriptions={"One": subscription}), "Topic")

    assert not [line for line in found if "started by" in line]


def event(source: str) -> Entry:
    """An event on the default bus, as it was seen."""
    document = json.dumps({"source": source, "detail-type": "paid", "detail": {}})
    return Entry(kind="bus", source="default", id=source, text=document, sent=0.0, seen=0.0, detail_type="paid")


def test_a_rule_that_matched_nothing_is_named() -> None:
    """With the fields of the event that came nearest."""
    rule = Rule(name="Paid", pattern={"source": ["shop"]}, targets=(Target(resource="Bill"),))

    [line] = asleep(system(rules={"Paid": rule}), "Topic", entries=[event("shops"), event("shot")])

    assert line == (
        "no rule matched: Paid, which starts Bill, does not match any of the 2 events on default: "
        "source is 'shops', wanted 'shop'"
    )


def test_a_rule_that_matched_is_awake() -> None:
    """One event is enough; and of a bus that saw nothing, nothing can be said."""
    rule = Rule(name="Paid", pattern={"source": ["shop"]}, targets=(Target(resource="Bill"),))

    assert asleep(system(rules={"Paid": rule}), "Topic", entries=[event("shops"), event("shop")]) == []
    assert asleep(system(rules={"Paid": rule}), "Topic", entries=[]) == []


def test_a_rule_or_a_subscription_may_feed_it() -> None:
    """No function knows of the queue, and yet something comes to it."""
    rule = Rule(name="Rule", pattern={"source": ["a"]}, targets=(Target(resource="Queue"),))
    subscription = Subscription(name="One", topic="In", protocol="sqs", endpoint="Queue")

    found = reasons(system(rules={"Rule": rule}, subscriptions={"One": subscription}), "Queue")

    assert [
        'Queue is fed by the rule Rule on default: pattern {"source": ["a"]}',
        "Queue is fed by the subscription One to In",
    ] == found
