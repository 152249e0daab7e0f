"""What is on this machine: what was before in tables, the clouds of runs, and folders of clouds that have gone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.cloud import embedded
from harness.errors import UnreachableEndpoint
from tests.sweep.conftest import ROOT, Home

# A run that brings an item in the place of another one, and waits to be killed.
HOLDS = """
import signal, sys
from pathlib import Path
from harness.cloud.account import embedded_cloud
from harness.data import items
from harness.ledger import Ledger

folder, endpoint, run = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
cloud = embedded_cloud(endpoint, folder=folder, region="us-east-1", ledger=Ledger(folder, run=run))
with items(cloud, table="shop", items=[{"id": "a", "of": run}, {"id": "b"}]):
    print("ready", flush=True)
    signal.pause()
"""

# A run with a cloud of its own that goes on when the run is killed.
STARTS = """
import signal, sys
from pathlib import Path
import pytest

from harness.cloud import embedded
from harness.errors import UnreachableEndpoint
from harness.ledger import Ledger

folder = Path(sys.argv[1])
running = embedded.start(folder, region="us-east-1", outlives=True, ledger=Ledger(folder, run=sys.argv[3]))
print("ready", running.port, flush=True)
signal.pause()
"""

RUN = "0f3a9c21"


def started(home: Home, script: str) -> subprocess.Popen[str]:
    """Start a run and wait until it has come to its middle."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(home.folder), home.running.endpoint, RUN],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    home.runs.append(process)
    return process


def shop(home: Home) -> None:
    """Create a table with one item."""
    dynamodb = home.client("dynamodb")
    dynamodb.create_table(
        TableName="shop",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="shop", Item={"id": {"S": "a"}, "of": {"S": "the shop"}})


def in_shop(home: Home) -> list[dict[str, dict[str, str]]]:
    """Give what is in the table."""
    items: list[dict[str, dict[str, str]]] = home.client("dynamodb").scan(TableName="shop")["Items"]
    return items


AS_IT_WAS = [{"id": {"S": "a"}, "of": {"S": "the shop"}}]


def killed_holder(home: Home) -> None:
    """Let a run bring items, and kill it."""
    process = started(home, HOLDS)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.kill()
    process.wait()


def test_what_was_there_before_comes_back(home: Home) -> None:
    """What a killed run has brought into a table goes, by its ledger."""
    shop(home)
    killed_holder(home)
    before = in_shop(home)

    home.swept()

    assert len(before) == 2
    assert in_shop(home) == AS_IT_WAS


def test_what_was_there_before_comes_back_without_a_ledger(home: Home) -> None:
    """What is on disk of it says where it belongs."""
    shop(home)
    killed_holder(home)
    shutil.rmtree(home.folder / "ledger")
    shutil.rmtree(home.folder / "alive")

    plan = home.swept()

    assert [(one.thing.kind, one.by) for one in plan.to_go] == [("items", ("held",))]
    assert in_shop(home) == AS_IT_WAS


def test_what_a_live_run_holds_stays(home: Home) -> None:
    """It is put right when the run ends."""
    shop(home)
    process = started(home, HOLDS)
    assert process.stdout is not None
    process.stdout.readline()

    home.swept(older_than=0.0, everywhere=True)

    assert len(in_shop(home)) == 2


def test_what_was_in_a_cloud_that_has_gone_is_forgotten(home: Home) -> None:
    """There is nothing any more that could be put right."""
    shop(home)
    killed_holder(home)
    embedded.stop(home.running)

    home.swept()

    assert list(home.folder.glob("held/*/before")) == []


def test_the_cloud_of_a_killed_run_is_ended(home: Home) -> None:
    """Process and folder, and what was in it is not taken away one by one."""
    process = started(home, STARTS)
    assert process.stdout is not None
    port = int(process.stdout.readline().split()[1])
    process.kill()
    process.wait()
    cloud = home.cloud(run=RUN)
    cloud.endpoint = f"http://127.0.0.1:{port}"
    cloud.creating("queue", "harness-tap-0f3a9c21-77aa-1-everything")
    cloud.ledger.close()

    plan = home.swept()

    assert [one.thing.kind for one in plan.to_go] == ["cloud"]
    assert [one.thing.kind for one in plan.gone] == ["queue"]
    assert not embedded.answers(f"http://127.0.0.1:{port}")
    assert not (home.folder / "clouds" / str(port)).exists()
    assert embedded.answers(home.running.endpoint)


def test_folders_of_clouds_that_have_gone_are_removed(home: Home) -> None:
    """One whose cloud may just be starting stays."""
    old, new = (home.folder / "clouds" / name for name in ("1", "2"))
    for place in (old, new):
        place.mkdir()
    os.utime(old, (time.time() - 3600,) * 2)

    home.swept()

    assert (old.exists(), new.exists()) == (False, True)


def test_signs_of_life_go_when_they_say_nothing_any_more(home: Home) -> None:
    """That of a run without a ledger is kept for a day, for it tells that the run has ended."""
    folder: Path = home.folder / "alive"
    folder.mkdir()
    for name in ("0f3a9c21", "ffffffff"):
        (folder / name).touch()
    os.utime(folder / "ffffffff", (time.time() - 2 * 86400,) * 2)

    home.swept()

    assert [path.name for path in folder.iterdir()] == ["0f3a9c21"]


def test_a_cloud_that_does_not_answer_is_not_called_clean(home: Home) -> None:
    """Nothing is written off that could not be looked for."""
    home.killed_run()
    os.kill(home.running.pid, signal.SIGSTOP)
    try:
        with pytest.raises(UnreachableEndpoint) as caught:
            home.sweep().plan()
    finally:
        os.kill(home.running.pid, signal.SIGCONT)

    assert str(caught.value) == (
        f"The embedded cloud at {home.running.endpoint!r} runs but does not answer.\n"
        f"  process: {home.running.pid}\n"
        f"  log: {home.running.log}\n"
        "  stop it: harness down"
    )
    assert len(list((home.folder / "ledger").iterdir())) == 1


# A run whose workers have clouds of their own, all of which go on when it is killed.
STARTS_THREE = """
import signal, sys
from pathlib import Path

from harness.cloud import embedded
from harness.ledger import Ledger

folder, ledger = Path(sys.argv[1]), Ledger(Path(sys.argv[1]), run=sys.argv[3])
for _ in range(3):
    running = embedded.start(folder, region="us-east-1", outlives=True, ledger=ledger)
    print(running.endpoint, flush=True)
signal.pause()
"""


def test_all_clouds_of_a_killed_run_are_ended(home: Home) -> None:
    """Whoever ends the first keeps the run's ledger open, and the run is dead all the same."""
    process = started(home, STARTS_THREE)
    assert process.stdout is not None
    endpoints = [process.stdout.readline().strip() for _ in range(3)]
    process.kill()
    process.wait()

    plan = home.swept()

    assert [one.thing.kind for one in plan.to_go] == ["cloud"] * 3
    assert [embedded.answers(endpoint) for endpoint in endpoints] == [False] * 3
    assert not list((home.folder / "ledger").iterdir())
