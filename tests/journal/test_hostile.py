"""Hostile delivery: twice, out of order, late, poisoned, large. Nothing is lost, nothing counted twice."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest

from harness._text import new_uuid
from harness.errors import HappenedAnyway
from harness.journal.envelopes import SENTINEL
from harness.journal.journal import Journal

DEEP = '{"detail": ' + "[" * 50_000 + "]" * 50_000 + "}"
POISON = [
    "no JSON",
    "[1, 2]",
    "7",
    "null",
    "1" * 5000,
    DEEP,
    "{}",
    json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:x:1:t", "Message": "x"}),
    json.dumps({"Type": "Notification", "TopicArn": {}, "MessageId": 1, "Message": 5}),
    json.dumps({"id": "p1", "source": "shop", "detail-type": "x", "detail": "no object"}),
    json.dumps({"id": "p2", "source": SENTINEL, "detail-type": "x", "detail": {}}),
    json.dumps({"id": [], "source": None, "detail-type": {}, "detail": None}),
    json.dumps({SENTINEL: {"no": "token"}}),
]


@pytest.fixture
def taps(place: Any) -> Any:
    """The taps of a bus and a topic."""
    return place.opened("EventBus", "Topic")


@pytest.fixture
def journal(place: Any, taps: Any) -> Journal:
    """The journal of a test that begins now."""
    made: Journal = place.journal(taps)
    return made


def event(number: int, *, identity: str = "", more: str = "") -> str:
    """Give an event as a rule of the harness sends it."""
    detail = {"n": number, "more": more}
    whole = {"id": identity or new_uuid(), "source": "shop", "detail-type": "placed", "detail": detail}
    return json.dumps({"bus": "EventBus", "event": whole})


def notification(place: Any, number: int, *, identity: str) -> str:
    topic = place.names.physical["Topic"]
    return json.dumps(
        {"Type": "Notification", "MessageId": identity, "TopicArn": topic, "Message": json.dumps({"n": number})}
    )


def test_what_is_delivered_twice_counts_once(place: Any, taps: Any, journal: Journal) -> None:
    """The same event id, the same message id of SNS; SQS gives each delivery an id of its own."""
    twice = [event(1, identity="e"), notification(place, 2, identity="m")] * 2

    place.send(taps, *twice)

    assert ["e"] == [entry.id for entry in journal.expect("EventBus", times=1)]
    assert ["m"] == [entry.id for entry in journal.expect("Topic", times=1)]
    assert 2 == taps.store.duplicates


def test_what_really_came_and_is_delivered_again_counts_once(place: Any, taps: Any, journal: Journal) -> None:
    """A second later, after the first delivery has been deleted."""
    (identity,) = place.put({"n": 1})
    journal.expect("EventBus", times=1)

    place.send(taps, event(1, identity=identity), delay=1)
    time.sleep(1.0)

    assert [identity] == [entry.id for entry in journal.expect("EventBus", times=1)]
    assert 1 == taps.store.duplicates


def test_order_does_not_matter(place: Any, taps: Any, journal: Journal) -> None:
    """A hundred in any order, some of them twice: each is there once."""
    numbers = [*range(100), *range(0, 100, 7)]
    random.Random(3).shuffle(numbers)

    place.send(taps, *(event(number, identity=f"e{number}") for number in numbers))

    found = journal.expect("EventBus", times=100)
    assert list(range(100)) == sorted(entry.body["n"] for entry in found)
    assert journal.expect("EventBus", detail={"n": 99})


def test_what_comes_five_seconds_late_comes(place: Any, taps: Any, journal: Journal) -> None:
    """An expectation waits for it; a look for what must not come fails, if its grace is as long."""
    place.send(taps, event(1, identity="late"), delay=5)
    journal.expect_none("EventBus")
    began = time.monotonic()

    with pytest.raises(HappenedAnyway):
        journal.expect_none("EventBus", grace=20)

    assert 3 < time.monotonic() - began < 10
    assert "late" == journal.expect("EventBus", within=0).id


def test_poison_is_kept_and_does_no_harm(place: Any, taps: Any, journal: Journal) -> None:
    """What comes with it, before and behind, in the same read, is there; so is the poison."""
    for number, poison in enumerate(POISON):
        place.send(taps, event(number), poison, event(number + 100))

    found = journal.expect(
        "EventBus", times=2 * len(POISON), where=lambda entry: isinstance(entry.body, dict) and "n" in entry.body
    )

    assert 2 * len(POISON) == len(found)
    assert 3 * len(POISON) == len(journal.entries())
    assert all(str(entry) and entry.attributes is not None for entry in journal.entries())
    assert taps.trouble is None


def test_a_failure_among_poison_is_told_as_any(place: Any, taps: Any, journal: Journal) -> None:
    """The nearest entries are looked for among all of them."""
    place.send(taps, *POISON)
    journal.settle()

    with pytest.raises(AssertionError, match=r"^Nothing came within 0 s that matches Topic, body \{'n': 1\}"):
        journal.expect("Topic", body={"n": 1}, within=0)


def test_large_bodies_come_whole(place: Any, journal: Journal) -> None:
    """A quarter of a megabyte through the bus and the topic, the most that both took for years."""
    large = "x" * (250 * 1024)
    place.put({"large": large})
    place.notify({"large": large})

    found = journal.expect("EventBus"), journal.expect("Topic")

    assert [large, large] == [entry.body["large"] for entry in found]


def test_text_of_any_alphabet_comes_whole(place: Any, journal: Journal) -> None:
    """Quotes, line breaks, signs of two words, half a sign."""
    strange = 'ä "q" \\ \n \u2028 \U0001f354 <b>&amp; ${x} <aws.events.event.json>'
    place.put({"text": strange})
    place.notify({"text": strange})

    found = journal.expect("EventBus", detail={"text": strange}), journal.expect("Topic", body={"text": strange})

    assert [strange, strange] == [entry.body["text"] for entry in found]


def test_an_event_that_looks_like_a_sentinel_is_an_event(place: Any, journal: Journal) -> None:
    """A system may publish what it likes."""
    place.put({"token": 7}, source=SENTINEL, kind=SENTINEL)
    place.notify({SENTINEL: "t", "Type": "Notification"})
    (inner,) = place.put({"id": "x", "source": "y", "detail-type": "z", "detail": {}})

    assert journal.expect("EventBus", detail={"token": 7}, times=1)
    assert journal.expect("Topic", body={SENTINEL: "t"}, times=1)
    assert inner == journal.expect("EventBus", detail={"id": "x"}, times=1)[0].id


def test_two_thousand_are_each_there_once(place: Any, journal: Journal) -> None:
    """While they come, they are looked at."""
    ids = set()
    for start in range(0, 2000, 500):
        ids |= set(place.put(*({"n": number} for number in range(start, start + 500))))
        journal.expect("EventBus", detail={"n": start + 499}, within=30)

    found = journal.expect("EventBus", times=2000, within=30)

    assert ids == {entry.id for entry in found}
