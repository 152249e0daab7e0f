"""pytest as a child process, which ends in order when somebody asks for the end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from harness.cli.ending import Ending

__all__ = ["how_it_ended", "tested"]

_OFTEN = 0.1
_WORDS = {
    2: "it was interrupted, or tests could not be collected",
    3: "an error within pytest",
    4: "it was called wrongly, or the project is set up wrongly",
    6: "the environment must be put right",
}


def tested(arguments: Sequence[str], *, folder: Path, ending: Ending, patience: float = 60.0) -> int:
    """Run pytest and give its exit code; below zero it is the signal that ended it.

    It has a process group of its own, so that Ctrl-C reaches this process only, which hands it on once: a second one
    would interrupt pytest in its tidying up. What it prints goes to the terminal.

    Args:
        arguments: Those of pytest.
        folder: Where it works.
        ending: Says whether somebody has asked for the end.
        patience: How many seconds it then has to take away what it has created; after that it is killed.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments], cwd=folder, stdin=subprocess.DEVNULL, process_group=0
    )
    try:
        while not ending.asked and _runs(process):
            pass
        if ending.asked:
            process.terminate()
        deadline = time.monotonic() + patience
        while _runs(process) and time.monotonic() < deadline:
            pass
        return process.wait(0) if process.poll() is not None else -signal.SIGKILL
    finally:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _runs(process: subprocess.Popen[bytes]) -> bool:
    """Wait a little, and say whether it still runs."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_OFTEN)
    return process.poll() is None


def how_it_ended(code: int, *, broken: bool, reported: bool) -> str:
    """Give a sentence on how pytest ended, without a period; empty when it ended in order.

    Args:
        code: Its exit code; below zero it is a signal.
        broken: Whether a test of a stage failed, which explains the code 1.
        reported: Whether it has written its report.
    """
    if code < 0:
        return f"pytest was ended by {signal.Signals(-code).name}"
    if code == 1 and not broken:
        return "pytest ended with code 1, and no test of a stage is broken: what failed stands in its output"
    if code in (0, 1, 5):
        return "" if reported else "pytest has written no report"
    return f"pytest ended with code {code}" + (f": {_WORDS[code]}" if code in _WORDS else "")
