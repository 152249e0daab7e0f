"""Test runs that are ended in the middle, while an order is being placed: nothing of them is left."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from .projects import FUNCTIONS, LINUX, Copy, Run

pytestmark = LINUX

ORDER = '    order = {"orderId": str(uuid4()), "restaurantName": restaurant}\n'
LASTS = '    __import__("pathlib").Path({begun!r}).touch()\n    __import__("time").sleep(2)\n'


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A run that was ended: its processes before, what came of it, its processes and clouds after."""

    before: list[str]
    run: Run
    after: list[str]
    clouds: list[Path]


@pytest.fixture(scope="module")
def copy(bigmouth: Callable[[], Copy]) -> Copy:
    """An order takes two seconds and leaves a mark when it begins."""
    copy = bigmouth()
    lasts = LASTS.format(begun=str(copy.folder / "begun"))
    copy.plant(f"{FUNCTIONS}/place_order.py", ORDER, lasts + ORDER)
    return copy


@pytest.fixture
def ended(copy: Copy) -> Callable[..., Ended]:
    """Starts a run, and ends it when the order has begun."""

    def ended_with(end: Callable[[int], None], *options: str, mode: str) -> Ended:
        begun = copy.folder / "begun"
        begun.unlink(missing_ok=True)
        process = copy.start_suite("-k", "answers_an_id", *options, mode=mode)
        deadline = time.monotonic() + 30
        while not begun.exists():
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.02)
        before = copy.processes()
        end(process.pid)
        run = copy.finished(process)
        after = copy.processes_after(3.0)
        return Ended(before=before, run=run, after=after, clouds=list((copy.folder / ".harness/clouds").iterdir()))

    return ended_with


def kill(run: int) -> None:
    """End one process so that it cannot see to anything."""
    os.kill(run, signal.SIGKILL)


def interrupt(run: int) -> None:
    """End a run as Ctrl-C does, which reaches every process of the terminal's foreground."""
    os.killpg(run, signal.SIGINT)


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["without workers", "with a worker"])
def test_a_killed_run_leaves_no_process(ended: Callable[..., Ended], workers: tuple[str, ...]) -> None:
    """Cloud and functions end with the run, though nobody was left to stop them; a worker ends after its test."""
    found = ended(kill, *workers, mode="invoke")

    assert [command for command in found.before if "harness.cloud.serve" in command]
    assert [command for command in found.before if "_worker.py" in command]
    assert found.run.code == -signal.SIGKILL
    assert found.after == []
    assert found.clouds == []


@pytest.mark.parametrize("where", ["handler", "invoke"])
def test_an_interrupted_run_leaves_no_process(ended: Callable[..., Ended], where: str) -> None:
    """Ctrl-C ends the run with pytest's own exit code, also in the middle of a handler in this process."""
    found = ended(interrupt, mode=where)

    assert [command for command in found.before if "harness.cloud.serve" in command]
    assert found.run.code == pytest.ExitCode.INTERRUPTED, found.run.output
    assert found.after == []
    assert found.clouds == []
