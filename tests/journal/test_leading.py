"""What the template leads into a queue of its own, and what reads that queue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.journal.leading import Led, led_into, reader_of
from harness.system.model import System
from harness.system.reader import read

ARN = {"Fn::GetAtt": ["Queue", "Arn"]}
BUS, OTHER, TOPIC = {"Ref": "Bus"}, {"Ref": "Other"}, {"Ref": "Topic"}
WRAPPED = {"InputTransformer": {"InputTemplate": '{"bus": "b", "event": <aws.events.event.json>}'}}


def rule(pattern: Any, *, bus: Any = BUS, target: Any = None, **more: Any) -> dict[str, Any]:
    targets = [{"Id": "1", "Arn": ARN, **(target or {})}]
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {"EventBusName": bus, "EventPattern": pattern, "Targets": targets, **more},
    }


def subscription(**more: Any) -> dict[str, Any]:
    given = {"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": ARN, **more}
    return {"Type": "AWS::SNS::Subscription", "Properties": given}


def mapping(**more: Any) -> dict[str, Any]:
    given = {"EventSourceArn": ARN, "FunctionName": "f", **more}
    return {"Type": "AWS::Lambda::EventSourceMapping", "Properties": given}


def system_of(folder: Path, **resources: Any) -> System:
    declared = {
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "bus"}},
        "Other": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "other"}},
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Elsewhere": {"Type": "AWS::SQS::Queue"},
        **resources,
    }
    template = folder / "template.json"
    template.write_text(json.dumps({"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}, "Resources": declared}))
    return read(template, name="small")


def led(folder: Path, **resources: Any) -> Led:
    return led_into("Queue", system=system_of(folder, **resources), account="000000000000", region="us-east-1")


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": [{"prefix": ""}]},
        {"source": ["shop", {"wildcard": "*"}]},
        {"detail-type": [{"exists": True}], "id": [{"suffix": ""}]},
        {"account": [{"Ref": "AWS::AccountId"}], "region": ["us-east-1"]},
        {"version": ["0"]},
    ],
)
def test_a_rule_for_all_events_leaves_nothing_out(tmp_path: Path, pattern: Any) -> None:
    """However it is written."""
    assert Led(buses={"Bus": ""}) == led(tmp_path, Rule=rule(pattern))


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["shop"]},
        {"source": [{"prefix": ""}], "detail-type": ["placed"]},
        {"source": [{"prefix": "sh"}]},
        {"detail": {"id": [{"exists": True}]}},
        {"resources": [{"prefix": ""}]},
        {"account": ["111111111111"]},
        {"source": [{"anything-but": "shop"}]},
        {"$or": [{"source": [{"prefix": ""}]}, {"version": ["0"]}]},
    ],
)
def test_a_narrower_rule_is_told(tmp_path: Path, pattern: Any) -> None:
    """With its pattern; some events have no resources, and few have the same detail."""
    sentence = f"the rule 'Rule' admits only {json.dumps(pattern)}"

    assert Led(buses={"Bus": sentence}, admitted={"Bus": (pattern,)}) == led(tmp_path, Rule=rule(pattern))


def test_several_rules_are_told_together(tmp_path: Path) -> None:
    """Unless one of them is for all events."""
    narrow = {"A": rule({"source": ["a"]}), "B": rule({"source": ["b"]})}

    both = led(tmp_path, **narrow).buses["Bus"]
    with_all = led(tmp_path, **narrow, C=rule({"source": [{"prefix": ""}]}))

    assert both == """the rule 'A' admits only {"source": ["a"]}, and the rule 'B' admits only {"source": ["b"]}"""
    assert Led(buses={"Bus": ""}) == with_all


@pytest.mark.parametrize(
    "resource",
    [
        rule({"version": ["0"]}, State="DISABLED"),
        rule({"version": ["0"]}) | {"Condition": "Never"},
        rule({"version": ["0"]}, target={"Arn": {"Fn::GetAtt": ["Elsewhere", "Arn"]}}),
        rule({"version": ["0"]}, target={"Input": "{}"}),
        rule({"version": ["0"]}, target={"InputPath": "$.detail"}),
        {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 day)", "Targets": [{"Arn": ARN}]}},
        subscription(RawMessageDelivery="true"),
        subscription(FilterPolicy={"kind": ["order"]}),
        subscription(Endpoint={"Fn::GetAtt": ["Elsewhere", "Arn"]}),
        subscription() | {"Condition": "Never"},
        subscription(Protocol="email", Endpoint="ann@example.com"),
    ],
)
def test_what_does_not_bring_all_or_cannot_be_told_does_not_count(tmp_path: Path, resource: Any) -> None:
    """Its source is tapped like any other."""
    assert Led() == led(tmp_path, Leading=resource)


def test_a_topic_leads_there_by_a_plain_subscription(tmp_path: Path) -> None:
    """One of its own resource, or one that the topic lists."""
    inline = {"Type": "AWS::SNS::Topic", "Properties": {"Subscription": [{"Protocol": "sqs", "Endpoint": ARN}]}}

    found = led(tmp_path, Subscription=subscription(), Listed=inline)

    assert Led(topics=frozenset({"Topic", "Listed"})) == found


def test_of_several_buses_those_count_whose_rules_tell_them(tmp_path: Path) -> None:
    """An event says nothing of the bus that it came through."""
    everything = {"source": [{"prefix": ""}]}

    found = led(tmp_path, A=rule(everything), B=rule(everything, bus=OTHER, target=WRAPPED))

    assert Led(buses={"Other": ""}) == found


@pytest.mark.parametrize(
    ("more", "reader"),
    [
        ({}, "Mapping"),
        ({"Enabled": True}, "Mapping"),
        ({"Enabled": {"Fn::ImportValue": "enabled"}}, "Mapping"),
        ({"Enabled": False}, ""),
        ({"Enabled": "false"}, ""),
        ({"EventSourceArn": {"Fn::GetAtt": ["Elsewhere", "Arn"]}}, ""),
    ],
)
def test_a_function_reads_a_queue_by_a_mapping(tmp_path: Path, more: Any, reader: Any) -> None:
    """One that is enabled, or may be."""
    assert reader == reader_of("Queue", system=system_of(tmp_path, Mapping=mapping(**more)))
