"""Runs that pytest-xdist spreads over two processes."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from .projects import LINUX, MODES, Copy, Run

pytestmark = LINUX


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A run over two workers: what came of it, the clouds that were seen meanwhile, what was left of it."""

    run: Run
    clouds: set[str]
    left: list[str]


@pytest.fixture(scope="module")
def spread(bigmouth: Callable[[], Copy]) -> Spread:
    """The suite of bigmouth as it is, in every mode."""
    copy = bigmouth()
    process = copy.start_suite("-n", "2", mode="all")
    clouds: set[str] = set()
    while process.poll() is None:
        clouds |= {found.name for found in (copy.folder / ".harness").glob("clouds/*")}
        time.sleep(0.05)
    return Spread(run=copy.finished(process), clouds=clouds, left=copy.processes_after(3.0))


def test_every_test_passes_in_every_mode(spread: Spread) -> None:
    """The whole suite ran, and nothing failed."""
    assert spread.run.code == 0, spread.run.output
    assert spread.run.broken == {}
    assert {mode for _, mode in spread.run.outcomes} == MODES


def test_both_workers_use_one_cloud(spread: Spread) -> None:
    """The controller starts it before the workers, and they are told where it is."""
    assert len(spread.clouds) == 1


def test_nothing_is_left_running(spread: Spread) -> None:
    """Workers, cloud and functions end with the run."""
    assert spread.left == []
