"""pytest as a child process, which ends in order when somebody asks for the end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from harness._files import in_words
from harness.cli.ending import Ending
from harness.cloud.processes import GATE
from harness.errors import MalformedReport
from harness.report.document import read
from harness.report.record import RunRecord
from harness.settings import Settings

__all__ = ["Ended", "pytest_ran", "tested"]

_OFTEN = 0.1
_WORDS = {
    2: "it was interrupted, or tests could not be collected",
    3: "an error within pytest",
    4: "it was called wrongly, or the project is set up wrongly",
    6: "the environment must be put right",
}


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How pytest ended.

    Args:
        code: Its exit code; below zero it is the signal that ended it.
        run: What it reported.
        reported: Whether it reported anything.
    """

    code: int
    run: RunRecord
    reported: bool = True

    @property
    def in_vain(self) -> bool:
        """Whether it was never at work, so that there is nothing to look at."""
        return self.code in (4, 6)

    @property
    def sentence(self) -> str:
        """How it ended if not in order, without a period; empty when it did."""
        if self.code < 0:
            return f"pytest was ended by {signal.Signals(-self.code).name}"
        if self.code == 1 and self.run.ended:
            return self.run.ended
        if self.code == 1 and not any(one.is_broken for one in self.run.tests):
            return "pytest ended with code 1, and no test that it tells of is broken: its output says what failed"
        if self.code in (0, 1, 5):
            return "" if self.reported else "pytest has written no report"
        return f"pytest ended with code {self.code}" + (f": {_WORDS[self.code]}" if self.code in _WORDS else "")


def tested(
    arguments: Sequence[str], *, settings: Settings, modes: Sequence[str], ending: Ending, report: Path | None
) -> Ended:
    """Run pytest in a project and give how it ended, with what it reported.

    Args:
        arguments: Those of pytest.
        settings: What is set.
        modes: The modes that are asked for.
        ending: Says whether somebody has asked for the end.
        report: The file in which the report is to be in the end, empty by now; None where nobody wants it.
    """
    began = time.time()
    with _place() as folder:
        report = (report or Path(folder) / "report.json").resolve()
        # The last one counts, should the caller ask for one, too.
        code = pytest_ran([*arguments, f"--report-json={report}"], folder=settings.root, ending=ending)
        # It is there from the start, and written in the end; whoever was killed may have written half of it.
        with contextlib.suppress(MalformedReport):
            return Ended(code=code, run=read(report))
    run = RunRecord(
        began=began,
        seconds=round(time.time() - began, 3),
        stage=settings.stage.value,
        cloud="embedded" if settings.embedded else "AWS",
        region=settings.region.value,
        modes=tuple(modes),
    )
    return Ended(code=code, run=run, reported=False)


def _place() -> TemporaryDirectory[str]:
    with in_words(Path("harness-gate")):
        return TemporaryDirectory(prefix="harness-gate-")


def pytest_ran(arguments: Sequence[str], *, folder: Path, ending: Ending, patience: float = 60.0) -> int:
    """Run pytest and give its exit code; below zero it is the signal that ended it.

    It has a process group of its own, so that Ctrl-C reaches this process only, which hands it on once: a second one
    would interrupt pytest in its tidying up. What it prints goes to the terminal. It hangs on a lifeline: when this
    process is killed, it takes away what it has created and ends.

    Args:
        arguments: Those of pytest.
        folder: Where it works.
        ending: Says whether somebody has asked for the end.
        patience: How many seconds it then has to take away what it has created; after that it is killed.
    """
    command = [sys.executable, "-m", "pytest", *arguments]
    near, far = os.pipe()
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | {GATE: str(near)},
            stdin=subprocess.DEVNULL,
            pass_fds=(near,),
            process_group=0,
        )
    finally:
        os.close(near)
    try:
        while not ending.asked and _runs(process):
            pass
        if ending.asked:
            process.terminate()
        deadline = time.monotonic() + patience
        while _runs(process) and time.monotonic() < deadline:
            pass
    finally:
        _kill(process)
        os.close(far)
    return process.returncode


def _runs(process: subprocess.Popen[bytes]) -> bool:
    """Wait a little, and say whether it still runs."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_OFTEN)
    return process.returncode is None


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill what still runs, and the workers that a process has left which was killed itself."""
    if process.returncode is None or process.returncode < 0:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
