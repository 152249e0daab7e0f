"""A ledger on a disk that takes no more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import LedgerNotWritten, StageError
from harness.ledger import Ledger, Thing, is_alive, read
from harness.ledger.reading import books

RUN = "0f3a9c21"
QUEUE = Thing(kind="queue", name="harness-tap-0f3a9c21-1", endpoint="http://127.0.0.1:9", embedded=True)


def full(folder: Path) -> Ledger:
    """Give a ledger whose disk is full: /dev/full takes no byte (https://man7.org/linux/man-pages/man4/full.4.html)."""
    (folder / "ledger").mkdir()
    (folder / "ledger" / f"{RUN}.jsonl").symlink_to("/dev/full")
    return Ledger(folder, run=RUN)


def test_a_full_disk_is_told_with_what_is_not_created(tmp_path: Path) -> None:
    """The whole message."""
    ledger = full(tmp_path)

    with pytest.raises(LedgerNotWritten) as caught:
        ledger.creating(QUEUE)

    assert str(caught.value) == (
        f"The ledger {str(ledger.path)!r} cannot be written: No space left on device.\n"
        "  so this is not created: queue 'harness-tap-0f3a9c21-1'\n"
        "  what is not in the ledger is found by nobody after a crash: make room, or let the project's folder be "
        "written to"
    )


def test_it_can_be_insisted_on_before_there_is_anything(tmp_path: Path) -> None:
    """Opening a file does not tell; writing to it does."""
    with pytest.raises(LedgerNotWritten, match="No space left on device"):
        full(tmp_path).insist()


def test_what_was_insisted_on_leaves_nothing(tmp_path: Path) -> None:
    """A run that creates nothing has no ledger."""
    ledger = Ledger(tmp_path, run=RUN)

    ledger.insist()
    ledger.close()

    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_ledger_that_is_no_file_is_none(tmp_path: Path) -> None:
    """A device would be read for ever."""
    full(tmp_path)
    (tmp_path / "ledger" / "11111111.jsonl").mkdir()

    assert [] == books(tmp_path)


@pytest.mark.parametrize("became", [Ledger.removed, Ledger.kept])
def test_what_goes_on_a_full_disk_is_not_told_as_left(tmp_path: Path, became: Callable[[Ledger, Thing], None]) -> None:
    """The removal cannot be written down, so this process keeps it in mind; nor can what stays on purpose."""
    ledger = Ledger(tmp_path, run=RUN)
    ledger.creating(QUEUE)
    book = ledger.path.read_bytes()
    ledger.close()
    ledger.path.unlink()
    ledger.path.symlink_to("/dev/full")
    became(ledger, QUEUE)
    ledger.path.unlink()
    ledger.path.write_bytes(book)

    assert [QUEUE] == [one.thing for one in read(ledger.path).left]
    assert () == ledger.left


def test_closing_removes_what_only_this_process_knows_to_have_gone(tmp_path: Path) -> None:
    """Removing a file needs no room."""
    ledger = full(tmp_path)
    ledger.removed(QUEUE)
    ledger.path.unlink()
    ledger.path.write_text("")

    ledger.close()

    assert [] == list((tmp_path / "ledger").iterdir())


def test_what_is_created_again_is_there_again(tmp_path: Path) -> None:
    """Somebody has made room."""
    ledger = full(tmp_path)
    ledger.removed(QUEUE)
    ledger.close()
    Ledger(tmp_path, run=RUN).creating(QUEUE)
    ledger.creating(QUEUE)

    assert [QUEUE] == [one.thing for one in ledger.left]


def test_closing_what_could_not_be_made_does_no_harm(tmp_path: Path) -> None:
    """There are files where folders should be."""
    (tmp_path / "ledger").touch()
    ledger = Ledger(tmp_path, run=RUN)
    with pytest.raises(LedgerNotWritten, match="Not a directory"):
        ledger.creating(QUEUE)

    ledger.close()

    assert [] == list((tmp_path / "alive").iterdir())


def test_a_run_without_a_place_to_be_alive_is_dead(tmp_path: Path) -> None:
    """Nobody can have said that it lives."""
    (tmp_path / "alive").touch()

    assert not is_alive(tmp_path, run=RUN)


def test_a_ledger_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    """A folder that a link leads round in cannot be read by root either; the whole message."""
    (tmp_path / "ledger").mkdir()
    path = tmp_path / "ledger" / f"{'x' * 300}.jsonl"

    with pytest.raises(StageError) as caught:
        read(path)

    assert str(caught.value) == (
        f"The ledger {str(path)!r} cannot be read: File name too long.\n"
        "  what it tells of may still be there: let it be read, or take it away as who has written it"
    )
