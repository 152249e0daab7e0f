"""What lies in a message: which source, and what it published; whatever it looks like."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from harness.journal.entry import Entry
from harness.journal.envelopes import SENTINEL, Sources, read, template_for

TOPIC = "arn:aws:sns:us-east-1:000000000000:stage-topic"
SOURCES = Sources(buses={"stage-bus": "EventBus"}, topics={TOPIC: "Topic"})
TWO = Sources(buses={"stage-bus": "EventBus", "stage-other": "OtherBus"}, topics={TOPIC: "Topic"})
EVENT = {"id": "e1", "source": "shop", "detail-type": "placed", "detail": {"orderId": "a"}}
NOTIFICATION = {"Type": "Notification", "MessageId": "m1", "TopicArn": TOPIC, "Message": '{"a": 1}'}
DEEP = '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}"
ATTRIBUTE = {"Type": "String", "Value": "x"}


def found(body: Any, *, sources: Sources = SOURCES) -> Entry | str:
    text = body if isinstance(body, str) else json.dumps(body)
    return read(text, message_id="q1", sent=1.0, seen=2.0, sources=sources)


def entry(body: Any, *, sources: Sources = SOURCES) -> Entry:
    one = found(body, sources=sources)
    assert isinstance(one, Entry)
    return one


def test_a_rule_of_the_harness_names_the_bus() -> None:
    """The template puts the logical id of the bus beside the whole event."""
    text = template_for("EventBus").replace("<aws.events.event.json>", json.dumps(EVENT))

    one = entry(text, sources=TWO)

    assert ("bus", "EventBus", "e1", "placed") == (one.kind, one.source, one.id, one.detail_type)
    assert (EVENT, 1.0, 2.0) == (one.document, one.sent, one.seen)


@pytest.mark.parametrize(
    ("wrapped", "source"),
    [
        ({"eventBusName": "stage-other", "event": EVENT}, "OtherBus"),
        ({"bus": "arn:aws:events:us-east-1:1:event-bus/stage-other", "event": EVENT}, "OtherBus"),
        ({"event": EVENT, "note": "x", "number": 1}, "default"),
        (EVENT, "default"),
    ],
)
def test_a_rule_of_the_stack_may_name_the_bus(wrapped: Any, source: str) -> None:
    """By its name or its ARN, under any key; of two buses, an event that names none is of neither."""
    assert source == entry(wrapped, sources=TWO).source


@pytest.mark.parametrize("body", [EVENT, {"event": EVENT, "note": "x"}])
def test_an_event_is_of_the_only_bus(body: Any) -> None:
    """It need not be named."""
    assert "EventBus" == entry(body).source


@pytest.mark.parametrize("detail", [[1], "text", None, 7, True])
def test_a_detail_may_be_anything(detail: Any) -> None:
    """EventBridge sends objects only, but a message can be forged."""
    assert detail == entry({**EVENT, "detail": detail}).body


def test_other_types_become_text() -> None:
    """An id and a detail-type are text, whatever came."""
    one = entry({**EVENT, "id": 7, "detail-type": None})

    assert ("7", "None") == (one.id, one.detail_type)


def test_a_notification_is_of_its_topic() -> None:
    """By its ARN; it keeps the id of SNS."""
    one = entry({**NOTIFICATION, "MessageAttributes": {"kind": ATTRIBUTE}})

    assert ("topic", "Topic", "m1", {"a": 1}) == (one.kind, one.source, one.id, one.body)
    assert {"kind": "x"} == one.attributes


def test_another_topic_goes_by_its_name() -> None:
    """It leads into the queue without being tapped."""
    assert "other" == entry({**NOTIFICATION, "TopicArn": "arn:aws:sns:us-east-1:1:other"}).source


@pytest.mark.parametrize(
    "body",
    [
        {SENTINEL: "t"},
        {**EVENT, "source": SENTINEL, "detail": {"token": "t"}},
        {"bus": "EventBus", "event": {**EVENT, "source": SENTINEL, "detail": {"token": "t"}}},
        {**NOTIFICATION, "MessageAttributes": {SENTINEL: {"Type": "String", "Value": "t"}}},
    ],
)
def test_a_sentinel_gives_its_token(body: Any) -> None:
    """It came straight, through a bus, or through a topic."""
    assert "t" == found(body)


@pytest.mark.parametrize("detail", [{}, {"token": 1}, {"token": ""}, [], None])
def test_a_sentinel_without_a_token_is_an_event(detail: Any) -> None:
    """It proves nothing, and is kept."""
    one = entry({**EVENT, "source": SENTINEL, "detail": detail})

    assert ("bus", detail) == (one.kind, one.body)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no JSON",
        "[1]",
        "null",
        "1" * 5000,
        DEEP,
        '{"a": "\\ud800"}',
        {},
        {SENTINEL: 1},
        {"event": {"id": 1}},
        {"Type": "Notification"},
        {**NOTIFICATION, "TopicArn": None},
        {**NOTIFICATION, "TopicArn": {}},
        {**NOTIFICATION, "Message": 5},
        {**NOTIFICATION, "MessageId": None},
        {**NOTIFICATION, "MessageAttributes": "x"},
        {**NOTIFICATION, "MessageAttributes": {SENTINEL: "t"}},
        {**NOTIFICATION, "MessageAttributes": {SENTINEL: {"Type": "String"}}},
        {**NOTIFICATION, "MessageAttributes": {"a": {"Type": 1, "Value": "x"}}},
        {key: value for key, value in NOTIFICATION.items() if key != "MessageId"},
    ],
)
def test_anything_else_is_an_entry_of_the_queue(body: Any) -> None:
    """A poison message is kept as it came, and can be looked at."""
    text = body if isinstance(body, str) else json.dumps(body)

    one = entry(text)

    assert ("queue", "", "q1", text) == (one.kind, one.source, one.id, one.document["Body"])
    assert (one.body, {}, str(one)) == (one.body, one.attributes, str(one))


def test_nothing_raises() -> None:
    """Two thousand messages of the right words in the wrong places: each is an entry that can be read, or a token."""
    chance = random.Random(7)

    for _ in range(2_000):
        one = found(_mangled(chance))
        assert isinstance(one, str) or (one.body, one.attributes, str(one))


def _mangled(chance: random.Random, *, depth: int = 0) -> Any:
    values = [None, 1, "", "t", [], {}, SENTINEL, "Notification", TOPIC, "stage-bus", ATTRIBUTE, {"token": "t"}]
    if depth > 2 or chance.random() < 0.3:
        return chance.choice(values)
    keys = [*EVENT, *NOTIFICATION, "MessageAttributes", SENTINEL, "bus", "event", "token", "Value"]
    chosen = chance.sample(keys, k=chance.randint(0, len(keys)))
    made = {key: _mangled(chance, depth=depth + 1) for key in chosen}
    return {**chance.choice([{}, EVENT, NOTIFICATION]), **made}
