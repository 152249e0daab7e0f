"""Two whole runs against one stage at once, as on the machine of two people or of a CI server."""

from __future__ import annotations

import pytest

from harness.cloud.account import Cloud, embedded_cloud
from tests.faults.projects import LINUX, MODES, Run
from tests.parallel.conftest import Shared
from tests.parallel.leftovers import left_in

pytestmark = LINUX

TESTS, TESTS_FAR_AWAY = 15, 11


def assert_green(run: Run, *, modes: set[str], tests: int = TESTS) -> None:
    assert run.code == 0, run.output
    assert run.broken == {}
    assert len(run.outcomes) == tests * len(modes)
    assert {mode for _, mode in run.outcomes} == modes


def accounts(shared: Shared) -> list[Cloud]:
    """Give the account of the shared stage, and those that two runs lease for their muted stages."""
    return [
        embedded_cloud(shared.cloud.endpoint or "", folder=shared.cloud.folder, region="us-east-1", account=account)
        for account in ("000000000000", "000000000001", "000000000002")
    ]


@pytest.mark.parametrize("time", range(3))
def test_both_pass_in_every_mode(at_home: Shared, time: int) -> None:
    """They share the stage of invoke and http, and neither sees what the other's tests look for."""
    for run in at_home.beside_each_other("all", "all"):
        assert_green(run, modes=MODES)


@pytest.fixture(scope="module")
def local_and_remote(at_home: Shared) -> list[Run]:
    """A run in mode handler beside one in mode http."""
    return at_home.beside_each_other("handler", "http")


def test_one_in_handler_mode_stands_beside_one_in_http_mode(local_and_remote: list[Run]) -> None:
    """What local handlers publish does not reach the stage of the other, nor the other way round."""
    local, remote = local_and_remote

    assert_green(local, modes={"handler"})
    assert_green(remote, modes={"http"})


def test_they_leave_nothing(at_home: Shared, local_and_remote: list[Run]) -> None:
    """Neither rules, queues and subscriptions nor users and items; the stage is as `harness up` left it."""
    assert [0, 0] == [run.code for run in local_and_remote]

    for account in accounts(at_home):
        left = left_in(account)
        assert (left.taps, left.users, left.items) == ([], [], 0), account


def test_both_pass_at_a_stage_of_another_cloud(far_away: Shared) -> None:
    """There the runs share the one stage in all modes, and nothing of it is muted."""
    for run in far_away.beside_each_other("all", "all"):
        assert_green(run, modes=MODES, tests=TESTS_FAR_AWAY)

    left = left_in(far_away.cloud)
    assert (left.taps, left.users) == ([], [])
