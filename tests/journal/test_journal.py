"""What a test expects of the journal of a real cloud, and what it is told when it is wrong."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from dirty_equals import IsPositiveInt

from harness.errors import HappenedAnyway, MisusedStep, NeverHappened, StageError, TapNotOpen, UnknownResource
from harness.journal.behind import Behind, Patience
from harness.journal.entry import Entry
from harness.journal.expectation import expectation
from harness.journal.journal import Journal
from harness.journal.polling import Pace, Waiting
from harness.journal.store import Store


@pytest.fixture
def taps(place: Any) -> Any:
    """The taps of a bus and a topic."""
    return place.opened("EventBus", "Topic")


@pytest.fixture
def journal(place: Any, taps: Any) -> Journal:
    """The journal of a test that begins now."""
    made: Journal = place.journal(taps)
    return made


def later(seconds: float, what: Any, *args: Any, **more: Any) -> None:
    threading.Timer(seconds, what, args, more).start()


def test_what_comes_is_found(place: Any, journal: Journal) -> None:
    """By its type, in part, by anything with ``==``, by a pattern, by a predicate."""
    place.put({"id": "a", "total": 7, "more": [1, 2]})
    wanted: list[dict[str, Any]] = [
        {"detail_type": "placed"},
        {"detail": {"id": "a"}},
        {"detail": {"total": IsPositiveInt()}},
        {"pattern": {"detail": {"total": [{"numeric": [">", 6]}]}}},
        {"where": lambda entry: len(entry.body["more"]) == 2},
    ]

    found = [journal.expect("EventBus", **one) for one in wanted]

    assert 1 == len({entry.id for entry in found})


def test_the_first_of_several_is_given(place: Any, journal: Journal) -> None:
    """They are never consumed: any number of tests may look at one."""
    first, second = place.put({"n": 1}, {"n": 2})

    found = [
        journal.expect("EventBus").id,
        journal.expect("EventBus", detail={"n": 2}).id,
        journal.expect("EventBus").id,
    ]

    assert [first, second, first] == found


def test_an_earlier_test_is_not_looked_at(place: Any, taps: Any) -> None:
    """Unless it is asked for: ``since=0`` is the whole run."""
    (earlier,) = place.put({"n": 1})
    place.journal(taps).expect("EventBus", since=0)
    time.sleep(0.01)
    journal = place.journal(taps)
    (mine,) = place.put({"n": 1})

    assert mine == journal.expect("EventBus", detail={"n": 1}).id
    assert earlier == journal.expect("EventBus", detail={"n": 1}, since=0).id
    assert ([mine], [earlier, mine]) == (
        [entry.id for entry in journal.entries()],
        [entry.id for entry in journal.entries("EventBus", since=0)],
    )


class Sleepy(Waiting):
    """Nobody reads for a minute while nobody waits."""

    def pause(self, pace: Pace, *, least: float, over: threading.Event) -> None:
        super().pause(replace(pace, lazy=60.0), least=least, over=over)


def test_what_an_earlier_test_sent_and_comes_late_does_not_count(place: Any) -> None:
    """It lies in the queue when the test begins, and is read in the test's time."""
    taps = place.opened("EventBus", "Topic", waiting=Sleepy())
    time.sleep(0.1)
    place.put({"n": 1})
    place.notify({"n": 2})
    time.sleep(0.01)
    journal = place.journal(taps)

    for source in ("EventBus", "Topic"):
        journal.expect_none(source)

    assert 2 == taps.store.position
    assert all(entry.seen >= place.began > entry.sent for entry in taps.store.since(0))


def test_an_expectation_wakes_when_it_comes(place: Any, journal: Journal) -> None:
    """Within milliseconds: the median of ten, from the call that publishes to the entry."""
    journal.expect_none("EventBus")
    took = []
    for number in range(10):
        sent: list[float] = []
        later(0.05, lambda n=number, sent=sent: (sent.append(time.monotonic()), place.put({"n": n})))
        journal.expect("EventBus", detail={"n": number})
        took.append(time.monotonic() - sent[0])

    assert sorted(took)[5] < 0.1


def test_an_expectation_has_a_bound(place: Any, taps: Any) -> None:
    """That of the cloud, or the test's own; none at all looks once."""
    journal = place.journal(taps, patience=Patience(within=1.0, closing=5, grace=0.1))
    took = []

    for within in (None, 0.1, 0):
        began = time.monotonic()
        with pytest.raises(NeverHappened):
            journal.expect("EventBus", within=within)
        took.append(time.monotonic() - began)

    assert 1.0 <= took[0] < 3
    assert 0.1 <= took[1] < 0.9
    assert took[2] < 0.5
    assert (15.0, 30.0) == (
        Journal(taps, began=time.time).patience.within,
        Journal(InAws(), began=time.time).patience.within,
    )  # type: ignore[arg-type]


class InAws:
    """Taps of a cloud in AWS, as far as a journal asks at first."""

    store = Store()

    class cloud:  # noqa: N801 - an attribute of taps
        embedded = False


def test_a_failure_tells_what_came(place: Any, journal: Journal) -> None:
    """The whole text."""
    place.put({"n": 1})
    journal.expect("EventBus")

    with pytest.raises(NeverHappened) as caught:
        journal.expect("EventBus", detail={"n": 2}, within=0)

    assert str(caught.value) == (
        "Nothing came within 0 s that matches EventBus, detail {'n': 2}.\n"
        '  nearest: EventBus placed {"n": 1}\n'
        "    detail.n: expected 2, was 1\n"
        "  seen in this test: EventBus 1, Topic nothing at all\n"
        "  not tapped: AuditQueue, FifoTopic, HeardTopic, LoudBus, QueueTopic, Table, TestQueue"
    )


def test_a_failure_tells_what_stands_behind(place: Any, taps: Any) -> None:
    """Reasons, logs, what is known of the entries, and what is gone."""
    behind = Behind(reasons=lambda source: [f"why {source}"], logs=lambda _s, _t: {"Pay": ["END"]}, note="beware")
    journal = place.journal(taps, behind=behind)
    taps.store.dropped = 3

    with pytest.raises(NeverHappened) as caught:
        journal.expect("Topic", within=0)

    assert str(caught.value).splitlines()[2:] == [
        "  not tapped: AuditQueue, FifoTopic, HeardTopic, LoudBus, QueueTopic, Table, TestQueue",
        "  likely reason: why Topic",
        "  log of Pay: the last line",
        "    END",
        "  note: beware",
        "  note: the journal was full: the oldest 3 entries of the run are gone",
    ]
    place.notify("x")
    assert "beware" == journal.expect("Topic").note


def test_trouble_that_may_pass_is_told(place: Any, taps: Any, journal: Journal) -> None:
    """A network that is away is waited for, and named when it stays away."""
    collector = taps._readers[0]  # noqa: SLF001 - the client of its own
    client = place.cloud.client("sqs", retries={"total_max_attempts": 1})
    client.meta.events.register("before-send.sqs.ReceiveMessage", _cut)
    collector._sqs = client  # noqa: SLF001
    journal.patience = Patience(within=1, closing=0.5, grace=0.1)

    with pytest.raises(NeverHappened) as caught:
        journal.expect("Topic", within=0.5)
    with pytest.raises(StageError) as silent:
        journal.expect_none("Topic")

    assert "  note: reading failed with Nothing answers at" in str(caught.value)
    assert "  reading failed with: Nothing answers at" in str(silent.value)


def _cut(**_request: Any) -> None:
    from botocore.exceptions import EndpointConnectionError

    raise EndpointConnectionError(endpoint_url="http://nowhere")


def test_exactly_so_many_times(place: Any, journal: Journal) -> None:
    """All of them come back, in their order."""
    ids = place.put({"n": 1}, {"n": 2}, {"n": 3})

    assert ids == [entry.id for entry in journal.expect("EventBus", times=3)]
    assert ids[:1] == [entry.id for entry in journal.expect("EventBus", times=1, detail={"n": 1})]


def test_too_few_times_never_happened(place: Any, journal: Journal) -> None:
    """Those that came are shown."""
    place.put({"n": 1}, {"n": 2})

    with pytest.raises(NeverHappened, match=r"^Only 2 of 3 came within 0.3 s that match EventBus\.\n  came: "):
        journal.expect("EventBus", times=3, within=0.3)


def test_too_many_times_happened_anyway(place: Any, journal: Journal) -> None:
    """Also when the one too many comes in the grace, after all that was expected."""
    place.put({"n": 1})
    later(0.3, place.put, {"n": 2})
    journal.patience = Patience(within=5, closing=5, grace=2.0)
    began = time.monotonic()

    with pytest.raises(HappenedAnyway) as caught:
        journal.expect("EventBus", times=1)

    assert time.monotonic() - began < 1.8
    assert str(caught.value) == (
        "2 came, but only 1 was to come that matches EventBus.\n"
        '  came: EventBus placed {"n": 1}\n'
        '  came: EventBus placed {"n": 2}\n'
        "  looked on for: 2 s\n"
        "  seen in this test: EventBus 2, Topic nothing at all"
    )


@pytest.mark.parametrize("times", [0, -1])
def test_no_times_are_a_mistake(journal: Journal, times: int) -> None:
    """There is a word for that."""
    with pytest.raises(MisusedStep) as caught:
        journal.expect("EventBus", times=times)

    assert f"times={times} expects nothing.\n  journal.expect_none(…) says that" == str(caught.value)


def test_in_order(place: Any, journal: Journal) -> None:
    """Each was sent after the one before, on whatever source; what else came does not matter."""
    place.put({"n": 1})
    time.sleep(0.005)
    place.notify({"n": 2})
    time.sleep(0.005)
    place.put({"n": 9}, {"n": 3})
    one, two, three = (
        expectation(source, body={"n": number}) for number, source in enumerate(["EventBus", "Topic", "EventBus"], 1)
    )

    found = journal.in_order(one, two, three)

    assert [1, 2, 3] == [entry.body["n"] for entry in found]
    with pytest.raises(NeverHappened):
        journal.in_order(two, one, within=0.1)


def test_order_is_waited_for(place: Any, journal: Journal) -> None:
    """Until all of it is there."""
    later(0.1, place.put, {"n": 1})
    later(0.3, place.put, {"n": 2})

    found = journal.in_order(*(expectation("EventBus", detail={"n": number}) for number in (1, 2)))

    assert [1, 2] == [entry.body["n"] for entry in found]


def test_nothing_came(journal: Journal) -> None:
    """It takes as long as a sentinel and the grace."""
    began = time.monotonic()

    journal.expect_none("EventBus")
    journal.expect_none("Topic", grace=0)

    assert 0.25 <= time.monotonic() - began < 3


def test_what_is_there_already_is_told_at_once(place: Any, journal: Journal) -> None:
    """Nobody waits for a sentinel then, nor for the grace."""
    place.put({"n": 1})
    journal.expect("EventBus")
    began = time.monotonic()

    with pytest.raises(HappenedAnyway) as caught:
        journal.expect_none("EventBus", detail={"n": 1}, grace=20)

    assert time.monotonic() - began < 1
    assert "1 came, but nothing was to come that matches EventBus, detail {'n': 1}." == caught.value.sentence


def test_what_comes_late_but_within_the_grace_is_told(place: Any, journal: Journal) -> None:
    """Long after the sentinel is back, and as soon as it comes."""
    later(0.6, place.put, {"n": 1})
    began = time.monotonic()

    with pytest.raises(HappenedAnyway):
        journal.expect_none("EventBus", grace=20)

    assert 0.5 < time.monotonic() - began < 5


def test_what_comes_after_the_grace_is_not(place: Any, journal: Journal) -> None:
    """The same event, a shorter grace: so the test above can fail."""
    later(1.5, place.put, {"n": 1})

    journal.expect_none("EventBus", grace=0.2)

    assert journal.expect("EventBus")


def test_what_was_published_before_is_never_missed(place: Any, journal: Journal) -> None:
    """Fifty times, without any grace: the sentinel comes behind the event, often in the same read."""
    for number in range(50):
        place.put({"n": number})
        with pytest.raises(HappenedAnyway):
            journal.expect_none("EventBus", detail={"n": number}, grace=0)


def test_settled_is_seen(place: Any, journal: Journal) -> None:
    """Fifty times: what was published before is in the journal when it is settled."""
    for number in range(50):
        (event,), message = place.put({"n": number}), place.notify(number)
        journal.settle()

        assert {event, message} <= {entry.id for entry in journal.entries()}


@pytest.mark.parametrize("what", ["rule", "disabled"])
def test_silence_without_a_sentinel_proves_nothing(place: Any, taps: Any, what: str) -> None:
    """Somebody has deleted or disabled the rule: the look ends within its bound, with an error of the stage."""
    journal = place.journal(taps, patience=Patience(within=1, closing=0.5, grace=0.1))
    events, bus = place.cloud.client("events"), place.names.physical["EventBus"]
    (rule,) = events.list_rules(EventBusName=bus, NamePrefix="harness-")["Rules"]
    if what == "rule":
        events.remove_targets(Rule=rule["Name"], EventBusName=bus, Ids=["harness"])
        events.delete_rule(Name=rule["Name"], EventBusName=bus)
    else:
        events.disable_rule(Name=rule["Name"], EventBusName=bus)
    began = time.monotonic()

    for look in (lambda: journal.expect_none("EventBus"), journal.settle):
        with pytest.raises(StageError) as caught:
            look()
        assert str(caught.value) == (
            "No sentinel has come back within 0.5 s, so nothing can be said of what has not come.\n"
            "  tapped: EventBus, Topic\n"
            "  is the cloud overloaded? see: harness status"
        )

    assert time.monotonic() - began < 4


def test_a_queue_that_was_deleted_is_told_at_once(place: Any, taps: Any, journal: Journal) -> None:
    """By every look that waits; what came before can still be looked at."""
    place.put({"n": 1})
    journal.expect("EventBus")
    url = place.queue_of(taps)
    place.cloud.client("sqs").delete_queue(QueueUrl=url)
    began = time.monotonic()

    with pytest.raises(TapNotOpen) as caught:
        journal.expect("EventBus", detail={"n": 2})
    for look in (lambda: journal.expect_none("Topic"), journal.settle):
        with pytest.raises(TapNotOpen):
            look()

    assert time.monotonic() - began < 4
    assert journal.expect("EventBus", detail={"n": 1})
    assert str(caught.value) == (
        f"The queue '{url}', into which the taps of this run lead, has been deleted.\n"
        "  somebody has tidied up while the run was on; run it again"
    )


def test_a_source_that_is_not_tapped_is_a_mistake(journal: Journal) -> None:
    """What it carried is not known, so that nothing could ever be said."""
    with pytest.raises(MisusedStep) as caught:
        journal.expect_none("LoudBus")

    assert str(caught.value) == (
        "The bus 'LoudBus' is not tapped, so nothing is known of what it carried.\n"
        "  tapped: EventBus, Topic\n"
        '  tap it before the step that is tested: stage.journal.tap("LoudBus")\n'
        '  or for all tests: taps = ["LoudBus"] in [tool.harness.systems.<name>] of pyproject.toml'
    )


def test_a_queue_is_tapped_when_it_is_asked_for(place: Any, journal: Journal) -> None:
    """It keeps what nobody takes; and sees no sentinel."""
    journal.tap("QueueTopic")
    (event,) = place.put({"n": 1}, source="shop")
    journal.expect_none("QueueTopic")

    found = journal.expect("AuditQueue", times=1, where=lambda entry: entry.body.get("id") == event)

    assert "queue" == found[0].kind
    journal.expect_none("AuditQueue", where=lambda entry: "harness" in entry.text)


@pytest.mark.parametrize("look", ["expect", "expect_none", "entries"])
def test_an_unknown_source_is_a_mistake(place: Any, journal: Journal, look: str) -> None:
    """The error lists those that the template declares."""
    with pytest.raises(UnknownResource) as caught:
        getattr(journal, look)("Topik")

    assert str(caught.value) == (
        "No bus, topic, queue, stream, table or bucket is called 'Topik'.\n"
        f"  declared in {place.system.template}: AuditQueue, EventBus, FifoTopic, HeardTopic, LoudBus, QueueTopic, "
        "Table, TestQueue, Topic, default\n"
        "  did you mean 'Topic'?"
    )


def test_sources_are_named_by_their_kind(journal: Journal) -> None:
    """Tapped or not."""
    assert ["EventBus", "LoudBus", "default"] == sorted(journal.sources("bus"))
    assert ["AuditQueue", "TestQueue"] == sorted(journal.sources("queue"))


class Ahead:
    """Taps whose cloud tells another time than this machine."""

    class cloud:  # noqa: N801 - an attribute of taps
        embedded = False

    trouble = None

    def __init__(self, skew: float) -> None:
        self.store = Store(ahead=lambda: skew)
        self.waiting = Waiting()
        self.skew = skew
        self.opened = {"EventBus": None}
        self.sources = {"EventBus": "bus"}

    def kind(self, source: str) -> str:
        return self.sources[source]

    def arrive(self, number: int, *, sent: float, played: bool = False) -> None:
        now = time.time()
        entry = Entry(
            kind="bus",
            source="EventBus",
            id=str(number),
            text=json.dumps({"detail": {"n": number}}),
            sent=sent + self.skew,
            seen=now,
            played=played,
        )
        self.store.add([entry])


@pytest.mark.parametrize("skew", [10.0, -10.0, 0.0])
def test_a_cloud_with_another_clock_loses_nothing(skew: float) -> None:
    """What is sent in the running test counts, be it the first entry of the run, played, or the hundredth."""
    taps = Ahead(skew)
    began = time.time()
    journal = Journal(taps, began=lambda: began)  # type: ignore[arg-type]
    look = journal._look(None)  # noqa: SLF001 - one that has begun before anything came
    found = []

    for number in range(100):
        taps.arrive(number, sent=time.time(), played=number % 3 == 1)
        found += look.further()

    assert list(range(100)) == [entry.body["n"] for entry in found] == [entry.body["n"] for entry in journal.entries()]


@pytest.mark.parametrize("skew", [10.0, -10.0])
def test_a_cloud_with_another_clock_counts_nothing_of_long_ago(skew: float) -> None:
    """What was sent or played before the test is told apart."""
    taps = Ahead(skew)
    journal = Journal(taps, began=lambda: began)  # type: ignore[arg-type]
    began = time.time()
    taps.arrive(1, sent=time.time())
    taps.arrive(2, sent=began - 3)
    taps.arrive(3, sent=began - 3, played=True)

    assert [1] == [entry.body["n"] for entry in journal.entries()]


def test_a_journal_that_overflows_counts_nothing_twice() -> None:
    """Its oldest entries go while a look is on; what the look finds is what is left, once."""
    taps = Ahead(0)
    taps.store = Store(most=20)
    look = Journal(taps, began=lambda: 0.0)._look(None)  # type: ignore[arg-type]  # noqa: SLF001
    found = []

    for number in range(60):
        taps.arrive(number, sent=time.time())
        found += look.further() if number in {5, 55} else []
    found += look.further()

    numbers = [entry.body["n"] for entry in found]
    assert numbers == sorted(set(numbers))
    assert {*range(6), *range(50, 60)} <= set(numbers)


def test_local_functions_are_served_while_a_test_waits(place: Any, taps: Any) -> None:
    """Their time is free, and what they publish in turn is waited for as well."""
    started: list[Any] = []

    def deliver() -> int:
        due = [entry for entry in taps.store.since(0) if entry.id not in started and entry.body.get("n", 9) < 3]
        for entry in due:
            started.append(entry.id)
            time.sleep(0.2)
            place.put({"n": entry.body["n"] + 1})
        return len(due)

    journal = place.journal(taps, behind=Behind(deliver=deliver))
    place.put({"n": 0})

    assert journal.expect("EventBus", detail={"n": 1}, within=0.3)
    journal.settle()
    assert [0, 1, 2, 3] == [entry.body["n"] for entry in journal.entries()]
