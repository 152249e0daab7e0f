"""What a failed expectation says, word by word."""

import itertools
import json
import time
from typing import Any

import pytest
from dirty_equals import IsStr

from harness.errors import HappenedAnyway, NeverHappened
from harness.journal.entry import Entry
from harness.journal.expectation import ANY, expectation
from harness.journal.failing import happened_anyway, never_happened, out_of_order

NUMBERS = itertools.count(1)
PLACED = expectation("EventBus", detail_type="order_placed", detail={"orderId": "a"})
ACCEPTED = expectation("EventBus", detail_type="order_accepted", detail={"orderId": "a"})
DELIVERED = expectation("EventBus", detail_type="order_delivered", detail={"orderId": "a"})


def event(detail: Any, *, kind: str = "order_placed", source: str = "EventBus") -> Entry:
    number = next(NUMBERS)
    text = json.dumps({"source": "big-mouth", "detail-type": kind, "detail": detail})
    return Entry(kind="bus", source=source, id=str(number), text=text, sent=number, seen=number, detail_type=kind)


def message(body: Any, *, source: str = "Queue") -> Entry:
    number = next(NUMBERS)
    text = json.dumps({"Body": json.dumps(body)})
    return Entry(kind="queue", source=source, id=str(number), text=text, sent=number, seen=number)


def test_a_tap_that_saw_nothing_gives_the_likely_reasons() -> None:
    """Nothing came at all, so the mistake is before the bus or on the way to it."""
    error = never_happened(
        PLACED,
        entries=[],
        counts={"EventBus": 0, "Topic": 2},
        within=5.0,
        sources=["EventBus", "Topic", "Queue"],
        reasons=["the function 'PlaceOrder' ended in an error", "its role may not call events:PutEvents"],
        logs={"PlaceOrder": ["START\n", '{"password":\n', '"hunter2"}\n', "\n", "END\n"], "Notify": [], "Pay": ["x"]},
        notes=["12 entries were dropped"],
    )

    assert isinstance(error, NeverHappened)
    assert str(error) == (
        "Nothing came within 5 s that matches EventBus, detail_type 'order_placed', detail {'orderId': 'a'}.\n"
        "  seen in this test: EventBus nothing at all, Topic 2\n"
        "  not tapped: Queue\n"
        "  likely reason: the function 'PlaceOrder' ended in an error\n"
        "  likely reason: its role may not call events:PutEvents\n"
        "  log of PlaceOrder: the last 4 lines\n"
        "    START\n"
        '    {"password":\n'
        '    "***"}\n'
        "    END\n"
        "  log of Notify: empty\n"
        "  log of Pay: the last line\n"
        "    x\n"
        "  note: 12 entries were dropped"
    )
    assert ("note", "12 entries were dropped") == error.facts[-1]


def test_the_nearest_entries_show_the_fields_that_differ() -> None:
    """The same source first, then the same detail-type, then the fewest fields that differ; at most three."""
    wanted = expectation("EventBus", detail_type="order_placed", detail={"orderId": "a", "order": {"n": 1, "m": 2}})
    entries = [
        event({"orderId": "b", "order": {"n": 1, "m": 3}}),
        event({"orderId": "a"}, kind="order_place"),
        event({"orderId": "a", "order": {"n": 1, "m": 3}}),
        event({"orderId": "a"}),
    ]

    error = never_happened(wanted, entries=entries, counts={"EventBus": 4}, within=0.5, reasons=["unseen"])

    assert str(error) == (
        "Nothing came within 0.5 s that matches EventBus, detail_type 'order_placed', "
        "detail {'orderId': 'a', 'order': {'n': 1, 'm': 2}}.\n"
        '  nearest: EventBus order_placed {"orderId": "a", "order": {"n": 1, "m": 3}}\n'
        "    detail.order.m: expected 2, was 3\n"
        '  nearest: EventBus order_placed {"orderId": "a"}\n'
        "    detail.order: missing, expected {'n': 1, 'm': 2}\n"
        '  nearest: EventBus order_placed {"orderId": "b", "order": {"n": 1, "m": 3}}\n'
        "    detail.orderId: expected 'a', was 'b'\n"
        "    detail.order.m: expected 2, was 3\n"
        "  seen in this test: EventBus 4"
    )


def test_a_misspelt_detail_type_is_shown() -> None:
    """What comes under another detail-type is near as well."""
    error = never_happened(PLACED, entries=[event({"orderId": "a"}, kind="order_place")], counts={}, within=1)

    assert str(error) == (
        "Nothing came within 1 s that matches EventBus, detail_type 'order_placed', detail {'orderId': 'a'}.\n"
        '  nearest: EventBus order_place {"orderId": "a"}\n'
        "    detail_type: expected 'order_placed', was 'order_place'\n"
        "  seen in this test: nothing is tapped\n"
        "  not tapped: EventBus"
    )


def test_what_came_on_another_source_is_named_first() -> None:
    """The latest on each other source; what has nothing in common there is left out."""
    entries = [
        event({"orderId": "b"}),
        event({"orderId": "a", "first": True}, source="OtherBus"),
        event({"orderId": "a"}, source="OtherBus"),
        event({"orderId": "c"}, source="OtherBus"),
        message({"orderId": "d"}),
    ]

    error = never_happened(PLACED, entries=entries, counts={"EventBus": 1, "OtherBus": 3, "Queue": 1}, within=1)

    assert str(error) == (
        "Nothing came within 1 s that matches EventBus, detail_type 'order_placed', detail {'orderId': 'a'}.\n"
        '  it came on \'OtherBus\' instead: OtherBus order_placed {"orderId": "a"}\n'
        '  nearest: EventBus order_placed {"orderId": "b"}\n'
        "    detail.orderId: expected 'a', was 'b'\n"
        '  nearest: OtherBus order_placed {"orderId": "c"}\n'
        "    source: expected 'EventBus', was 'OtherBus'\n"
        "    detail.orderId: expected 'a', was 'c'\n"
        "  seen in this test: EventBus 1, OtherBus 3, Queue 1"
    )


@pytest.mark.parametrize(
    ("wanted", "labels"),
    [
        ({}, []),
        ({"where": lambda _: True}, []),
        ({"body": {"id": "a"}}, ["it came on 'Queue' instead"]),
        ({"body": []}, []),
        ({"body": {"id": "a"}, "where": lambda entry: entry.body["id"] == "a"}, ["it came on 'Queue' instead"]),
        ({"body": {"id": "a"}, "where": lambda _: False}, ["nearest"]),
        ({"pattern": {"body": {"id": ["a"]}}}, ["it came on 'Queue' instead"]),
    ],
)
def test_only_what_was_asked_for_came_elsewhere(wanted: dict[str, Any], labels: list[str]) -> None:
    """If nothing but the source was asked for, what came on another one tells nothing."""
    error = never_happened(expectation("Topic", **wanted), entries=[message({"id": "a"})], counts={}, within=1)

    assert labels == [label for label, _ in error.facts if label not in ("seen in this test", "not tapped")]


def test_what_came_elsewhere_is_asked_the_predicate_as_well() -> None:
    """Otherwise it would seem that only the source was wrong."""
    wanted = expectation("Topic", body={"id": "a"}, where=lambda _: False)

    error = never_happened(wanted, entries=[message({"id": "a"})], counts={}, within=1)

    assert str(error).splitlines()[1:4] == [
        '  nearest: Queue {"id": "a"}',
        "    source: expected 'Topic', was 'Queue'",
        "    where: expected <lambda> to be true, was False",
    ]


def test_of_several_times_those_that_came_are_shown() -> None:
    """They are not near: they are what was asked for."""
    found = event({"orderId": "a"})

    error = never_happened(
        PLACED, entries=[found, event({"orderId": "b"})], counts={"EventBus": 2}, within=1, times=2, found=[found]
    )

    assert str(error) == (
        "Only 1 of 2 came within 1 s that match EventBus, detail_type 'order_placed', detail {'orderId': 'a'}.\n"
        '  came: EventBus order_placed {"orderId": "a"}\n'
        '  nearest: EventBus order_placed {"orderId": "b"}\n'
        "    detail.orderId: expected 'a', was 'b'\n"
        "  seen in this test: EventBus 2"
    )


@pytest.mark.parametrize(("times", "start"), [(None, "Nothing came"), (1, "Nothing came"), (2, "None of 2 came")])
def test_none_at_all_is_said_in_words(times: int | None, start: str) -> None:
    """A number is told only where one was asked for."""
    error = never_happened(PLACED, entries=[], counts={}, within=1, times=times)

    assert error.sentence.startswith(f"{start} within 1 s that match")


def test_an_entry_that_matches_but_was_not_counted_says_so() -> None:
    """It came between the last look and the failure."""
    error = never_happened(PLACED, entries=[event({"orderId": "a"})], counts={"EventBus": 1}, within=1)

    assert error.facts[0] == (
        "nearest",
        'EventBus order_placed {"orderId": "a"}\n    it matches, but was not counted: it may have come too late',
    )


def test_many_fields_that_differ_are_counted() -> None:
    """Six are shown."""
    wanted = expectation("EventBus", detail=dict.fromkeys("abcdefgh", 1))

    error = never_happened(wanted, entries=[event({})], counts={}, within=1)

    shown = str(error.facts[0][1]).splitlines()
    assert ["EventBus order_placed {}", *(f"    detail.{name}: missing, expected 1" for name in "abcdef")] == shown[:-1]
    assert "    and 2 more" == shown[-1]


def test_a_long_log_is_cut_to_its_end() -> None:
    """Ten lines, each shortened."""
    log = [f"{number} {'x' * 500}" for number in range(30)]

    error = never_happened(PLACED, entries=[], counts={}, within=1, logs={"PlaceOrder": log})

    label, value = error.facts[-1]
    lines = str(value).splitlines()
    assert ("log of PlaceOrder", "the last 10 lines") == (label, lines[0])
    assert [f"    {number} {'x' * 397}… (103 more characters)" for number in range(20, 30)] == lines[1:]


def test_what_must_not_come_is_shown() -> None:
    """It is shown with how long was looked on."""
    error = happened_anyway(PLACED, entries=[event({"orderId": "a"})], closed_after=0.8, counts={"EventBus": 3})

    assert isinstance(error, HappenedAnyway)
    assert str(error) == (
        "1 came, but nothing was to come that matches "
        "EventBus, detail_type 'order_placed', detail {'orderId': 'a'}.\n"
        '  came: EventBus order_placed {"orderId": "a"}\n'
        "  looked on for: 0.8 s\n"
        "  seen in this test: EventBus 3"
    )


@pytest.mark.parametrize(
    ("times", "allowed"), [(1, "only 1 was to come that matches"), (2, "only 2 were to come that match")]
)
def test_what_came_too_often_is_counted(times: int, allowed: str) -> None:
    """The latest five are shown, for the last ones are those too many."""
    entries = [event({"orderId": "a", "number": number}) for number in range(7)]

    error = happened_anyway(PLACED, entries=entries, closed_after=2, counts={"EventBus": 7}, times=times)

    assert str(error) == (
        f"7 came, but {allowed} EventBus, detail_type 'order_placed', detail {{'orderId': 'a'}}.\n"
        "  came before: 2 more\n"
        '  came: EventBus order_placed {"orderId": "a", "number": 2}\n'
        '  came: EventBus order_placed {"orderId": "a", "number": 3}\n'
        '  came: EventBus order_placed {"orderId": "a", "number": 4}\n'
        '  came: EventBus order_placed {"orderId": "a", "number": 5}\n'
        '  came: EventBus order_placed {"orderId": "a", "number": 6}\n'
        "  looked on for: 2 s\n"
        "  seen in this test: EventBus 7"
    )


def test_a_wrong_order_shows_the_order_in_which_they_came() -> None:
    """An entry that came too early is found though the journal did not take it; what never came shows the nearest."""
    accepted, placed = event({"orderId": "a"}, kind="order_accepted"), event({"orderId": "a"})
    near = event({"orderId": "b"}, kind="order_delivered")

    error = out_of_order(
        [PLACED, ACCEPTED, DELIVERED],
        [placed, None, None],
        entries=[accepted, placed, near],
        counts={"EventBus": 3},
        within=2,
        sources=["Topic"],
        logs={"Deliver": ["END"]},
        notes=["a note"],
    )

    assert isinstance(error, NeverHappened)
    assert str(error) == (
        "3 expected entries did not come in this order within 2 s.\n"
        "  1: EventBus, detail_type 'order_placed', detail {'orderId': 'a'}\n"
        '    came as number 2: EventBus order_placed {"orderId": "a"}\n'
        "  2: EventBus, detail_type 'order_accepted', detail {'orderId': 'a'}\n"
        '    came as number 1: EventBus order_accepted {"orderId": "a"}\n'
        "  3: EventBus, detail_type 'order_delivered', detail {'orderId': 'a'}\n"
        "    never came\n"
        '    nearest: EventBus order_delivered {"orderId": "b"}\n'
        "      detail.orderId: expected 'a', was 'b'\n"
        "  came in the order: 2, 1\n"
        "  seen in this test: EventBus 3\n"
        "  not tapped: Topic\n"
        "  log of Deliver: the last line\n"
        "    END\n"
        "  note: a note"
    )


def test_the_order_is_that_of_the_cloud() -> None:
    """Two taps may bring what was sent first at last."""
    placed, accepted = event({"orderId": "a"}), event({"orderId": "a"}, kind="order_accepted")

    error = out_of_order([ACCEPTED, PLACED], [accepted, None], entries=[accepted, placed], counts={}, within=2)

    assert ("came in the order", "2, 1") == error.facts[2]


def test_one_entry_does_not_stand_for_two_expectations() -> None:
    """The same thing expected twice must come twice."""
    placed = event({"orderId": "a"})

    error = out_of_order([PLACED, PLACED], [placed, None], entries=[placed], counts={"EventBus": 1}, within=2)

    assert "EventBus, detail_type 'order_placed', detail {'orderId': 'a'}\n    never came" == error.facts[1][1]


def test_no_order_at_all_is_said_in_words() -> None:
    """Nothing of the sequence came."""
    error = out_of_order([PLACED], [None], entries=[], counts={"EventBus": 0}, within=2)

    assert ("came in the order", "none came") == error.facts[1]


def test_the_nearest_of_ten_thousand_is_found_at_once() -> None:
    """A failure of a long test must not take longer than the test waited."""
    entries = [event({"orderId": str(number), "items": [{"id": one} for one in range(20)]}) for number in range(10_000)]
    wanted = expectation("EventBus", detail_type=IsStr(), detail={"orderId": "a", "items": ANY})

    started = time.thread_time()
    error = never_happened(wanted, entries=entries, counts={"EventBus": 10_000}, within=1)
    took = time.thread_time() - started

    assert "    detail.orderId: expected 'a', was '9999'" == str(error.facts[0][1]).splitlines()[-1]
    # A tenth of a second; under coverage, on a busy machine, more. Comparing each with each would take minutes.
    assert took < 2.0


def test_a_secret_in_the_body_of_an_event_is_not_shown() -> None:
    """JSON within JSON has its quotes escaped, and is looked through as well."""
    entries = [event({"body": json.dumps({"password": 'hunt"er2', "n": 1})})]

    error = never_happened(PLACED, entries=entries, counts={}, within=1)

    assert (
        'EventBus order_placed {"body": "{\\"password\\": \\"***\\", \\"n\\": 1}"}'
        == str(error.facts[0][1]).splitlines()[0]
    )
