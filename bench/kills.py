"""Runs that are killed at random moments, and what is left then and after one sweep: ``python bench/kills.py``.

What is left is counted by listing the cloud and the machine's processes, never by asking the ledger.
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
# Without a ledger a thing goes when it is older than its time to live: the sweep is that of the next day.
_NEXT_DAY = """
import time
from pathlib import Path
from harness.settings import read_settings
from harness.sweep import Asked, Sweep

settings = read_settings(Path.cwd(), given={"stage": "dev"})
one = Sweep(settings, asked=Asked(stage="dev"), tell=print, clock=lambda: time.time() + 25 * 3600)
failed = one.carry_out(one.plan()).failed
raise SystemExit(f"could not be taken away: {failed}" if failed else 0)
"""
# So long an embedded cloud that hangs on a killed process may take to end.
_DYING = 10.0


@dataclass(kw_only=True)
class Figures:
    """What came of many runs that were killed.

    Args:
        moments: When each was killed, in seconds from its start; those that had ended by then are not among them.
        ended: How many had ended before.
        left: What was left before the sweep, by kind.
        remaining: What was left after it, by kind.
        destroyed: What had been there before the runs and was not after the sweep, by kind.
        seconds: How long the sweep took.
    """

    moments: list[float] = field(default_factory=list)
    ended: int = 0
    left: Mapping[str, int] = field(default_factory=dict)
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
        "no-ledger": "The same, with the ledger deleted before the sweep of the next day",
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
        python("-c", *((_HARNESS, "sweep", "--stage=dev") if keeps_ledger else (_NEXT_DAY,)), cwd=root, **settings)
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

    def counted() -> dict[str, int]:
        found = {
            "processes": len(list(_processes(root))),
            "folders": len(list((root / ".harness/clouds").glob("*"))),
        }
        return {kind: number for kind, number in found.items() if number}

    figures = _killed(root, kills=kills, chance=chance, settings={})
    _wait(lambda: not counted())
    figures.left = counted()
    began = time.perf_counter()
    python("-c", _HARNESS, "sweep", cwd=root)
    figures.seconds = time.perf_counter() - began
    figures.remaining = counted()
    return figures


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


def _killed(root: Path, *options: str, kills: int, chance: random.Random, settings: Mapping[str, str]) -> Figures:
    """Kill so many runs, one after the other, all processes of each at a moment of its life; some end before theirs."""
    usual = _lifetime(root, *options, settings=settings)
    figures = Figures()
    while len(figures.moments) < kills and figures.ended < 2 * kills:
        moment = chance.uniform(0.0, usual)
        run = _started(root, *options, settings=settings)
        time.sleep(moment)
        if run.poll() is None:
            figures.moments.append(moment)
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
