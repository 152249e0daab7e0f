"""Runs that pytest-xdist spreads over two processes."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from .projects import FUNCTIONS, LINUX, MODES, OF_REST_APIS, Copy, Run

pytestmark = LINUX

ORDER = '    order = {"orderId": str(uuid4()), "restaurantName": restaurant}\n'


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A run over two workers: what came of it, the clouds that were seen meanwhile, what was left of it."""

    run: Run
    clouds: set[str]
    left: list[str]


@pytest.fixture(scope="module")
def spread(bigmouth: Callable[[], Copy]) -> Spread:
    """The suite of bigmouth in every mode; PlaceOrder also reads a claim, from where a REST API puts it."""
    copy = bigmouth()
    copy.plant(f"{FUNCTIONS}/place_order.py", ORDER, f'    assert "@" in {OF_REST_APIS}["email"]\n{ORDER}')
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


def test_a_claim_read_from_the_right_path_passes_in_every_mode(spread: Spread) -> None:
    """The handler has asserted that the customer's address is there."""
    assert {spread.run.outcomes["order.answers_an_id", mode] for mode in MODES} == {"passed"}


def test_each_worker_has_one_cloud_of_its_own(spread: Spread) -> None:
    """Tests that run at the same time would take each other's data away; the controller, without tests, has none."""
    assert len(spread.clouds) == 2


def test_nothing_is_left_running(spread: Spread) -> None:
    """Workers, cloud and functions end with the run."""
    assert spread.left == []
