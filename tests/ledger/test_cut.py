"""A crash may cut the file off anywhere: what was finished is read, and nothing is invented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.ledger import Ledger, Thing, books, read

from .things import RUN, thing


@pytest.fixture
def whole(tmp_path: Path) -> tuple[Path, bytes]:
    """The file of a run that has created three things, taken one away, and failed with another."""
    ledger = Ledger(tmp_path, run=RUN)
    queue, rule, user = thing(), thing("rule", 'r "é\n', "bus"), thing("user", "ann", "pool")
    ledger.creating(queue)
    ledger.creating(rule, user)
    ledger.removed(user)
    ledger.failed(rule, why="it is late")
    return ledger.path, ledger.path.read_bytes()


def finished(text: bytes) -> dict[str, str]:
    """Give what is left after the lines that are whole, each with why, as a reader by hand would."""
    left: dict[str, str] = {}
    for line in text.split(b"\n"):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        (what,) = {"creating", "removed", "failed"} & record.keys()
        name = record[what]["name"]
        if what == "removed":
            del left[name]
        else:
            left[name] = record.get("why", "")
    return left


def test_it_is_read_when_it_is_cut_off_at_any_byte(whole: tuple[Path, bytes]) -> None:
    """Of two thousand cuts none loses or invents anything."""
    path, text = whole

    for cut in range(len(text) + 1):
        path.write_bytes(text[:cut])
        book = read(path)

        assert finished(text[:cut]) == {one.thing.name: one.why for one in book.left}
        assert book.unreadable in {0, 1}


def test_it_goes_on_wherever_it_was_cut_off(whole: tuple[Path, bytes]) -> None:
    """What another process of the run appends is read, whatever stands before it."""
    path, text = whole
    ledger, later = Ledger(path.parent.parent, run=RUN), thing(name="later")

    for cut in range(0, len(text) + 1, 7):
        path.write_bytes(text[:cut])
        ledger.creating(later)

        assert {**finished(text[:cut]), "later": ""} == {one.thing.name: one.why for one in read(path).left}


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"creating"',
        b"{}",
        b'{"creating": 1, "at": 1}',
        b'{"creating": {"kind": "queue"}, "at": 1}',
        b'{"creating": {"kind": "castle", "name": "q"}, "at": 1}',
        b'{"creating": {"kind": "queue", "name": ["q"]}, "at": 1}',
        b'{"creating": {"kind": "queue", "name": "q"}}',
        b'{"creating": {"kind": "queue", "name": "q"}, "at": "noon"}',
        b'{"creating": {"kind": "queue", "name": "q"}, "at": NaN}',
        b'{"creating": {"kind": "queue", "name": "q", "within": null}, "at": 1}',
        b'{"creating": {"kind": "queue", "name": "q", "stage": 5}, "at": 1}',
        b'{"creating": {"kind": "queue", "name": "q", "embedded": "yes"}, "at": 1}',
        b'{"creating": {"kind": "queue", "name": "q", "embedded": true}, "at": 1}',
        b'{"creating": {"kind": "queue", "name": "q", "embedded": true, "endpoint": null}, "at": 1}',
        b'{"creating": {"kind": "queue", "name": "q", "embedded": true, "endpoint": "here"}, "at": 1}',
        b'{"creating": {"kind": "queue", "name": "q", "embedded": true, "endpoint": "http://a:99999"}, "at": 1}',
        b'{"creating": {"kind": "cloud", "name": "15001", "within": "c"}, "at": 1}',
        b'{"creating":{"kind":"cloud","name":"x","within":"c","embedded":true,"endpoint":"http://a:1"},"at":1}',
        b'{"creating": {"kind": "cloud", "name": "1", "embedded": true, "endpoint": "http://a:1"}, "at": 1}',
    ],
)
def test_what_is_no_record_is_counted(whole: tuple[Path, bytes], line: bytes) -> None:
    """The rest is read."""
    path, text = whole
    path.write_bytes(line + b"\n" + text)

    book = read(path)

    assert (1, finished(text)) == (book.unreadable, {one.thing.name: one.why for one in book.left})


def test_what_a_later_version_tells_besides_is_left_out(tmp_path: Path) -> None:
    """An older one sweeps all the same."""
    path = tmp_path / "ledger" / f"{RUN}.jsonl"
    path.parent.mkdir()
    path.write_text('{"creating": {"kind": "queue", "name": "q", "colour": "red"}, "at": 5, "by": "me"}\n')

    (left,) = read(path).left

    assert (Thing(kind="queue", name="q"), 5.0, "") == (left.thing, left.since, left.why)


def test_a_line_of_a_later_version_keeps_the_file(tmp_path: Path) -> None:
    """It tells of something that the later version will find; all that this one understands has gone."""
    ledger = Ledger(tmp_path, run=RUN)
    ledger.creating(thing())
    with ledger.path.open("a") as file:
        file.write('\n{"creating": {"kind": "castle", "name": "c"}, "at": 1}\n')
    ledger.removed(thing())

    ledger.close()

    book = read(ledger.path)
    assert (True, (), 1, 1, False) == (ledger.path.exists(), book.left, book.unreadable, book.strange, book.is_done)


def test_what_nobody_can_read_keeps_the_file(tmp_path: Path) -> None:
    """A disk that has gone bad is not taken for a crash."""
    path = tmp_path / "ledger" / f"{RUN}.jsonl"
    path.parent.mkdir()
    path.write_bytes(b'\x8f\x00{]\n\xff{"creating\n')

    book = read(path)

    assert ((), 2, 2, False) == (book.left, book.unreadable, book.strange, book.is_done)


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    """Whatever it is called."""
    (tmp_path / "ledger" / f"{RUN}.jsonl").mkdir(parents=True)

    assert [] == books(tmp_path)


def test_a_line_that_was_cut_off_keeps_no_file(tmp_path: Path) -> None:
    """What it tells of was not created, also where the next line has ended it."""
    ledger = Ledger(tmp_path, run=RUN)
    ledger.creating(thing())
    with ledger.path.open("a") as file:
        file.write('\n{"creating": {"kind": "que')
    ledger.removed(thing())
    book = read(ledger.path)

    ledger.close()

    assert (1, 0, False) == (book.unreadable, book.strange, ledger.path.exists())
