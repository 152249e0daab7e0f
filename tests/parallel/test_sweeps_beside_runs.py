"""Two whole runs against one stage while a third process sweeps it: neither loses anything."""

from __future__ import annotations

import sysconfig
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.faults.projects import LINUX, Run
from tests.parallel.conftest import Shared
from tests.parallel.leftovers import Leftovers, left_in

pytestmark = LINUX

TESTS_FAR_AWAY = 11


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What came of the two runs, of the sweeps beside them, and what was left after all."""

    runs: list[Run]
    sweeps: list[Run]
    left: Leftovers


def sweep(shared: Shared) -> Run:
    command = (str(Path(sysconfig.get_path("scripts"), "harness")), "sweep", "--stage=dev", "--all")
    copy = replace(shared.copy, called="sweep")
    return copy.finished(copy.start(*command))


@pytest.fixture(scope="module")
def swept(far_away: Shared) -> Swept:
    """A run in mode handler beside one in mode http, and sweeps, one after the other until both have ended."""
    sweeps: list[Run] = []
    with ThreadPoolExecutor(1) as beside:
        both = beside.submit(far_away.beside_each_other, "handler", "http")
        while not both.done():
            sweeps.append(sweep(far_away))
            # So that two cores have time for the runs.
            time.sleep(0.5)
    return Swept(runs=both.result(), sweeps=sweeps, left=left_in(far_away.cloud))


def test_both_runs_pass(swept: Swept) -> None:
    """Nothing of what they have created goes before they take it away."""
    for run in swept.runs:
        assert run.code == 0, run.output
        assert len(run.outcomes) == TESTS_FAR_AWAY


def test_every_sweep_ends_well_and_leaves_alone_what_lives(swept: Swept) -> None:
    """They did meet things of the runs, or this would show nothing."""
    for one in swept.sweeps:
        assert one.code == 0, one.output
    assert any(": the run is alive\n" in one.output for one in swept.sweeps)


def test_nothing_is_left(swept: Swept) -> None:
    """Each run has taken away its own, the items that both have brought too."""
    assert (swept.left.taps, swept.left.users, swept.left.items) == ([], [], 0)
