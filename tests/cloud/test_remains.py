"""What dead runs have left: what is told of it, and what goes by itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cloud import embedded, ports, processes
from harness.cloud.account import Cloud
from harness.cloud.remains import cloud_of, has_gone, remaining, settle, take_away_the_rest
from harness.errors import NotRemoved
from harness.ledger import Ledger, Thing, books
from harness.ledger.alive import Life, sign_of

RUN, OTHER = "0f3a9c21", "0f3a9c22"
SLEEPS = "import time; time.sleep(60)"


def nothing(_thing: Thing) -> None:
    """Forget nothing."""


@pytest.fixture
def nowhere() -> str:
    """The address of a cloud that does not run."""
    with ports.claimed() as claim:
        return f"http://127.0.0.1:{claim.getsockname()[1]}"


def queue(endpoint: str, *, stage: str = "dev", embedded: bool = False) -> Thing:
    return Thing(
        kind="queue",
        name="harness-tap-0f3a9c21-0000-Bus",
        account="000000000000",
        region="us-east-1",
        endpoint=endpoint,
        embedded=embedded,
        stage=stage,
    )


def cloud_in(folder: Path, *, port: int) -> Thing:
    return Thing(kind="cloud", name=str(port), within=str(folder / "clouds" / str(port)), embedded=True,
                 endpoint=f"http://127.0.0.1:{port}", stage="embedded", region="us-east-1")  # fmt: skip


def left_by_a_dead_run(folder: Path, *things: Thing, run: str = RUN) -> None:
    ledger = Ledger(folder, run=run)
    ledger.creating(*things)
    ledger.close()


def test_where_there_is_no_ledger_nothing_is_left(tmp_path: Path) -> None:
    """And nothing is made by looking."""
    assert (0, 0) == remaining(tmp_path, stage="dev")
    assert not list(tmp_path.iterdir())


def test_what_dead_runs_have_left_is_counted(tmp_path: Path) -> None:
    """In AWS, for this stage only."""
    left_by_a_dead_run(tmp_path, queue(""), queue("", stage="other"))
    left_by_a_dead_run(tmp_path, queue(""), run=OTHER)

    assert (2, 2) == remaining(tmp_path, stage="dev")


def test_what_a_run_has_that_is_alive_is_not_left(tmp_path: Path) -> None:
    """It will take it away itself."""
    left_by_a_dead_run(tmp_path, queue(""))
    life = Life(tmp_path, run=RUN)

    counted = remaining(tmp_path, stage="dev")
    life.close()

    assert (0, 0) == counted


def test_what_was_in_a_cloud_that_has_ended_is_not_left(tmp_path: Path, nowhere: str) -> None:
    """An embedded cloud keeps all that is in it in memory."""
    left_by_a_dead_run(tmp_path, queue(nowhere, embedded=True))

    assert (0, 0) == remaining(tmp_path, stage="dev")


def test_what_is_in_a_cloud_that_runs_has_not_gone(running: embedded.Running, nowhere: str) -> None:
    """Nor what is at an endpoint that is no embedded cloud's, answering or not."""
    assert not has_gone(queue(running.endpoint, embedded=True))
    assert not has_gone(queue(nowhere))


def test_what_has_gone_with_its_cloud_is_written_off(tmp_path: Path, nowhere: str) -> None:
    """The ledger of the dead run goes with the last thing, and whoever has to forget something is told."""
    forgotten: list[Thing] = []
    left_by_a_dead_run(tmp_path, queue(nowhere, embedded=True))

    settle(tmp_path, forget=forgotten.append)

    assert [queue(nowhere, embedded=True)] == forgotten
    assert [] == books(tmp_path)


def test_what_is_in_aws_stays_in_the_ledger(tmp_path: Path) -> None:
    """It is for a sweep."""
    left_by_a_dead_run(tmp_path, queue(""))

    settle(tmp_path, forget=nothing)

    assert [queue("")] == [one.thing for book in books(tmp_path) for one in book.left]


def spawned(folder: Path, *, run: str, port: int = 15001) -> int:
    """Start what looks like the cloud of a run."""
    home = folder / "clouds" / str(port)
    home.mkdir(parents=True)
    command = [sys.executable, "-c", SLEEPS, "harness.cloud.serve", str(home), run]
    return processes.spawn(command, folder=home, log=home / "cloud.log", environment=dict(os.environ))


def ended(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while processes.is_child(pid) and processes.code(pid) is None and time.monotonic() < deadline:
        time.sleep(0.01)
    return not processes.is_child(pid) or processes.code(pid) is not None


def test_a_cloud_that_a_dead_run_has_left_is_ended(tmp_path: Path) -> None:
    """Its folder goes, too."""
    pid = spawned(tmp_path, run=RUN)
    left_by_a_dead_run(tmp_path, cloud_in(tmp_path, port=15001))

    settle(tmp_path, forget=nothing)

    assert ended(pid)
    assert not (tmp_path / "clouds/15001").exists()
    assert [] == books(tmp_path)


def test_all_clouds_that_a_dead_run_has_left_are_ended(tmp_path: Path) -> None:
    """As those of several workers: whoever writes down that the first has gone keeps nobody alive."""
    clouds = [cloud_in(tmp_path, port=port) for port in (15001, 15002, 15003)]
    started = [spawned(tmp_path, run=RUN, port=int(cloud.name)) for cloud in clouds]
    left_by_a_dead_run(tmp_path, *clouds)

    settle(tmp_path, forget=nothing)

    assert [True, True, True] == [ended(pid) for pid in started]
    assert [] == books(tmp_path)


@pytest.fixture
def endless(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """What looks like the cloud of a dead run and cannot be ended: it is in the group of another process."""
    home = str(tmp_path / "clouds" / "15001")
    with subprocess.Popen([sys.executable, "-c", SLEEPS, "harness.cloud.serve", home, RUN]) as process:
        yield process
        process.kill()


def test_a_cloud_that_does_not_end_is_told(tmp_path: Path, endless: subprocess.Popen[bytes]) -> None:
    """With what ends it."""
    cloud = cloud_in(tmp_path, port=15001)

    with pytest.raises(NotRemoved) as caught:
        embedded.end_left(cloud, of={RUN}, within=0.1)

    assert str(caught.value) == (
        "The embedded cloud at 'http://127.0.0.1:15001' does not end.\n"
        f"  process: {endless.pid}\n"
        "  run: 0f3a9c21\n"
        f"  end it: kill -9 {endless.pid}"
    )


@pytest.mark.usefixtures("endless")
def test_a_cloud_that_does_not_end_stays_in_the_ledger(tmp_path: Path) -> None:
    """It is not written off, and the reason stands there."""
    left_by_a_dead_run(tmp_path, cloud_in(tmp_path, port=15001))

    settle(tmp_path, forget=nothing)

    [book] = books(tmp_path)
    assert ["The embedded cloud at 'http://127.0.0.1:15001' does not end."] == [one.why for one in book.left]


def of_elsewhere(folder: Path, *things: Thing) -> None:
    """Leave the ledger of a run and the sign of its life as a copy of another machine's folder brings them."""
    left_by_a_dead_run(folder, *things)
    sign_of(folder, run=RUN).parent.mkdir(exist_ok=True)
    sign_of(folder, run=RUN).write_text("another-boot 1 2\n")


def test_what_was_copied_is_not_left_by_a_dead_run(tmp_path: Path, nowhere: str) -> None:
    """The run may be alive where it was copied from: nothing is counted, and nothing written off."""
    of_elsewhere(tmp_path, queue(""), queue(nowhere, embedded=True))

    settle(tmp_path, forget=nothing)

    assert (0, 0) == remaining(tmp_path, stage="dev")
    assert [2] == [len(book.left) for book in books(tmp_path)]


def test_what_was_copied_is_left_when_it_is_old(tmp_path: Path) -> None:
    """No run goes on for longer than its time to live."""
    of_elsewhere(tmp_path, queue(""))
    [book] = books(tmp_path)
    book.path.write_text(re.sub(r'"at": [\d.]+', '"at": 5', book.path.read_text()))

    assert (1, 1) == remaining(tmp_path, stage="dev")


@pytest.mark.parametrize("run", [OTHER, ""])
def test_a_cloud_that_has_the_port_since_is_left_alone(tmp_path: Path, run: str) -> None:
    """That of a run that is alive, which holds its port, and that of `harness up`, which names no run."""
    pid = spawned(tmp_path, run=run)
    life = Life(tmp_path, run=OTHER)
    left_by_a_dead_run(tmp_path, cloud_in(tmp_path, port=15001))

    with ports.claimed(first=15001):
        settle(tmp_path, forget=nothing)

    assert processes.code(pid) is None
    assert (tmp_path / "clouds/15001").exists()
    processes.end(pid, words=(), within=1.0)
    life.close()


@pytest.mark.parametrize("proc", ["/proc", "/nowhere"])
def test_processes_are_found_by_words_of_their_command_line(tmp_path: Path, proc: str) -> None:
    """From /proc where there is one, from ps elsewhere; whole words only."""
    pid = spawned(tmp_path, run=RUN)
    home = str(tmp_path / "clouds" / "15001")

    found = processes.found(words=("harness.cloud.serve", home), proc=Path(proc))
    others = processes.found(words=("harness.cloud.serve", home[:-1]), proc=Path(proc))

    processes.end(pid, words=(), within=1.0)
    assert ([pid], []) == (found, others)


def test_a_run_takes_away_what_its_processes_have_left(cloud: Cloud, tmp_path: Path) -> None:
    """A worker has crashed; what was tried and failed is left to its reason."""
    ledger = Ledger(tmp_path, run=RUN)
    thing = queue(cloud.endpoint or "", embedded=True)
    failed = Thing(kind="queue", name="failed", account="000000000000", endpoint=cloud.endpoint or "", embedded=True)
    cloud.client("sqs").create_queue(QueueName=thing.name)
    ledger.creating(thing, failed)
    ledger.failed(failed, why="not allowed")

    take_away_the_rest(ledger, folder=tmp_path, forget=nothing)

    assert [(failed, "not allowed")] == [(one.thing, one.why) for one in ledger.left]
    assert not cloud.client("sqs").list_queues(QueueNamePrefix=thing.name).get("QueueUrls")
    ledger.close()


def test_a_thing_in_aws_is_reached_as_it_was_created(tmp_path: Path) -> None:
    """With its profile, in its region."""
    thing = Thing(kind="queue", name="q", account="123456789012", region="eu-west-1", profile="dev", stage="dev")

    found = cloud_of(thing, folder=tmp_path, ledger=Ledger(tmp_path, run=RUN))

    assert ("eu-west-1", None, "dev", False, "dev") == (
        found.region, found.endpoint, found.profile, found.embedded, found.stage,
    )  # fmt: skip


def test_a_cloud_is_in_the_ledger_while_it_runs(tmp_path: Path) -> None:
    """It goes with all that was created in it."""
    ledger = Ledger(tmp_path, run=RUN)

    running = embedded.start(tmp_path, region="us-east-1", ledger=ledger)
    ledger.creating(queue(running.endpoint, embedded=True))
    known = [one.thing for one in ledger.left]
    embedded.stop(running, ledger=ledger)

    assert [queue(running.endpoint, embedded=True), cloud_in(tmp_path, port=running.port)] == known
    assert () == ledger.left
    ledger.close()
    assert [] == books(tmp_path)


def test_a_run_is_alive_while_it_is_held(tmp_path: Path) -> None:
    """As by a controller that creates nothing itself."""
    ledger = Ledger(tmp_path, run=RUN)
    left_by_a_dead_run(tmp_path, queue(""))

    ledger.hold()
    [book] = books(tmp_path)
    held = book.is_alive
    ledger.close()

    assert (True, False) == (held, book.is_alive)
