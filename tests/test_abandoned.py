"""What killed processes have brought and nobody has put right."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pytest

from harness.cloud import embedded
from harness.cloud.account import Cloud, embedded_cloud
from harness.held import Abandoned, abandoned, digest_of, drop, find_abandoned, held, put_right
from harness.ledger import Thing

HOLDS = """
import sys
from pathlib import Path
from harness.cloud.account import embedded_cloud
from harness.held import held
from tests.test_abandoned import Things

endpoint, folder, names = sys.argv[1:]
cloud = embedded_cloud(endpoint, folder=Path(folder), region="us-east-1")
with held(cloud, names=names.split(","), store=Things(), bring=lambda: None):
    print("holds", flush=True)
    sys.stdin.read()
"""


class Things:
    """A store in which nothing was before."""

    kind: Literal["items"] = "items"
    name = "shop"
    identity = "the shop"

    def __init__(self) -> None:
        self.restored: list[str] = []

    def found(self, names: list[str]) -> Mapping[str, str]:
        return {}

    def restore(self, before: Mapping[str, str | None]) -> None:
        self.restored += before


@pytest.fixture
def here(running: embedded.Running, tmp_path: Path) -> Cloud:
    """The cloud for a project of its own."""
    return embedded_cloud(running.endpoint, folder=tmp_path, region="us-east-1")


def killed(cloud: Cloud, *, names: str = "a,b") -> None:
    """Let a process bring two things and kill it."""
    command = [sys.executable, "-c", HOLDS, str(cloud.endpoint), str(cloud.folder), names]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=Path(__file__).parent.parent, text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "holds\n"
        process.kill()


def test_nothing_is_abandoned_where_nothing_was_held(here: Cloud) -> None:
    """Nor after what was held was put right."""
    with held(here, names=["a"], store=Things(), bring=lambda: None):
        pass

    assert 0 == abandoned(here.folder, since=0.0)


def test_what_somebody_holds_is_not_abandoned(here: Cloud) -> None:
    """It is put right when the last one leaves."""
    with held(here, names=["a"], store=Things(), bring=lambda: None):
        found = abandoned(here.folder, since=0.0)

    assert 0 == found


def test_what_a_killed_process_held_is_abandoned(here: Cloud) -> None:
    """Each thing counts."""
    killed(here)

    assert 2 == abandoned(here.folder, since=time.time() - 60)


def test_what_was_held_earlier_is_not_of_this_run(here: Cloud) -> None:
    """A run that was killed last week may have left its own."""
    killed(here)

    assert 0 == abandoned(here.folder, since=time.time() + 60)


def test_what_went_with_its_cloud_is_not_abandoned(tmp_path: Path) -> None:
    """An embedded cloud keeps everything in memory."""
    running = embedded.start(tmp_path, region="us-east-1")
    killed(embedded_cloud(running.endpoint, folder=tmp_path, region="us-east-1"))
    before = abandoned(tmp_path, since=0.0)

    embedded.stop(running)

    assert (2, 0) == (before, abandoned(tmp_path, since=0.0))


def test_it_is_told_where_it_was_brought(here: Cloud) -> None:
    """By store, as the ledger has it."""
    began = time.time()
    killed(here)

    (found,) = find_abandoned(here.folder)

    thing = Thing(
        kind="items",
        name="shop",
        within=digest_of(Things()),
        account=here.account,
        region=here.region,
        endpoint=str(here.endpoint),
        embedded=True,
        stage="embedded",
    )
    assert found == Abandoned(thing=thing, count=2, since=found.since)
    assert began - 1 <= found.since <= time.time()


def test_of_a_store_only_what_nobody_holds_is_told(here: Cloud) -> None:
    """Another process may hold some of it."""
    with held(here, names=["b"], store=Things(), bring=lambda: None):
        killed(here, names="a,b,c")
        (found,) = find_abandoned(here.folder)

    assert 2 == found.count


def test_what_nobody_holds_is_put_right(here: Cloud) -> None:
    """Then nothing of it is kept."""
    killed(here)
    store = Things()

    put_right(here.folder, store=store)

    assert {"a", "b"} == set(store.restored)
    assert [] == list(here.folder.glob("held/*/*"))


def test_twice_is_harmless(here: Cloud) -> None:
    """The second one finds nothing."""
    killed(here)
    store = Things()
    put_right(here.folder, store=Things())

    put_right(here.folder, store=store)

    assert [] == store.restored


def test_what_was_there_before_can_be_forgotten(here: Cloud) -> None:
    """The store has gone, and there is nothing to restore."""
    killed(here)

    drop(here.folder, digest=digest_of(Things()))

    assert [] == list(here.folder.glob("held/*/*"))


def test_what_somebody_holds_is_not_forgotten(here: Cloud) -> None:
    """It is restored when that one leaves."""
    store = Things()
    with held(here, names=["a"], store=store, bring=lambda: None):
        drop(here.folder, digest=digest_of(store))

    assert ["a"] == store.restored


def test_half_a_file_of_a_killed_process_goes_with_the_rest(here: Cloud) -> None:
    """It may hold what is secret."""
    killed(here)
    (record,) = here.folder.glob("held/*/before")
    (record.parent / "tmp1234.part").write_bytes(b"s3cr")

    put_right(here.folder, store=Things())

    assert not record.parent.exists()


@pytest.mark.parametrize("told", [b"", b"[]", b'{"colour": "red"}'])
def test_a_store_that_cannot_be_read_is_left_alone(here: Cloud, told: bytes) -> None:
    """Nobody can tell where its things belong."""
    killed(here)
    (store,) = here.folder.glob("held/*/store")
    store.write_bytes(told)

    assert [] == find_abandoned(here.folder)
    assert store.exists()
