"""One of two runs is killed, so that it can take nothing away: the other does not notice."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, replace

import pytest

from tests.faults.projects import LINUX, Copy, Run
from tests.parallel.conftest import Shared
from tests.parallel.leftovers import Leftovers, left_in

pytestmark = LINUX

# The run that is killed has brought its data and its customer by then, and its taps are open.
STUCK = """
import time
from pathlib import Path

def test_is_stuck(stage, customer):
    Path("stuck").touch()
    time.sleep(600)
"""


@dataclass(frozen=True, kw_only=True)
class Killed:
    """What came of the other run, what was left after both, and the next run with what was left after it.

    Args:
        in_the_middle: Whether the other was still running when the one was killed.
    """

    in_the_middle: bool
    other: Run
    left: Leftovers
    next: Run
    left_then: Leftovers


@pytest.fixture(scope="module")
def killed(at_home: Shared) -> Killed:
    """Two runs in mode http; one is killed while the other is at work; then another run in all modes."""
    folder = at_home.copy.folder
    (folder / "stuck").unlink(missing_ok=True)
    (folder / "suites/bigmouth/test_stuck.py").write_text(STUCK)
    victim = replace(at_home.copy, called="victim").start_suite("-k", "is_stuck", mode="http")
    wait_for_the_middle(at_home.copy)
    process = at_home.copy.start_suite("-k", "not is_stuck", mode="http")
    time.sleep(1.5)
    os.kill(victim.pid, signal.SIGKILL)
    in_the_middle = process.poll() is None
    victim.communicate()
    other = at_home.copy.finished(process)
    (folder / "suites/bigmouth/test_stuck.py").unlink()
    left = left_in(at_home.cloud)
    following = at_home.copy.run_suite()
    return Killed(in_the_middle=in_the_middle, other=other, left=left, next=following, left_then=left_in(at_home.cloud))


def wait_for_the_middle(copy: Copy) -> None:
    deadline = time.monotonic() + 60
    while not (copy.folder / "stuck").exists():
        assert time.monotonic() < deadline, "the run has not come to its middle"
        time.sleep(0.05)


def test_the_other_run_passes(killed: Killed) -> None:
    """The restaurants stay until the last run that needs them ends."""
    assert killed.in_the_middle
    assert killed.other.code == 0, killed.other.output
    assert len(killed.other.outcomes) == 15


def test_the_data_of_the_killed_run_is_put_right_by_the_other(killed: Killed) -> None:
    """Who is dead holds nothing, so the other takes away what both have brought."""
    assert killed.left.items == 0


def test_the_next_run_passes_in_every_mode(killed: Killed) -> None:
    """What the killed run has left behind disturbs nobody."""
    assert killed.next.code == 0, killed.next.output
    assert len(killed.next.outcomes) == 45
    assert killed.left_then.items == 0


def test_what_the_killed_run_leaves_is_its_own_only(killed: Killed) -> None:
    """Its rule, its queue, its subscription and its customer; those of the other runs are gone."""
    left = killed.left_then

    assert [len(each) for each in (left.rules, left.queues, left.subscribed, left.users)] == [1, 1, 1, 1]


def test_what_is_left_of_taps_carries_the_tags_of_its_run(killed: Killed, at_home: Shared) -> None:
    """By these a sweep finds it: which run, which stage, and since when."""
    [queue], [rule] = killed.left_then.queues, killed.left_then.rules

    of_queue = at_home.cloud.client("sqs").list_queue_tags(QueueUrl=queue)["Tags"]
    of_rule = at_home.cloud.client("events").list_tags_for_resource(ResourceARN=rule)["Tags"]

    assert of_queue == {tag["Key"]: tag["Value"] for tag in of_rule}
    assert {"harness:run", "harness:stage", "harness:created"} <= of_queue.keys()
    assert f"harness-tap-{of_queue['harness:run']}-" in queue
