"""A run is alive as long as one of its processes is, however each of them ends."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from harness.ledger import Ledger, books, is_alive
from harness.ledger.alive import Life

from .things import RUN, process, thing

LIVES = """
ledger.creating(thing(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
"""


def test_a_process_that_is_killed_is_not_alive(tmp_path: Path) -> None:
    """SIGKILL: the kernel frees its lock, and the ledger tells what it has left."""
    with process(LIVES, tmp_path, "q") as living:
        before = is_alive(tmp_path, run=RUN)
        living.kill()
        living.wait()

        (book,) = books(tmp_path)

    assert (True, False, ["q"]) == (before, book.is_alive, [one.thing.name for one in book.left])


def test_a_run_lives_as_long_as_one_of_its_processes(tmp_path: Path) -> None:
    """One of two is killed, and then the other."""
    with process(LIVES, tmp_path, "one") as one, process(LIVES, tmp_path, "two") as two:
        seen = []
        for ending in (one, two):
            ending.kill()
            ending.wait()
            seen.append(is_alive(tmp_path, run=RUN))

    assert [True, False] == seen


def test_who_deletes_the_ledger_declares_nobody_dead(tmp_path: Path) -> None:
    """It is another file that is locked."""
    with process(LIVES, tmp_path, "q"):
        (tmp_path / "ledger" / f"{RUN}.jsonl").unlink()

        assert is_alive(tmp_path, run=RUN)


def test_a_run_that_nobody_knows_is_not_alive(tmp_path: Path) -> None:
    """Nor does asking make anything."""
    assert not is_alive(tmp_path, run=RUN)
    assert [] == list(tmp_path.iterdir())


def test_a_run_that_has_closed_is_not_alive(tmp_path: Path) -> None:
    """Although its process goes on, and its ledger tells what is left."""
    ledger = Ledger(tmp_path, run=RUN)
    ledger.creating(thing())
    before = is_alive(tmp_path, run=RUN)

    ledger.close()

    assert (True, False, [RUN]) == (before, is_alive(tmp_path, run=RUN), [book.run for book in books(tmp_path)])


def test_whoever_comes_while_the_last_one_leaves_is_alive(tmp_path: Path) -> None:
    """It does not hold a lock on a file that is gone."""
    coming: list[Life] = []
    thread = threading.Thread(target=lambda: coming.append(Life(tmp_path, run=RUN)))

    def last() -> None:
        thread.start()
        time.sleep(0.2)  # Until it waits for the lock.

    Life(tmp_path, run=RUN).close(last=last)
    thread.join()

    assert is_alive(tmp_path, run=RUN)
    coming[0].close()


def test_only_the_last_one_tidies_up(tmp_path: Path) -> None:
    """Of two, the second."""
    one, two = Life(tmp_path, run=RUN), Life(tmp_path, run=RUN)
    tidied: list[str] = []

    one.close(last=lambda: tidied.append("one"))
    two.close(last=lambda: tidied.append("two"))

    assert (["two"], []) == (tidied, list((tmp_path / "alive").iterdir()))
