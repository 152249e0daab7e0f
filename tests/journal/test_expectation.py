"""What a test expects of the journal."""

import json
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from dirty_equals import IsStr

from harness.errors import MisusedStep
from harness.journal.entry import Entry
from harness.journal.expectation import ANY, Expectation, expectation

TEXT = json.dumps({"source": "big-mouth", "detail-type": "order_placed", "detail": {"orderId": "a", "note": None}})
EVENT = Entry(kind="bus", source="EventBus", id="1", text=TEXT, sent=1, seen=2, detail_type="order_placed")
MESSAGE = Entry(
    kind="queue",
    source="Queue",
    id="2",
    text=json.dumps(
        {
            "Body": '{"orderId": "a"}',
            "MessageAttributes": {"kind": {"DataType": "String", "StringValue": "x"}},
        }
    ),
    sent=1,
    seen=2,
)
UNREADABLE = Entry(kind="bus", source="EventBus", id="3", text="{", sent=1, seen=2, detail_type="order_lost")


def has_orders(entry: Entry) -> object:
    return entry.body.get("orders")


def of_orders(entry: Entry) -> object:
    return entry.body["orders"]


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"detail_type": "order_placed"},
        {"detail_type": IsStr(regex="order_.*")},
        {"detail": {"orderId": "a"}},
        {"body": {"orderId": "a"}},
        {"detail": {"note": None}},
        {"detail": {"note": ANY}},
        {"attributes": {"source": "big-mouth"}},
        {"pattern": {"source": ["big-mouth"], "detail": {"orderId": [{"prefix": "a"}]}}},
        {"where": lambda entry: entry.body["orderId"] == "a"},
    ],
)
def test_an_event_matches_in_what_is_looked_at(wanted: dict[str, Any]) -> None:
    """What is left out does not matter."""
    assert [] == expectation("EventBus", **wanted).differences(EVENT)
    assert expectation("EventBus", **wanted).matches(EVENT)


@pytest.mark.parametrize(
    ("wanted", "lines"),
    [
        ({"detail_type": "order_lost"}, ["detail_type: expected 'order_lost', was 'order_placed'"]),
        ({"detail": {"orderId": "b"}}, ["detail.orderId: expected 'b', was 'a'"]),
        ({"detail": None}, ["detail: expected None, was {'orderId': 'a', 'note': None}"]),
        ({"detail": {"total": ANY}}, ["detail.total: missing, expected ANY"]),
        ({"attributes": {"source": "shop"}}, ["attributes.source: expected 'shop', was 'big-mouth'"]),
        ({"pattern": {"source": ["shop"]}}, ["pattern.source: expected 'shop', was 'big-mouth'"]),
        ({"pattern": {"detail": {"total": [1]}}}, ["pattern.detail.total: missing, expected 1"]),
        ({"where": has_orders}, ["where: expected has_orders to be true, was None"]),
        ({"where": of_orders}, ["where: of_orders raised KeyError('orders') for this entry"]),
        ({"detail": {"orderId": "b"}, "where": of_orders}, ["detail.orderId: expected 'b', was 'a'"]),
    ],
)
def test_an_event_that_differs_says_where(wanted: dict[str, Any], lines: list[str]) -> None:
    """Each criterion names its place; a predicate is asked only if all else agrees."""
    unmet = expectation("EventBus", **wanted)

    assert lines == [str(one) for one in unmet.differences(EVENT)]
    assert not unmet.matches(EVENT)


def test_another_source_is_a_difference() -> None:
    """What comes on another bus is not what was expected."""
    unmet = Expectation(source="OtherBus")

    assert ["source: expected 'OtherBus', was 'EventBus'"] == [str(one) for one in unmet.differences(EVENT)]


@pytest.mark.parametrize(
    ("wanted", "lines"),
    [
        ({"body": {"orderId": "a"}, "attributes": {"kind": "x"}}, []),
        ({"pattern": {"body": {"orderId": ["a"]}, "attributes": {"kind": ["x"]}}}, []),
        ({"body": {"orderId": "b"}}, ["body.orderId: expected 'b', was 'a'"]),
        ({"attributes": {"more": "x"}}, ["attributes.more: missing, expected 'x'"]),
        ({"pattern": {"attributes": {"kind": ["y"]}}}, ["pattern.attributes.kind: expected 'y', was 'x'"]),
    ],
)
def test_a_message_has_a_body_and_attributes(wanted: dict[str, Any], lines: list[str]) -> None:
    """A pattern is asked of the two of them, since a message is no event."""
    assert lines == [str(one) for one in expectation("Queue", **wanted).differences(MESSAGE)]


def test_a_text_is_not_parsed_for_another_detail_type() -> None:
    """A journal holds many entries, and most are told apart by what costs nothing."""
    unmet = expectation("EventBus", detail_type="order_placed", detail={"orderId": "a"})

    assert not unmet.matches(UNREADABLE)


AWKWARD = ["a", 'say "a"', "a\\b", "a/b", "a\nb", "\x7f", "café", "\u2028", "\ud800", "𝄞", "", " ", "<&>"]


@pytest.mark.parametrize("ensure_ascii", [True, False])
@pytest.mark.parametrize("text", AWKWARD)
def test_a_text_is_found_however_it_is_written(text: str, *, ensure_ascii: bool) -> None:
    """What is told apart at a glance is never what was expected."""
    event = {"detail": {"orders": [{"id": text}]}}
    entry = replace(EVENT, text=json.dumps(event, ensure_ascii=ensure_ascii))

    found = expectation("EventBus", detail={"orders": [{"id": text}]}).among([entry])

    assert [entry] == found


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"detail_type": "order_placed"},
        {"detail_type": IsStr(regex="order_.*")},
        {"detail": {"orderId": "a"}},
        {"detail": {"orderId": IsStr(max_length=1)}},
        {"detail": {"orderId": ANY, "note": None}},
        {"where": lambda entry: entry.body["orderId"] == "a"},
    ],
)
def test_among_many_those_that_match_are_found(wanted: dict[str, Any]) -> None:
    """They come in their order."""
    others = [
        replace(EVENT, source="OtherBus"),
        replace(EVENT, detail_type="lost", text=TEXT.replace('"a"', '"b"').replace("null", "1")),
        MESSAGE,
    ]
    again = replace(EVENT, id="4")
    wish = expectation("EventBus", **wanted)

    found = wish.among([EVENT, *others, again])

    assert [one for one in [EVENT, *others, again] if not wish.differences(one)] == found
    assert {EVENT.id, again.id} <= {one.id for one in found}


def test_among_messages_the_text_is_the_senders() -> None:
    """JSON may be written in many ways, and a message is taken as it was sent."""
    odd = replace(MESSAGE, text=json.dumps({"Body": '{"orderId": "\\u0061"}'}))

    found = expectation("Queue", body={"orderId": "a"}).among([odd])

    assert [odd] == found


def test_among_many_most_are_not_parsed() -> None:
    """An event in which an expected text does not stand at all is another one."""
    wish = expectation("EventBus", detail_type="order_lost", detail={"orders": [{"id": "a"}]})

    assert [] == wish.among([UNREADABLE])


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ({}, "EventBus"),
        (
            {"detail_type": "order_placed", "detail": {"orderId": "a"}},
            "EventBus, detail_type 'order_placed', detail {'orderId': 'a'}",
        ),
        ({"body": None}, "EventBus, body None"),
        ({"body": "x" * 300}, f"EventBus, body '{'x' * 199}… (102 more characters)"),
        ({"detail": {"password": "x"}}, "EventBus, detail {'password': '***'}"),
        (
            {"attributes": {"kind": IsStr(regex="x")}, "pattern": {"source": ["shop"]}, "where": has_orders},
            "EventBus, attributes {'kind': IsStr(regex='x')}, pattern {'source': ['shop']}, where has_orders",
        ),
    ],
)
def test_it_reads_as_it_was_written(wanted: dict[str, Any], line: str) -> None:
    """A failure repeats what the test said."""
    assert line == str(expectation("EventBus", **wanted))


def test_a_predicate_without_a_name_is_shown_as_it_is() -> None:
    """A partial function has no name."""
    where = partial(has_orders)

    assert f"EventBus, where {where!r}" == str(expectation("EventBus", where=where))


def test_any_is_equal_to_everything() -> None:
    """It can stand within a body, like the one of ``unittest.mock``."""
    assert {"a": ANY} == {"a": object()}
    assert "ANY" == repr(ANY)
    assert 1 == len({ANY, ANY})


def test_a_detail_and_a_body_are_the_same_thing() -> None:
    """To give both is a mistake of the test."""
    with pytest.raises(MisusedStep) as caught:
        expectation("EventBus", detail={"password": "a"}, body=None)

    assert str(caught.value) == (
        "Of 'EventBus' both a detail and a body are expected, which are the same thing.\n"
        "  detail: {'password': '***'}\n"
        "  body: None\n"
        "  give the detail for a bus, the body for anything else"
    )


def test_a_pattern_that_aws_refuses_is_a_mistake_of_the_test() -> None:
    """It is told at once, not as something that never came."""
    with pytest.raises(MisusedStep):
        expectation("EventBus", pattern={"source": "shop"})
