"""A run is alive as long as one of its processes is, however each of them ends."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from harness.ledger import Ledger, books, is_alive
from harness.ledger.alive import Life, is_of_here, sign_of

from .things import BEGIN, RUN, process, thing

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


def test_a_run_was_here(tmp_path: Path) -> None:
    """While it is alive, when it was killed, and when it has ended in order."""
    seen = [is_of_here(tmp_path, run=RUN)]
    with process(LIVES, tmp_path, "q") as living:
        seen.append(is_of_here(tmp_path, run=RUN))
        living.kill()
        living.wait()
        seen.append(is_of_here(tmp_path, run=RUN))

    assert [True, True, True] == seen


def test_a_copy_does_not_say_that_a_run_has_ended(tmp_path: Path) -> None:
    """As a cache of CI brings it: the lock of the living is not seen from there."""
    with process(LIVES, tmp_path / "here", "q"):
        shutil.copytree(tmp_path / "here", tmp_path / "copy")

        [here], [copy] = books(tmp_path / "here"), books(tmp_path / "copy")

        assert (True, False) == (here.is_alive, copy.is_alive)
        assert (False, False) == (here.has_ended, copy.has_ended)


def test_writing_into_a_copied_ledger_does_not_say_that_the_run_was_here(tmp_path: Path) -> None:
    """The sign stays as it was copied, for as long as something is left."""
    sign = sign_of(tmp_path, run=RUN)
    sign.parent.mkdir()
    sign.write_text("another-boot 1 2\n")
    ledger = Ledger(tmp_path, run=RUN)
    ledger.creating(thing(), thing(name="r"))

    ledger.removed(thing())
    ledger.close()

    assert "another-boot 1 2\n" == sign.read_text()
    assert not is_of_here(tmp_path, run=RUN)


def test_a_sign_that_is_a_folder_says_nothing(tmp_path: Path) -> None:
    """No run has made it."""
    sign_of(tmp_path, run=RUN).mkdir(parents=True)

    assert not is_of_here(tmp_path, run=RUN)


OPENS = """
import os
flags = []
ledger.hold()
sys.addaudithook(lambda event, told: flags.append(told[2]) if event == "open" and "alive" in str(told[0]) else None)
from harness.ledger import is_alive
is_alive(Path(sys.argv[1]), run="0f3a9c21")
Ledger(Path(sys.argv[1]), run="0f3a9c22").hold()
print(sorted({flag & os.O_ACCMODE == os.O_RDWR for flag in flags}), flush=True)
sys.stdin.readline()
"""


def test_locks_are_taken_as_nfs_takes_them(tmp_path: Path) -> None:
    """A shared one by who may read, an exclusive one by who may write: flock(2). So files are opened for both."""
    program = BEGIN + OPENS
    outcome = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        input="\n", capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip

    assert "[True]\n" == outcome.stdout


def test_a_sign_that_cannot_be_opened_to_write_is_read(tmp_path: Path) -> None:
    """A program that runs can be written by nobody (ETXTBSY), as what is on a read-only disk."""
    sign = sign_of(tmp_path, run=RUN)
    sign.parent.mkdir()
    shutil.copy("/bin/sleep", sign)
    with subprocess.Popen([sign, "60"]) as runs:
        alive = is_alive(tmp_path, run=RUN)
        runs.kill()

    assert not alive
