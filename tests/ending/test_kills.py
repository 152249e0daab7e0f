"""Runs of Big Mouth that are killed at random moments, by the benchmark that kills fifty of each kind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

import pytest

from tests.ending.conftest import LONG, Ending
from tests.faults.projects import LINUX, REPOSITORY

pytestmark = LINUX


@pytest.mark.parametrize("kind", ["ledger", "no-ledger", "embedded"])
def test_one_sweep_takes_away_what_killed_runs_have_left(kind: str) -> None:
    """Counted by listing the cloud; all modes, two workers, five moments. Embedded clouds end before the sweep."""
    command = [sys.executable, str(REPOSITORY / "bench/kills.py"), "--kills=5", f"--only={kind}", "--seed=6"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "left by them       0\n" not in done.stdout
    assert "left after it      0\n" in done.stdout


def test_the_plain_command_sweeps_at_once_what_no_ledger_tells_of(ending: Ending) -> None:
    """Taps, users and items too: the run's sign of life says that it ran here, and what was there before is held."""
    run = ending.start(LONG)
    ending.begun()
    os.killpg(run.pid, signal.SIGKILL)
    ending.finished(run)
    left = ending.left()
    shutil.rmtree(ending.folder / ".harness/ledger")

    ending.harness("sweep", "--stage", "dev")

    assert {"user": 1, "items": 1}.items() <= left.items()
    assert {} == ending.left()
