"""Processes of a run that are killed: the others take away what they have left, or the ledger knows it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.ending.conftest import LONG, Ending

CRASHES = """
import os, time
from pathlib import Path
import pytest

@pytest.mark.parametrize("number", range(2))
def test_crashes_once(stage, brought, number):
    if number == 0 and not Path("crashed").exists():
        Path("crashed").touch()
        os._exit(7)
"""
ALL_OF_ONE = {"queue": 1, "rule": 1, "subscription": 1, "user": 1, "items": 1}
ALL_OF_TWO = dict.fromkeys(ALL_OF_ONE, 2)
# In a ledger a store is one thing, however many items were brought to it.
KNOWN_OF_TWO = ALL_OF_TWO | {"items": 1}


def test_what_a_killed_run_leaves_is_known(ending: Ending) -> None:
    """Nothing is there of which the ledger does not tell."""
    run = ending.start(LONG)
    ending.begun()

    run.kill()
    ended = ending.finished(run)

    assert -signal.SIGKILL == ended.code
    assert (ALL_OF_ONE, ALL_OF_ONE) == (ending.left(), ending.known())


def test_the_next_run_says_what_is_left_and_a_sweep_takes_it_away(ending: Ending) -> None:
    """All processes were killed at once."""
    run = ending.start(LONG, "-n2")
    ending.begun(processes=2)
    os.killpg(run.pid, signal.SIGKILL)
    ending.finished(run)
    there, known = ending.left(), ending.known()

    following = ending.run("def test_it(): pass")
    ending.harness("sweep", "--stage", "dev")

    assert (ALL_OF_TWO, KNOWN_OF_TWO) == (there, known)
    assert f"harness: 9 things are left of 1 earlier run: {ending.sweep}\n" in following.output
    assert ({}, {}) == (ending.left(), ending.known())


def test_no_line_is_said_of_another_stage(ending: Ending) -> None:
    """What is left there is not this run's to mend."""
    run = ending.start(LONG)
    ending.begun()
    run.kill()
    ending.finished(run)

    elsewhere = ending.run("def test_it(): pass", "--stage=other")

    assert 0 == elsewhere.code
    assert "left of" not in elsewhere.output


def test_workers_end_by_themselves_when_the_controller_is_killed(ending: Ending) -> None:
    """They notice it, and tidy up."""
    run = ending.start(LONG, "-n2")
    ending.begun(processes=2)

    run.kill()
    run.wait()

    assert ({}, {}) == (ending.left_after(40), ending.known())


def test_the_controller_takes_away_what_killed_workers_have_left(ending: Ending) -> None:
    """The run goes on with new workers, whose tests pass."""
    run = ending.start(LONG, "-n2", "--max-worker-restart=2")
    first = ending.begun(processes=2)
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    (ending.folder / "go").touch()

    ended = ending.finished(run)

    assert pytest.ExitCode.TESTS_FAILED == ended.code
    assert "crashed" in ended.output
    assert "left behind" not in ended.output
    assert ({}, {}) == (ending.left(), ending.known())


def test_a_worker_that_ends_itself_is_made_up_for(ending: Ending) -> None:
    """A test calls `os._exit`, as a C library that aborts."""
    ended = ending.run(CRASHES, "-n1")
    (ending.folder / "crashed").unlink()

    assert pytest.ExitCode.TESTS_FAILED == ended.code
    assert "1 passed" in ended.output
    assert ({}, {}) == (ending.left(), ending.known())


def test_without_workers_what_is_left_is_known(ending: Ending) -> None:
    """Nobody is there any more when a test calls `os._exit`."""
    ended = ending.run(CRASHES)
    (ending.folder / "crashed").unlink()

    assert 7 == ended.code
    assert (ALL_OF_ONE, ALL_OF_ONE) == (ending.left(), ending.known())


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads the list of processes from /proc")
def test_embedded_clouds_go_with_their_workers(ending: Ending) -> None:
    """Each worker has one of its own; neither process nor folder stays, and what the ledgers tell is written off."""
    run = ending.start(LONG, "-n2", "--stage=embedded")
    ending.begun(processes=2)
    clouds = ending.folder / ".harness/clouds"
    there = len(list(clouds.iterdir()))

    os.killpg(run.pid, signal.SIGKILL)
    ending.finished(run)
    deadline = time.monotonic() + 10
    while list(clouds.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.1)

    assert 2 == there
    assert [] == list(clouds.iterdir())
    following = ending.run("def test_it(stage): pass", "--stage=embedded")
    assert {} == ending.known()
    assert "left of" not in following.output
