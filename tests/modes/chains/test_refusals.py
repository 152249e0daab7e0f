"""What cannot be published is refused in the same words in each mode, and starts nothing."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import MisusedStep, NotPublished, UnknownResource
from harness.stage import Stage

from .seeing import ran

MEGABYTE = 1024 * 1024
EVENT: dict[str, Any] = {"source": "fixed", "detail_type": "told", "detail": {}}


@pytest.mark.parametrize(
    ("changed", "code", "reason"),
    [
        ({"source": "aws.ours"}, "NotAuthorizedForSourceException", "Not authorized for the source."),
        (
            {"source": ""},
            "InvalidArgument",
            "Parameter Source is not valid. Reason: Source is a required argument.",
        ),
        (
            {"detail_type": ""},
            "InvalidArgument",
            "Parameter DetailType is not valid. Reason: DetailType is a required argument.",
        ),
        (
            {"detail": {"a": "é" * (MEGABYTE // 2)}},
            "ValidationException",
            "Total size of the entries in the request is over the limit.",
        ),
    ],
    ids=["source of AWS", "no source", "no detail type", "too large"],
)
def test_eventbridge_refuses(stage: Stage, changed: dict[str, Any], code: str, reason: str) -> None:
    """PutEvents says so of the entry, and the bus gets nothing."""
    with pytest.raises(NotPublished) as caught:
        stage.publish("Bus", **EVENT | changed)

    assert str(caught.value) == f"The bus 'Bus' does not take it.\n  code: {code}\n  reason: {reason}"
    assert [] == ran(stage)


@pytest.mark.parametrize(
    ("topic", "message", "more", "reason"),
    [
        ("Inline", "", {}, "Empty message"),
        ("Inline", "é" * (128 * 1024) + "x", {}, "Message too long"),
        ("Inline", "x" * (256 * 1024 - 10), {"attributes": {"kind": "12345"}}, "Message too long"),
        ("Inline", "x", {"subject": "two\nlines"}, "Subject"),
        ("Inline", "x", {"subject": ""}, "Subject"),
        ("Inline", "x", {"subject": "x" * 101}, "Subject"),
        ("Fifo", "x", {}, "The MessageGroupId parameter is required for FIFO topics"),
    ],
)
def test_sns_refuses(stage: Stage, topic: str, message: str, more: dict[str, Any], reason: str) -> None:
    """Publish says so, and the topic gets nothing."""
    with pytest.raises(NotPublished) as caught:
        stage.notify(topic, message, **more)

    assert str(caught.value) == (
        f"The topic {topic!r} does not take it.\n  code: InvalidParameter\n  reason: Invalid parameter: {reason}"
    )
    assert [] == ran(stage)


def test_what_is_just_not_too_large_is_taken(stage: Stage) -> None:
    """Each byte counts, those of the names too."""
    size = MEGABYTE - len("fixed") - len("told") - len("arn:one") - 14 - len('{"a": ""}') - 1

    stage.publish("Bus", source="fixed", detail_type="told", detail={"a": "x" * size}, resources=["arn:one"], time=1e9)

    assert ["Fixed"] == ran(stage, "Fixed")


def test_one_byte_more_is_not(stage: Stage) -> None:
    """The size must be less than 1 MB."""
    size = MEGABYTE - len("fixed") - len("told") - len("arn:one") - 14 - len('{"a": ""}')

    with pytest.raises(NotPublished, match=r"The bus 'Bus' does not take it\."):
        stage.publish("Bus", **EVENT | {"detail": {"a": "x" * size}}, resources=["arn:one"], time=1e9)


def test_a_message_of_256_kb_is_taken(stage: Stage) -> None:
    """Name, type and value of an attribute count."""
    attributes = {"kind": "12345"}
    message = "x" * (256 * 1024 - len("kind" + "String" + "12345"))

    stage.notify("Topic", message, attributes=attributes)

    assert message == stage.journal.expect("Topic").body


def test_an_unknown_bus_is_refused(stage: Stage) -> None:
    """The error has the right ones."""
    with pytest.raises(UnknownResource) as caught:
        stage.publish("Buss", **EVENT)

    assert str(caught.value) == (
        "No bus is called 'Buss'.\n"
        f"  declared in {stage.system.template}: Bus, Other, Round, default\n"
        "  did you mean 'Bus'?"
    )


def test_an_unknown_topic_is_refused(stage: Stage) -> None:
    """A bus is no topic."""
    with pytest.raises(UnknownResource) as caught:
        stage.notify("Inlined", "hello")

    assert str(caught.value) == (
        "No topic is called 'Inlined'.\n"
        f"  declared in {stage.system.template}: Fifo, Inline, Relay, Seen, Topic\n"
        "  did you mean 'Inline'?"
    )


def test_a_detail_that_is_no_object_is_refused(stage: Stage) -> None:
    """EventBridge takes objects only."""
    detail: Any = [1]
    with pytest.raises(MisusedStep) as caught:
        stage.publish("Bus", **EVENT | {"detail": detail})

    assert str(caught.value) == "The detail [1] is no JSON object.\n  EventBridge takes objects only"
