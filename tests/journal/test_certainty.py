"""A journal says that nothing came only when it knows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from harness.errors import MisusedStep, NeverHappened, StageError
from harness.journal.behind import Behind, Patience
from harness.journal.entry import Entry
from harness.journal.expectation import ANY, expectation
from harness.journal.journal import Journal
from harness.journal.polling import Waiting
from harness.journal.store import Store

PATIENCE = Patience(within=0.2, closing=0.3, grace=0.01)


class AtOnce:
    """Taps whose sentinels are back in no time."""

    trouble = None

    def __init__(self, store: Store) -> None:
        self.store = store
        self.waiting = Waiting()
        self.sources = {"Bus": "bus", "Table": "table", "Jobs": "queue"}
        self.opened = dict.fromkeys(self.sources, Whole())

    def kind(self, source: str) -> str:
        return self.sources[source]

    def barrier(self, _sources: object = None) -> Callable[[], bool]:
        return lambda: True


class Whole:
    """A tap that misses nothing."""

    partial = ""


class Consumed:
    """A tap whose messages may be gone before they are seen."""

    kind = "queue"
    source = "Jobs"
    partial = "a function reads it"


class Narrow:
    """A tap of a bus whose events come through rules of the stack."""

    kind = "bus"
    source = "Bus"
    partial = "the rule 'A' admits only some, and the rule 'B' admits only others"
    admitted = ({"source": ["shop"]}, {"detail-type": [{"prefix": "order_"}, "billed"]})


def entry(number: int, **detail: object) -> Entry:
    text = json.dumps({"id": str(number), "detail": detail})
    return Entry(kind="bus", source="Bus", id=str(number), text=text, sent=100.0, seen=100.0)


def journal_of(*entries: Entry, most: int = 1000, behind: Behind | None = None) -> Journal:
    store = Store(most=most)
    store.add(entries)
    return Journal(AtOnce(store), began=lambda: 0.0, behind=behind, patience=PATIENCE)  # type: ignore[arg-type]


def test_a_predicate_that_fails_says_nothing() -> None:
    """An entry for which it has no answer may be the one that must not come."""
    journal = journal_of(entry(1, size=3))

    with pytest.raises(MisusedStep) as refused:
        journal.expect_none("Bus", where=lambda one: one.body["sise"] == 3)

    assert (
        "Whether an entry is what must not come cannot be told: a comparison has failed.\n"
        "  expected: Bus, where <lambda>\n"
        "  failed: where: <lambda> raised KeyError('sise') for this entry\n"
        "  let it answer for every entry of the source"
    ) == str(refused.value)


def test_a_comparison_that_fails_says_nothing() -> None:
    """The same goes for an object with an ``==`` of its own."""

    class Failing:
        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: object) -> bool:
            raise RuntimeError("no answer")

    journal = journal_of(entry(1, size=3))

    with pytest.raises(MisusedStep, match="cannot be told"):
        journal.expect_none("Bus", detail={"size": Failing()})


def test_what_has_gone_cannot_be_excluded() -> None:
    """The journal was full, and the one that must not come may have been among the oldest."""
    journal = journal_of(*(entry(number) for number in range(15)), most=10)

    with pytest.raises(StageError) as refused:
        journal.expect_none("Bus", detail={"size": 3})

    assert (
        "The journal was full, so nothing can be said of what has not come.\n"
        "  entries that have gone: 5\n"
        "  publish less in one test, or look sooner"
    ) == str(refused.value)


def test_what_a_function_may_have_taken_cannot_be_excluded() -> None:
    """A queue with a consumer shows only what it has not taken yet."""
    journal = journal_of()
    journal._taps.opened["Jobs"] = Consumed()  # type: ignore[assignment,index]  # noqa: SLF001 - the double's own

    with pytest.raises(MisusedStep) as refused:
        journal.expect_none("Jobs")

    assert (
        "What has not come to the queue 'Jobs' cannot be told: a function reads it.\n"
        "  look at what the function does with it, or at what sends to the queue"
    ) == str(refused.value)


@pytest.mark.parametrize(
    "wanted",
    [
        {"detail": {"id": 1}},
        {"detail_type": "placed"},
        {"pattern": {"source": ["shop", "kitchen"]}},
        {"pattern": {"detail": {"source": ["shop"]}}},
        {"pattern": {"detail-type": [{"prefix": "order"}]}},
        {"detail_type": ANY, "where": bool},
    ],
)
def test_what_no_rule_admits_cannot_be_excluded(wanted: dict[str, Any]) -> None:
    """A bus that is heard through the stack's own rules shows what they admit, and nothing else."""
    journal = journal_of(entry(1, id=1, source="shop"))
    journal._taps.opened["Bus"] = Narrow()  # type: ignore[assignment,index]  # noqa: SLF001 - the double's own

    with pytest.raises(MisusedStep) as refused:
        journal.expect_none("Bus", **wanted)

    assert str(refused.value) == (
        "What has not come to the bus 'Bus' cannot be told: the rule 'A' admits only some, and the rule 'B' admits "
        "only others.\n"
        '  say that this is what you mean: pattern={"source": ["shop"]}\n'
        "  or have all of it heard: without test_queue in pyproject.toml the harness taps it itself"
    )


def test_no_more_than_that_many_cannot_be_told_either() -> None:
    """One has come; whether a second one has is not known."""
    journal = journal_of(entry(1, id=1))
    journal._taps.opened["Bus"] = Narrow()  # type: ignore[assignment,index]  # noqa: SLF001 - the double's own

    with pytest.raises(MisusedStep, match="cannot be told"):
        journal.expect("Bus", detail={"id": 1}, times=1)


@pytest.mark.parametrize(
    "wanted",
    [
        {"pattern": {"source": ["shop"]}},
        {"pattern": {"source": ["shop"], "detail": {"id": [1]}}, "detail_type": "placed"},
        {"detail_type": "billed"},
        {"pattern": {"detail-type": [{"prefix": "order_"}]}},
    ],
)
def test_what_a_rule_admits_can_be_excluded(wanted: dict[str, Any]) -> None:
    """The test says that it means no more than that."""
    journal = journal_of(entry(1, id=2))
    journal._taps.opened["Bus"] = Narrow()  # type: ignore[assignment,index]  # noqa: SLF001 - the double's own

    journal.expect_none("Bus", **wanted)


def test_no_order_is_told_of_a_table() -> None:
    """Its stream says when to the second only."""
    journal = journal_of()

    with pytest.raises(MisusedStep) as refused:
        journal.in_order(expectation("Bus"), expectation("Table"))

    assert (
        "No order can be told of the table 'Table': its stream tells the time to the second only.\n"
        "  expect its entries one by one"
    ) == str(refused.value)


def test_a_wish_without_a_source_is_refused() -> None:
    """Entries of all sources come without a wish only."""
    journal = journal_of(entry(1))

    with pytest.raises(MisusedStep) as refused:
        journal.entries(detail_type="placed")

    assert ('detail_type is wanted of entries, but no source is named.\n  name one: journal.entries("…", …)') == str(
        refused.value
    )


def test_local_functions_take_their_time() -> None:
    """What a function takes, with a debugger in it or without, is none of a look's own time."""
    due = [0.2, 0.2, 0.2]

    def deliver() -> int:
        if not due:
            return 0
        time.sleep(due.pop())
        return 1

    journal = journal_of(behind=Behind(deliver=deliver))

    journal.expect_none("Bus")

    assert not due


def test_a_missing_order_tells_what_a_missing_entry_tells() -> None:
    """What is not tapped, and what whoever reads it must know."""
    journal = journal_of(entry(1), behind=Behind(note="deployed functions take part"))

    with pytest.raises(NeverHappened, match="note: deployed functions take part"):
        journal.in_order(expectation("Bus", detail={"size": 1}), expectation("Bus", detail={"size": 2}))


def test_a_missing_order_tells_why_the_first_that_is_missing_may_not_have_come() -> None:
    """The reasons and the logs around its source, and what took no notice of what came."""
    behind = Behind(
        reasons=lambda source: [f"nothing leads to {source}"],
        asleep=lambda source, entries: [f"no rule matched for {source}: {len(entries)}"],
        logs=lambda source, _since: {"Notify": [f"about {source}"]},
    )
    journal = journal_of(entry(1, size=1), behind=behind)

    with pytest.raises(NeverHappened) as failed:
        journal.in_order(expectation("Bus", detail={"size": 1}), expectation("Jobs", body={"size": 1}))

    told = str(failed.value).splitlines()
    assert "  likely reason: nothing leads to Jobs" in told
    assert "  note: no rule matched for Jobs: 1" in told
    assert "    about Jobs" in told
