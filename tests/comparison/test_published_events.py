"""What functions get from a bus and from a topic: in this process, deployed, and as the harness builds it.

Each difference is listed with the fact of AWS; a test fails when one goes away and when a new one appears.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from harness.events import eventbridge, sns
from harness.stage import Stage

from .differing import ONLY_DEPLOYED, ONLY_PLAYED, differing, masked

MOMENT = 1795255200

DETAILS: dict[str, dict[str, Any]] = {
    "nested": {"order": {"id": "o-1", "lines": [{"sku": "a", "n": 2}, {"sku": "b", "n": 0.5}]}, "paid": True},
    "unicode": {"name": "Žofie ☕", "naïve clé": "é"},
    "empty": {"text": "", "none": None, "list": [], "object": {}},
    "numbers": {"big": 2**53, "small": -0.001, "exponent": 1e21},
}


def stored(stage: Stage, key: str) -> dict[str, Any]:
    """Give the event that a function has stored, within ten seconds."""
    table = stage.cloud.session.resource("dynamodb", endpoint_url=stage.cloud.endpoint).Table(stage.physical_id("Seen"))
    until = time.monotonic() + 10
    while time.monotonic() < until:
        item = table.get_item(Key={"key": key}, ConsistentRead=True).get("Item")
        if item:
            event: dict[str, Any] = json.loads(item["event"])
            return event
        time.sleep(0.02)
    raise AssertionError(f"no event with the key {key!r} was stored within 10 s")


def published(stage: Stage, content: Mapping[str, Any], **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the event that a function gets from the bus, and the one that the harness builds of the same."""
    said = {
        "source": "harness.echo",
        "detail_type": "said é",
        "detail": {"key": uuid.uuid4().hex, **content},
        "resources": ["arn:aws:s3:::things/é", "arn:aws:s3:::others"],
        **changes,
    }
    event_id = stage.publish("Bus", **said)
    account, region = stage.names.account, stage.names.region
    built = eventbridge.event(**said, account=account, region=region, event_id=event_id)
    return stored(stage, said["detail"]["key"]), built


@pytest.mark.parametrize("mode", ["handler", "http"])
@pytest.mark.parametrize("name", DETAILS)
def test_the_event_of_a_bus_is_the_built_one(echo: Callable[[str], Stage], mode: str, name: str) -> None:
    """Field by field, the moment apart."""
    event, built = published(echo(mode), DETAILS[name])

    assert {} == differing(masked(built, ["time"]), masked(event, ["time"]))


@pytest.mark.parametrize("mode", ["handler", "http"])
def test_an_event_without_resources_has_none(echo: Callable[[str], Stage], mode: str) -> None:
    """The list is there, and empty."""
    event, built = published(echo(mode), {}, resources=())

    assert [] == event["resources"] == built["resources"]


@pytest.mark.parametrize("mode", ["handler", "http"])
def test_the_time_of_an_event_is_the_senders_in_aws_only(echo: Callable[[str], Stage], mode: str) -> None:
    """EventBridge hands on the ``Time`` of PutEvents; the embedded cloud puts its own moment there.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
    """
    event, built = published(echo(mode), {}, time=MOMENT)

    assert built["time"] == "2026-11-21T10:00:00Z" != event["time"]
    assert len("2026-11-21T10:00:00Z") == len(event["time"])


# Differ by nature: the moment and the signature.
OWN = ("Timestamp", "Signature")

# The keys that Lambda gets from SNS are spelled Url: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
HTTP = {
    "SigningCertUrl": ONLY_PLAYED,
    "SigningCertURL": ONLY_DEPLOYED,
    "UnsubscribeUrl": ONLY_PLAYED,
    "UnsubscribeURL": ONLY_DEPLOYED,
}
# A missing subject is null, and missing attributes are an empty object, in the event that Lambda gets.
NO_SUBJECT, NO_ATTRIBUTES = {"Subject": ONLY_PLAYED}, {"MessageAttributes": ONLY_PLAYED}

MESSAGES: dict[str, tuple[dict[str, Any], str | None, Mapping[str, sns.Attribute], Mapping[str, Any]]] = {
    "bare": ({}, None, {}, NO_SUBJECT | NO_ATTRIBUTES),
    "subject": ({"nested": {"name": "Žofie ☕", "empty": ""}}, "Order placed", {}, NO_ATTRIBUTES),
    "attributes": ({}, "s", {"kind": "é", "total": 9.5, "count": 3, "tags": ["new", 1, None, True]}, {}),
}


def notified(
    stage: Stage, content: Mapping[str, Any], subject: str | None, attributes: Mapping[str, sns.Attribute]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the record that a function gets from the topic, and the one that the harness builds of the same."""
    message = json.dumps({"key": uuid.uuid4().hex, **content}, ensure_ascii=False)
    message_id = stage.notify("Topic", message, subject=subject, attributes=attributes)
    event = stored(stage, json.loads(message)["key"])["Records"][0]
    document = sns.notification(
        topic_arn=stage.physical_id("Topic"),
        message=message,
        subject=subject,
        attributes=sns.notified(sns.attributes(attributes)),
        message_id=message_id,
        region=stage.names.region,
    )
    return event, sns.function_event(document, subscription_arn=stage.physical_id("TopicEchoSaid"))["Records"][0]


@pytest.mark.parametrize("name", MESSAGES)
def test_the_event_of_a_topic_in_this_process_is_the_built_one(played: Stage, name: str) -> None:
    """Field by field, but for the address of the key: the event is made of a notification of the embedded cloud."""
    event, built = notified(played, *MESSAGES[name][:3])

    differences = differing(masked(built["Sns"], OWN), masked(event["Sns"], OWN))
    assert {"SigningCertUrl"} == differences.keys()
    assert {} == differing(built | {"Sns": None}, event | {"Sns": None})


@pytest.mark.parametrize("name", MESSAGES)
def test_the_event_of_a_topic_differs_as_listed(deployed: Stage, name: str) -> None:
    """Field by field."""
    event, built = notified(deployed, *MESSAGES[name][:3])

    assert {**HTTP, **MESSAGES[name][3]} == differing(masked(built["Sns"], OWN), masked(event["Sns"], OWN))
    assert {} == differing(built | {"Sns": None}, event | {"Sns": None})


@pytest.mark.parametrize("mode", ["handler", "http"])
def test_binary_attributes_arrive_in_aws_only(echo: Callable[[str], Stage], mode: str) -> None:
    """Their value is base64 in AWS; the embedded cloud loses it.

    https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
    """
    event, built = notified(echo(mode), {}, "s", {"seal": b"\x02\x03\x04"})

    assert {"seal": {"Type": "Binary", "Value": "AgME"}} == built["Sns"]["MessageAttributes"]
    assert {"seal": {"Type": "Binary", "Value": ""}} == event["Sns"]["MessageAttributes"]


@pytest.mark.parametrize("mode", ["handler", "http"])
def test_the_embedded_cloud_knows_no_milliseconds(echo: Callable[[str], Stage], mode: str) -> None:
    """A notification of AWS tells them; the embedded cloud writes zeros."""
    event, _ = notified(echo(mode), {}, None, {})

    assert event["Sns"]["Timestamp"].endswith(".000Z")
