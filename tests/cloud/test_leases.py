"""Leases of accounts, with processes that hold them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.cloud.leases import lease, leased

HOLDS = """
import sys
from pathlib import Path
from harness.cloud.leases import lease

held = lease(Path(sys.argv[1]), cloud="4566")
print(held.account, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[str], str]]]:
    """Starts processes that lease an account and hold it, and tells which."""
    started: list[subprocess.Popen[str]] = []

    def start() -> tuple[subprocess.Popen[str], str]:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        process = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], text=True, **pipes)  # type: ignore[call-overload]
        started.append(process)
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_the_first_lease_is_the_first_account(tmp_path: Path) -> None:
    """A lone run always finds the same one."""
    accounts = []
    for _ in range(2):
        held = lease(tmp_path, cloud="4566")
        accounts.append(held.account)
        held.close()

    assert accounts == ["000000000001", "000000000001"]


def test_no_account_is_leased_twice(tmp_path: Path, another: Callable[[], tuple[object, str]]) -> None:
    """Each of several processes has one of its own."""
    others = [another()[1] for _ in range(2)]

    mine = lease(tmp_path, cloud="4566")
    mine.close()

    assert [*others, mine.account] == ["000000000001", "000000000002", "000000000003"]


def test_a_process_that_was_killed_leases_nothing(
    tmp_path: Path, another: Callable[[], tuple[subprocess.Popen[str], str]]
) -> None:
    """The kernel frees what it held, so the lowest account is free again."""
    first, _ = another()
    another()

    first.kill()
    first.wait()
    mine = lease(tmp_path, cloud="4566")
    mine.close()

    assert mine.account == "000000000001"


def test_clouds_are_leased_apart(tmp_path: Path) -> None:
    """The first account of one cloud has nothing to do with that of another."""
    here, there = lease(tmp_path, cloud="4566"), lease(tmp_path, cloud="4567")

    assert here.account == there.account == "000000000001"
    here.close()
    there.close()


def test_a_second_lease_of_a_process_is_another_account(tmp_path: Path) -> None:
    """A lease belongs to whoever asked for it, also within one process."""
    first, second = lease(tmp_path, cloud="4566"), lease(tmp_path, cloud="4566")

    assert second.account == "000000000002"
    first.close()
    second.close()


def test_a_lease_is_closed_twice_without_harm(tmp_path: Path) -> None:
    """It shows that it is closed."""
    held = lease(tmp_path, cloud="4566")
    assert repr(held) == "<Lease 000000000001>"

    held.close()
    held.close()

    assert repr(held) == "<Lease 000000000001 closed>"


def test_accounts_that_were_leased_are_known(tmp_path: Path) -> None:
    """Those of this cloud, whether somebody still holds them or not."""
    held, other = lease(tmp_path, cloud="4566"), lease(tmp_path, cloud="9999")
    lease(tmp_path, cloud="4566").close()

    found = leased(tmp_path, cloud="4566")
    held.close()
    other.close()

    assert found == ["000000000001", "000000000002"]
    assert leased(tmp_path, cloud="1") == []
