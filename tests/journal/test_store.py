"""The store: bounded, ordered, woken, whatever clocks and threads do."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from typing import Any

from harness.journal.entry import Entry
from harness.journal.store import Store


def entry(number: int, *, seen: float | None = None, sent: float | None = None, **more: Any) -> Entry:
    seen = float(number) if seen is None else seen
    given = {"kind": "bus", "source": "EventBus", "text": "{}", **more}
    return Entry(id=str(number), sent=seen if sent is None else sent, seen=seen, **given)


def filled(count: int, **bounds: Any) -> Store:
    store = Store(**bounds)
    store.add(entry(number) for number in range(count))
    return store


def test_entries_keep_the_order_in_which_they_came() -> None:
    """Positions count from the first of the run."""
    store = filled(3)

    assert ["1", "2"] == [one.id for one in store.since(1)]
    assert (3, []) == (store.position, store.since(3))


def test_what_comes_twice_is_dropped() -> None:
    """By its source and id; the same id of another source is something else."""
    store = filled(2)

    store.add([entry(1), entry(1, source="OtherBus")])

    assert (3, 1) == (store.position, store.duplicates)
    assert ["EventBus", "EventBus", "OtherBus"] == sorted(one.source for one in store.since(0))


def test_a_hundred_thousand_are_taken_in_a_moment() -> None:
    """Nothing in it grows with what is there already."""
    began = time.process_time()
    store = filled(100_000)
    for moment in range(0, 100_000, 10):
        assert moment == store.position_at(moment)

    assert time.process_time() - began < 5


def test_a_full_store_lets_go_of_the_oldest() -> None:
    """The latest stay, the positions too, and it is told how many are gone."""
    store = filled(100_000, most=1000)

    kept = store.since(0)

    assert 900 <= len(kept) <= 1000
    assert ("99999", 100_000, 100_000 - len(kept)) == (kept[-1].id, store.position, store.dropped)
    assert kept[5:] == store.since(store.dropped + 5)
    assert store.dropped + 5 == store.position_at(kept[5].seen)


def test_texts_are_bounded_as_well() -> None:
    """Few large entries after many small ones push these out, one large one itself."""
    store = filled(1000, most_bytes=10_000)

    store.add([entry(1000, text="x" * 9_900)])
    assert "1000" in [one.id for one in store.since(0)]
    assert sum(sys.getsizeof(one.text) for one in store.since(0)) <= 10_000

    store.add([entry(1001, text="x" * 20_000)])
    assert ([], 1002, 1002) == (store.since(0), store.position, store.dropped)


def test_texts_are_counted_in_bytes() -> None:
    """One emoji lets CPython hold four bytes for each character, so far fewer of them are kept."""
    store = filled(20, most_bytes=100_000)

    store.add(entry(20 + number, text="x" * 9_990 + "🙂") for number in range(20))

    assert ["38", "39"] == [one.id for one in store.since(0)]


def test_a_full_store_knows_ids_for_longer() -> None:
    """A duplicate may come when its entry has gone; not all ids are kept either."""
    store = filled(5000, most=1000)

    store.add([entry(3000)])
    store.add([entry(0)])

    assert (1, 5001) == (store.duplicates, store.position)


def test_who_looks_on_sees_each_entry_once_although_some_go() -> None:
    """A position that has gone leads to the oldest that is there, and the next one behind the last."""
    store = filled(10, most=10)
    found, position = store.after(2)
    store.add(entry(number) for number in range(10, 25))

    more, position = store.after(position)
    rest, _ = store.after(position)

    assert (8, [], 25) == (len(found), rest, position)
    assert sorted(int(one.id) for one in more) == list(range(store.dropped, 25))


def test_threads_add_at_the_same_time() -> None:
    """Nothing is lost and nothing counted twice."""
    store = Store()
    numbers = range(5000)

    def add(source: str) -> None:
        for number in numbers:
            store.add([entry(number, source=source), entry(number // 2, source="Shared")])

    threads = [threading.Thread(target=add, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    counts = Counter(one.source for one in store.since(0))
    assert {"0": 5000, "1": 5000, "2": 5000, "3": 5000, "Shared": 2500} == counts


def test_a_clock_that_is_set_back_hides_nothing() -> None:
    """The first entry that was seen at a moment or later is found, although those after it say they are older."""
    store = Store()
    store.add(entry(number, seen=seen) for number, seen in enumerate([10.0, 20.0, 5.0, 6.0, 30.0, 7.0]))

    positions = [store.position_at(moment) for moment in (0, 5.5, 10, 15, 25, 31)]

    assert [0, 0, 0, 1, 4, 6] == positions


def test_threads_that_add_a_little_late_hide_nothing() -> None:
    """What two readers saw may come in the other order: against a look at each single one."""
    seen = [number + (number * 7919 % 13) / 2 for number in range(2000)]
    store = Store()
    store.add(entry(number, seen=one) for number, one in enumerate(seen))

    for moment in range(2000):
        assert next(i for i, one in enumerate(seen) if one >= moment) == store.position_at(moment)


def test_what_has_gone_is_known_by_its_time() -> None:
    """Whoever asks for a moment whose entries have gone gets a position that is lost."""
    store = Store(most=10)
    store.add(entry(number, seen=float(number)) for number in range(15))

    assert store.has_lost(store.position_at(0.0))
    assert not store.has_lost(store.position_at(14.0))


def test_who_waits_is_woken_by_an_entry() -> None:
    """At once, not when the time is over."""
    store = Store()
    threading.Timer(0.05, store.add, [[entry(1)]]).start()
    began = time.monotonic()

    store.wait(0, timeout=10)

    assert time.monotonic() - began < 5
    assert 1 == store.position


def test_who_waits_for_what_is_there_does_not_wait() -> None:
    """It came between a look and the waiting."""
    store = filled(1)
    began = time.monotonic()

    store.wait(0, timeout=10)

    assert time.monotonic() - began < 5


def test_who_waits_may_be_woken_by_something_else() -> None:
    """A sentinel that has come back is no entry."""
    store = Store()
    threading.Timer(0.05, store.wake).start()
    began = time.monotonic()

    store.wait(0, timeout=10)

    assert time.monotonic() - began < 5


def test_a_duplicate_wakes_nobody() -> None:
    """There is nothing new to look at."""
    store = filled(1)
    threading.Timer(0.02, store.add, [[entry(0)]]).start()
    began = time.monotonic()

    store.wait(1, timeout=0.2)

    assert time.monotonic() - began > 0.15
