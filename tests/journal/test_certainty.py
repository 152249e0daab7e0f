"""A journal says that nothing came only when it knows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from harness.errors import MisusedStep, NeverHappened, StageError
from harness.journal.behind import Behind, Patience
from harness.journal.entry import Entry
from harness.journal.expectation import expectation
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

    partial = "a function reads it"


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
