"""Runs that are killed at random moments, and what is left then and after one sweep: ``python bench/kills.py``.

What is left is counted by listing the cloud and the machine's processes, never by asking the ledger.

Embedded clouds end by themselves when the process is killed that has started them: what is left is counted at once
after each kill, how long it takes them to end is measured, and what the sweep finds then are ledgers.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from _census import Census, census, grown, lost
from _places import REGION, environment, project_of, python

from harness.cloud import embedded

_ACCOUNT = "000000000042"
_SUITE = ("-m", "pytest", "suites/bigmouth", "--mode=all", "-n", "2", "-q", "-p", "no:cacheprovider")
# What stands for AWS here is not completed: it has no validators, and addresses of AWS lead into AWS.
_LEFT_OUT = ("-k", "not (expired or without_a_theme or landing_page)")
_HARNESS = "import sys; from harness.cli import main; sys.exit(main())"
# So long an embedded cloud that hangs on a killed process may take to end.
_DYING = 10.0


@dataclass(kw_only=True)
class Figures:
    """What came of many runs that were killed.

    Args:
        moments: When each was killed, in seconds from its start; those that had ended by then are not among them.
        ended: How many had ended before.
        left: What was left by them, by kind.
        dying: The longest time, in seconds, that it took to go by itself after a kill; None where it does not.
        before: What of it was still there before the sweep, by kind; None where all of it was.
        remaining: What was left after it, by kind.
        destroyed: What had been there before the runs and was not after the sweep, by kind.
        seconds: How long the sweep took.
    """

    moments: list[float] = field(default_factory=list)
    ended: int = 0
    left: Mapping[str, int] = field(default_factory=dict)
    dying: float | None = None
    before: Mapping[str, int] | None = None
    remaining: Mapping[str, int] = field(default_factory=dict)
    destroyed: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Whether all is as it was before the runs."""
        return not self.remaining and not self.destroyed

    def lines(self, title: str) -> Iterator[str]:
        """Give them as text."""
        yield f"\n{title}"
        yield f"  kills              {len(self.moments)} ({self.ended} more runs had ended before their moment)"
        if len(self.moments) > 1:
            quarters = ", ".join(f"{moment:.1f}" for moment in quantiles(self.moments, n=4, method="inclusive"))
            least, most = min(self.moments), max(self.moments)
            yield f"  moments            {least:.1f} to {most:.1f} s, quartiles {quarters} s"
        yield f"  left by them       {_told(self.left)}"
        if self.dying is not None:
            yield f"  went by itself     in {self.dying:.1f} s at most: a cloud hangs on a pipe of what was killed"
        if self.before is not None:
            yield f"  left for the sweep {_told(self.before)}"
        yield f"  one sweep took     {self.seconds:.1f} s"
        yield f"  left after it      {_told(self.remaining)}"
        yield f"  destroyed by it    {_told(self.destroyed)}"


def _told(counts: Mapping[str, int]) -> str:
    numbers = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    return f"{sum(counts.values())} ({numbers})" if counts else "0"


def main() -> int:
    """Kill runs, sweep once, count; give 1 when anything is left or was destroyed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50, metavar="N", help="of each kind of run (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the moments (%(default)s)")
    parser.add_argument("--only", choices=("ledger", "no-ledger", "embedded"), help="one kind of run only")
    asked = parser.parse_args()
    titles = {
        "ledger": "A stage in another cloud, with the ledger",
        "no-ledger": "The same, with the ledgers deleted before the sweep",
        "embedded": "Embedded clouds, one for each worker",
    }
    clean = True
    with project_of("bigmouth") as root:
        for kind in [asked.only] if asked.only else titles:
            chance = random.Random(asked.seed)
            if kind == "embedded":
                figures = _embedded(root, kills=asked.kills, chance=chance)
            else:
                figures = _elsewhere(root, kills=asked.kills, chance=chance, keeps_ledger=kind == "ledger")
            print("\n".join(figures.lines(titles[kind])), flush=True)
            clean &= figures.is_clean
    return 0 if clean else 1


def _elsewhere(root: Path, *, kills: int, chance: random.Random, keeps_ledger: bool) -> Figures:
    """Kill runs against a stage in a cloud that the harness does not take for its own, as one in AWS."""
    with _cloud() as settings:
        python("-c", _HARNESS, "deploy", "--stage=dev", cwd=root, **settings)
        endpoint = settings["AWS_ENDPOINT_URL"]

        def counted() -> Census:
            return census(endpoint, region=REGION, account=_ACCOUNT)

        before = counted()
        figures = _killed(root, "--stage=dev", *_LEFT_OUT, kills=kills, chance=chance, settings=settings)
        figures.left = grown(before, counted())
        if not keeps_ledger:
            shutil.rmtree(root / ".harness/ledger", ignore_errors=True)
        began = time.perf_counter()
        # Also without ledgers: the runs' signs of life say that they ran here and have ended.
        python("-c", _HARNESS, "sweep", "--stage=dev", cwd=root, **settings)
        figures.seconds = time.perf_counter() - began
        after = counted()
        figures.remaining, figures.destroyed = grown(before, after), lost(before, after)
    return figures


@contextmanager
def _cloud() -> Iterator[dict[str, str]]:
    """Have a cloud, and give the settings with which it is tested as one tests in AWS."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        running = embedded.start(Path(folder), region=REGION)
        try:
            yield {
                "AWS_ENDPOINT_URL": running.endpoint,
                "AWS_ACCESS_KEY_ID": _ACCOUNT,
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_REGION": REGION,
                "AWS_EC2_METADATA_DISABLED": "true",
            }
        finally:
            embedded.stop(running)


def _embedded(root: Path, *, kills: int, chance: random.Random) -> Figures:
    """Kill runs whose workers have an embedded cloud each."""
    left: Counter[str] = Counter()
    dying = [0.0]

    def killed() -> None:
        left.update(_embedded_left(root))
        began = time.perf_counter()
        _wait(lambda: not _embedded_left(root))
        dying.append(time.perf_counter() - began)

    figures = _killed(root, kills=kills, chance=chance, settings={}, killed=killed)
    figures.left, figures.dying = left, max(dying)
    figures.before = _embedded_left(root) | _ledgers(root)
    began = time.perf_counter()
    python("-c", _HARNESS, "sweep", cwd=root)
    figures.seconds = time.perf_counter() - began
    figures.remaining = _embedded_left(root) | _ledgers(root)
    return figures


def _embedded_left(root: Path) -> dict[str, int]:
    """Count the processes and the folders of embedded clouds."""
    folders = len(list((root / ".harness/clouds").glob("*")))
    found = {"processes": len(list(_processes(root))), "folders": folders}
    return {kind: number for kind, number in found.items() if number}


def _ledgers(root: Path) -> dict[str, int]:
    """Count the files of ledgers."""
    number = len(list((root / ".harness/ledger").glob("*")))
    return {"ledgers": number} if number else {}


def _processes(root: Path) -> Iterator[int]:
    """Find the processes that work in the project, or whose command names it."""
    listed = subprocess.run(["/bin/ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        pid, _, command = line.strip().partition(" ")
        if str(root) in command:
            yield int(pid)


def _wait(is_over: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _DYING
    while not is_over() and time.monotonic() < deadline:
        time.sleep(0.1)


def _killed(
    root: Path,
    *options: str,
    kills: int,
    chance: random.Random,
    settings: Mapping[str, str],
    killed: Callable[[], None] = lambda: None,
) -> Figures:
    """Kill so many runs, one after the other, all processes of each at a moment of its life; some end before theirs.

    Args:
        root: The project.
        options: What else pytest is told.
        kills: How many.
        chance: Draws the moments.
        settings: What is set for the runs.
        killed: Is called at once after each kill.
    """
    usual = _lifetime(root, *options, settings=settings)
    figures = Figures()
    while len(figures.moments) < kills and figures.ended < 2 * kills:
        moment = chance.uniform(0.0, usual)
        run = _started(root, *options, settings=settings)
        time.sleep(moment)
        if run.poll() is None:
            figures.moments.append(moment)
            _kill(run)
            killed()
        else:
            figures.ended += 1
            _kill(run)
    return figures


def _lifetime(root: Path, *options: str, settings: Mapping[str, str]) -> float:
    """Give how many seconds a run lives that nobody kills; the first one builds what the others find."""

    def lived() -> float:
        began = time.perf_counter()
        _started(root, *options, settings=settings).wait()
        return time.perf_counter() - began

    lived()
    return lived()


def _started(root: Path, *options: str, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *_SUITE, *options],
        cwd=root,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _kill(run: subprocess.Popen[bytes]) -> None:
    """Kill controller and workers at once, and wait until the kernel has freed their locks."""
    try:
        os.killpg(run.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        run.wait()


if __name__ == "__main__":
    raise SystemExit(main())
