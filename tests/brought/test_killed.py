"""What a process leaves that is really killed: found by its ledger, taken away, restored."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from harness import data
from harness.cloud import embedded
from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.taking import take_away
from harness.held import Abandoned, find_abandoned
from harness.ledger import books
from harness.sweep.holding import forget_gone

from .conftest import REGION, new_table, rows, users

HOLDS = """
import sys
from contextlib import ExitStack
from pathlib import Path
from harness import data, parameters
from harness.cloud.account import embedded_cloud
from harness.people import signed_in_user

endpoint, folder, table, pool, client, key = sys.argv[1:]
cloud = embedded_cloud(endpoint, folder=Path(folder), region="us-east-1")
with ExitStack() as held:
    if table:
        held.enter_context(data.items(cloud, table=table, items=[{"id": "a", "new": True}, {"id": "b"}]))
    if key:
        held.enter_context(parameters.secret_parameter(cloud, name="/killed/secret", value="s3cret", key=key))
    if pool:
        held.enter_context(signed_in_user(cloud, pool=pool, client=client))
    print("holds", flush=True)
    sys.stdin.read()
"""


def killed(cloud: Cloud, *, table: str = "", pool: str = "", client: str = "", key: str = "") -> None:
    """Let a process bring things and kill it."""
    told = [str(cloud.endpoint), str(cloud.folder), table, pool, client, key]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLDS, *told], text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "holds\n"
        process.kill()


def restore(cloud: Cloud) -> list[Abandoned]:
    """Restore what nobody holds any more, as a sweep does, and give what that was."""
    return [one for one in find_abandoned(cloud.folder) if take_away(one.thing, cloud=cloud)]


def secret(cloud: Cloud) -> list[str]:
    found = cloud.client("ssm").get_parameters(Names=["/killed/secret"], WithDecryption=True)["Parameters"]
    return [one["Value"] for one in found]


def test_all_of_it_is_in_the_ledger_and_goes_by_it(here: Cloud, table: str, pool: str, client: str, key: str) -> None:
    """Counted in the cloud, not in the ledger."""
    here.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "a"}, "old": {"BOOL": True}})
    killed(here, table=table, pool=pool, client=client, key=key)
    there = (set(rows(here, table)), len(users(here, pool)), secret(here))
    (book,) = books(here.folder)

    gone = [take_away(one.thing, cloud=here) for one in book.left]

    assert ({"a", "b"}, 1, ["s3cret"]) == there
    assert (False, [True] * 3) == (book.is_alive, gone)
    assert ({"a": {"id": "a", "old": True}}, [], []) == (rows(here, table), users(here, pool), secret(here))


def test_what_was_held_is_restored_without_its_ledger(here: Cloud, table: str, key: str) -> None:
    """What was there before is on disk, and beside it where it belongs."""
    here.client("ssm").put_parameter(Name="/killed/secret", Value="before", Type="SecureString")
    killed(here, table=table, key=key)
    for book in books(here.folder):
        book.path.unlink()

    restored = restore(here)

    assert {("items", table, 2), ("parameter", "/killed/secret", 1)} == {
        (one.thing.kind, one.thing.name, one.count) for one in restored
    }
    assert ({}, ["before"]) == (rows(here, table), secret(here))
    here.client("ssm").delete_parameter(Name="/killed/secret")


def test_once_is_enough(here: Cloud, table: str) -> None:
    """The second time there is nothing to restore."""
    killed(here, table=table)
    restore(here)

    assert [] == restore(here)


def test_two_at_the_same_time_do_no_harm(here: Cloud, table: str) -> None:
    """One waits for the other, and finds nothing to do."""
    here.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "a"}, "old": {"BOOL": True}})
    killed(here, table=table)
    both = [threading.Thread(target=restore, args=[here]) for _ in range(2)]

    for one in both:
        one.start()
    for one in both:
        one.join()

    assert {"a": {"id": "a", "old": True}} == rows(here, table)
    assert [] == find_abandoned(here.folder)


def test_what_somebody_holds_stays(here: Cloud, table: str) -> None:
    """Only what the killed one alone had brought is taken away."""
    with data.items(here, table=table, items=[{"id": "a"}]):
        killed(here, table=table)
        restore(here)

        assert {"a"} == set(rows(here, table))


def test_what_was_in_a_table_that_has_gone_is_forgotten(here: Cloud, table: str) -> None:
    """There is nothing to restore."""
    killed(here, table=table)
    here.client("dynamodb").delete_table(TableName=table)

    (forgotten,) = restore(here)

    assert table == forgotten.thing.name
    assert [] == find_abandoned(here.folder)


def test_a_table_that_was_made_anew_is_another_one(here: Cloud, table: str) -> None:
    """What is in it was never ours."""
    killed(here, table=table)
    here.client("dynamodb").delete_table(TableName=table)
    time.sleep(0.01)
    new_table(here, table)
    here.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "a"}})

    restore(here)

    assert {"a"} == set(rows(here, table))
    assert [] == find_abandoned(here.folder)


def test_what_was_in_a_cloud_that_has_gone_is_forgotten(tmp_path: Path) -> None:
    """An embedded one keeps everything in memory; nobody is asked where it was."""
    running = embedded.start(tmp_path, region=REGION)
    cloud = embedded_cloud(running.endpoint, folder=tmp_path, region=REGION)
    new_table(cloud, "gone")
    killed(cloud, table="gone")

    embedded.stop(running)
    (before,) = find_abandoned(tmp_path)
    forget_gone(tmp_path)

    assert "gone" == before.thing.name
    assert [] == find_abandoned(tmp_path)


def test_a_ledger_knows_how_what_is_held_is_taken_away(here: Cloud, table: str) -> None:
    """What cannot be reached stays in it, with the reason."""
    killed(here, table=table)
    (book,) = books(here.folder)
    elsewhere = embedded_cloud("http://127.0.0.1:9", folder=here.folder, region=REGION)

    assert not take_away(book.left[0].thing, cloud=elsewhere)
    assert {"a", "b"} == set(rows(here, table))


@pytest.fixture(autouse=True)
def _no_secret(cloud: Cloud) -> None:
    """What a test has left, that failed."""
    cloud.client("ssm").delete_parameters(Names=["/killed/secret"])
