"""What is written down is read again, in the order in which it is taken away."""

from __future__ import annotations

import stat
from pathlib import Path

from harness.ledger import ORDER, Kind, Ledger, Thing, books, read

from .things import RUN, thing


def test_what_is_created_is_left_until_it_is_removed(tmp_path: Path) -> None:
    """With when that was, and why it could not be."""
    ledger, queue, rule = Ledger(tmp_path, run=RUN), thing(), thing("rule", "r", "bus")
    ledger.creating(queue)
    ledger.creating(rule)
    ledger.removed(queue)
    ledger.failed(rule, why="it is late")

    (left,) = read(ledger.path).left

    assert (rule, "it is late", 1.7e9 < left.since < 4e9) == (left.thing, left.why, True)
    ledger.close()


def test_what_is_created_again_has_not_failed(tmp_path: Path) -> None:
    """What was before does not count."""
    ledger, queue = Ledger(tmp_path, run=RUN), thing()
    ledger.creating(queue)
    ledger.failed(queue, why="it is late")
    ledger.creating(queue)

    assert [""] == [one.why for one in ledger.left]
    ledger.close()


def test_what_was_removed_has_not_failed(tmp_path: Path) -> None:
    """Somebody else has tried in vain, later than it went."""
    ledger, queue = Ledger(tmp_path, run=RUN), thing()
    ledger.creating(queue)
    ledger.removed(queue)
    ledger.failed(queue, why="it is late")

    assert () == ledger.left
    ledger.close()


def test_it_is_left_in_the_order_in_which_it_goes(tmp_path: Path) -> None:
    """Kind after kind, whatever leads into a queue before the queue; of a kind the latest first."""
    ledger = Ledger(tmp_path, run=RUN)
    for kind in sorted(ORDER):
        ledger.creating(thing(kind, "1", "there"), thing(kind, "2", "there"))

    left = [(one.thing.kind, one.thing.name) for one in ledger.left]

    assert [(kind, name) for kind in ORDER for name in ("2", "1")] == left
    into: list[Kind] = ["notification", "subscription", "rule", "queue"]
    assert into == [kind for kind in ORDER if kind in into]
    ledger.close()


def test_things_of_different_places_are_different_things(tmp_path: Path) -> None:
    """One goes, the other stays."""
    ledger = Ledger(tmp_path, run=RUN)
    here, there = thing(), Thing(kind="queue", name="q", account="123456789012", region="us-east-1")
    ledger.creating(here, there)
    ledger.removed(here)

    assert [("123456789012", "us-east-1", "")] == [one.thing.place for one in ledger.left]
    ledger.close()


def test_the_file_goes_with_the_last_thing(tmp_path: Path) -> None:
    """It stays as long as something is left, and another day it is opened again."""
    ledger, queue = Ledger(tmp_path, run=RUN), thing()
    seen = [ledger.path.exists()]
    ledger.creating(queue)
    ledger.close()
    seen.append(ledger.path.exists())
    ledger.removed(queue)
    ledger.close()
    ledger.close()
    seen.append(ledger.path.exists())

    assert [False, True, False] == seen


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """What is created in somebody's account is nobody else's business."""
    ledger = Ledger(tmp_path, run=RUN)
    ledger.creating(thing(embedded=False))

    modes = [stat.S_IMODE(path.stat().st_mode) for path in (ledger.path, ledger.path.parent, tmp_path / "alive" / RUN)]

    assert [0o600, 0o700, 0o600] == modes
    ledger.close()


def test_the_ledgers_of_a_project_are_found(tmp_path: Path) -> None:
    """Those of all runs, by their names; one that is not there is empty."""
    ledgers = [Ledger(tmp_path, run=run) for run in ("b", "a")]
    for ledger in ledgers:
        ledger.creating(thing())

    assert ["a", "b"] == [book.run for book in books(tmp_path)]
    assert ((), 0) == (read(tmp_path / "ledger" / "c.jsonl").left, read(tmp_path / "ledger" / "c.jsonl").unreadable)
    for ledger in ledgers:
        ledger.close()


def test_a_thing_is_told_in_words() -> None:
    """With where it is."""
    assert "rule 'r' of 'bus'" == str(thing("rule", "r", "bus"))
    assert "queue 'q'" == str(thing())
    assert "<Ledger 0f3a9c21>" == repr(Ledger(Path(), run=RUN))
