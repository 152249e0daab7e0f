"""The embedded cloud as a process: it starts, is found, ends, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.cloud import embedded, ports, processes
from harness.cloud.account import Cloud
from harness.errors import CloudNotStarted

STARTS_ONE = """
import sys, time
from pathlib import Path
from harness.cloud import embedded
print(embedded.start(Path(sys.argv[1]), region="us-east-1").pid, flush=True)
time.sleep(60)
"""


STOPS_ONE = """
import sys
from pathlib import Path
from harness.cloud import embedded
print(embedded.stop(embedded.remembered(Path(sys.argv[1]))))
"""

LONG_AGO = 1_000_000_000.0


class Drawn:
    """Draws the ports that it was told, then whatever is free."""

    def __init__(self, *told: int) -> None:
        self.told = list(told)

    def __call__(self) -> socket.socket:
        if not self.told:
            return ports.claimed()
        claim = socket.socket(type=socket.SOCK_DGRAM)
        claim.bind(("127.0.0.1", self.told.pop(0)))
        return claim


def lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


def ends(pid: int, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while lives(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not lives(pid)


@pytest.fixture
def left(tmp_path: Path) -> Iterator[embedded.Running]:
    """A cloud that `harness up` left running."""
    left = embedded.start(tmp_path, region="us-east-1", outlives=True)
    embedded.remember(left, folder=tmp_path)
    yield left
    embedded.stop(left)


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is not ours, at the head of a group as our clouds are."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as stranger:
        assert stranger.stdin is not None
        assert stranger.stdout is not None
        stranger.stdin.write(b"ready\n")
        stranger.stdin.flush()
        stranger.stdout.readline()
        yield stranger
        stranger.kill()


def test_a_started_cloud_answers_on_the_loopback_address(running: embedded.Running) -> None:
    """It is ready when `start` returns, and at 127.0.0.1 only."""
    assert running.endpoint.startswith("http://127.0.0.1:")
    assert embedded.answers(running.endpoint)


def test_it_listens_nowhere_else(running: embedded.Running) -> None:
    """No other interface of the machine is bound."""
    port = f"{int(running.endpoint.rpartition(':')[2]):04X}"

    listening = [
        line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if line.split()[3] == "0A"
    ]

    assert [address for address in listening if address.endswith(f":{port}")] == [f"0100007F:{port}"]


def test_it_enforces_identity(running: embedded.Running, state: Path) -> None:
    """A key that the cloud does not know is refused."""
    import boto3
    from botocore.exceptions import ClientError

    stranger = boto3.client("sqs", "us-east-1", None, True, None, running.endpoint, "AKIASTRANGER", "secret")  # noqa: FBT003

    with pytest.raises(ClientError, match="token included in the request is invalid"):
        stranger.list_queues()


def test_nothing_of_the_environment_reaches_it(cloud: Cloud) -> None:
    """A profile that does not exist has no say in the embedded cloud."""
    program = (
        "from pathlib import Path; from harness.cloud.account import embedded_cloud; "
        f"cloud = embedded_cloud({cloud.endpoint!r}, folder=Path({str(cloud.folder)!r}), region='us-east-1'); "
        "print(cloud.client('sts').get_caller_identity()['Account'])"
    )

    outcome = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"AWS_PROFILE": "nobody", "AWS_CONFIG_FILE": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert outcome.stdout.strip() == "000000000000", outcome.stderr


def test_a_stopped_cloud_leaves_nothing_behind(tmp_path: Path) -> None:
    """Its process and its folder are gone, and a second stop does no harm."""
    running = embedded.start(tmp_path, region="us-east-1")

    embedded.stop(running)
    embedded.stop(running)

    assert not lives(running.pid)
    assert not Path(running.folder).exists()


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_the_process_that_started_it(tmp_path: Path, ending: signal.Signals) -> None:
    """Also a killed test run leaves no cloud running."""
    parent = subprocess.Popen([sys.executable, "-c", STARTS_ONE, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert lives(pid)

    parent.send_signal(ending)
    parent.communicate()

    assert ends(pid, within=5.0)
    assert not list((tmp_path / "clouds").iterdir())


def test_a_cloud_that_outlives_is_found_again(left: embedded.Running, tmp_path: Path) -> None:
    """What `harness up` leaves running is found by the next process, with its region, until it is stopped."""
    found = embedded.find(tmp_path)
    embedded.stop(left)

    assert found == left
    assert found.region == "us-east-1"
    assert embedded.find(tmp_path) is None


def test_a_forgotten_cloud_is_not_remembered(left: embedded.Running, tmp_path: Path) -> None:
    """The record goes, and going twice does no harm."""
    embedded.forget(tmp_path)
    embedded.forget(tmp_path)

    assert embedded.remembered(tmp_path) is None
    assert embedded.runs(left)


def test_another_process_stops_a_cloud_that_does_not_answer(left: embedded.Running, tmp_path: Path) -> None:
    """`harness down` knows the process by its command line, and a stopped one is ended in order."""
    os.killpg(left.pid, signal.SIGSTOP)

    outcome = subprocess.run(
        [sys.executable, "-c", STOPS_ONE, str(tmp_path)], check=True, capture_output=True, text=True
    )

    assert outcome.stdout == "True\n"
    assert ends(left.pid, within=1.0)
    assert not Path(left.folder).exists()


def test_a_process_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    """It has its time to end in order, and no more."""
    program = "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    log = tmp_path / "log"
    pid = processes.spawn([sys.executable, "-c", program], folder=tmp_path, log=log, environment={})
    while not log.read_text():
        time.sleep(0.01)

    ended = processes.end(pid, words=(), within=0.05)

    assert ended
    assert not lives(pid)


def test_a_process_that_was_given_the_id_since_is_left_alone(
    left: embedded.Running, tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    """Ids are given again: nothing is found under it and nothing is stopped."""
    embedded.remember(replace(left, pid=stranger.pid), folder=tmp_path)
    recorded = embedded.remembered(tmp_path)
    assert recorded is not None

    stopped = embedded.stop(recorded)

    assert embedded.find(tmp_path) is None
    assert not stopped
    assert stranger.poll() is None
    assert Path(left.folder).exists(), "a cloud listens at its port"


def test_the_cloud_of_another_project_is_left_alone(left: embedded.Running, tmp_path: Path) -> None:
    """It is a cloud too, but works in another folder, even in one whose name begins as ours."""
    other = replace(left, folder=left.folder[:-1])
    # Only what is not a child of this process is known by its command line.
    told = f"from harness.cloud import embedded as e; print(e.runs(e.{left}), e.runs(e.{other}))"

    assert (
        subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout
        == "True False\n"
    )


@pytest.mark.parametrize("proc", ["/proc", "/nowhere"])
def test_the_command_line_of_a_process_is_known(stranger: subprocess.Popen[bytes], proc: str) -> None:
    """From /proc where there is one, from ps elsewhere; a process that is gone has none."""
    there = processes.command_line(stranger.pid, proc=Path(proc))
    stranger.kill()
    stranger.wait()

    assert there.strip() == "cat"
    assert processes.command_line(stranger.pid, proc=Path(proc)) == ""


def test_a_port_that_another_cloud_has_is_not_taken_for_ours(running: embedded.Running, tmp_path: Path) -> None:
    """Two projects may draw the same port: the answer there is not our cloud's, so another port is tried."""
    ours = embedded.start(tmp_path, region="us-east-1", claim=Drawn(running.port))

    assert ours.port != running.port
    assert [folder.name for folder in (tmp_path / "clouds").iterdir()] == [str(ours.port)]
    assert embedded.answers(running.endpoint)
    embedded.stop(ours)


def test_a_port_that_is_taken_meanwhile_is_left(tmp_path: Path) -> None:
    """The cloud ends because another process was faster at its port, and starts at another one."""
    with socket.socket() as faster:

        def take() -> None:
            if faster.getsockname()[1] == 0:
                faster.bind(("127.0.0.1", int(next((tmp_path / "clouds").iterdir()).name)))
                faster.listen()

        ours = embedded.start(tmp_path, region="us-east-1", meanwhile=take)
        taken = faster.getsockname()[1]

    assert ours.port != taken
    assert [folder.name for folder in (tmp_path / "clouds").iterdir()] == [str(ours.port)]
    embedded.stop(ours)


def test_the_folder_of_a_cloud_that_just_starts_is_not_removed(tmp_path: Path) -> None:
    """Two runs of one project may draw the same port: the folder is the one's that made it."""
    with ports.claimed() as claim:
        port = claim.getsockname()[1]
    log = tmp_path / "clouds" / str(port) / "cloud.log"
    log.parent.mkdir(parents=True)
    log.touch()

    ours = embedded.start(tmp_path, region="us-east-1", claim=Drawn(port))
    embedded.stop(ours)

    assert ours.port != port
    assert log.exists()


def test_ports_are_not_tried_for_ever(running: embedded.Running, state: Path) -> None:
    """The error says how often it was tried."""
    with pytest.raises(CloudNotStarted) as caught:
        embedded.start(state, region="us-east-1", claim=Drawn(*[running.port] * 5))

    assert str(caught.value) == (
        f"The embedded cloud found no port of its own in 5 tries.\n  its folders: {state / 'clouds'}"
    )


def test_a_claimed_port_is_free_and_nobody_else_is_given_it() -> None:
    """The claim keeps a second claim away, and leaves the port itself to the cloud."""
    with ports.claimed() as claim, socket.socket() as listener, socket.socket(type=socket.SOCK_DGRAM) as second:
        port = claim.getsockname()[1]
        assert not ports.listens(port)

        listener.bind(("127.0.0.1", port))
        listener.listen()

        assert ports.listens(port)
        with pytest.raises(OSError, match="in use"):
            second.bind(("127.0.0.1", port))


def test_a_port_at_which_somebody_listens_is_not_claimed(running: embedded.Running) -> None:
    """The claim of a cloud ends when it listens, and its port is not free from then on."""
    with ports.claimed(first=running.port) as claim:
        assert claim.getsockname()[1] != running.port


def test_folders_of_clouds_that_died_long_ago_are_removed(running: embedded.Running, tmp_path: Path) -> None:
    """One whose cloud listens stays, one that is young stays: its cloud may be about to start."""
    with ports.claimed() as old, ports.claimed() as young:
        homes = [tmp_path / "clouds" / str(port) for port in (old.getsockname()[1], running.port)]
        for home in homes:
            home.mkdir(parents=True)
            os.utime(home, (LONG_AGO, LONG_AGO))
        begun = tmp_path / "clouds" / str(young.getsockname()[1])
        begun.mkdir()

        embedded.remove_stale(tmp_path)

    assert set((tmp_path / "clouds").iterdir()) == {homes[1], begun}


def test_a_start_removes_what_an_earlier_cloud_left(tmp_path: Path) -> None:
    """Nobody has to tidy up after a power cut."""
    with ports.claimed() as claim:
        home = tmp_path / "clouds" / str(claim.getsockname()[1])
    home.mkdir(parents=True)
    os.utime(home, (LONG_AGO, LONG_AGO))

    ours = embedded.start(tmp_path, region="us-east-1")
    embedded.stop(ours)

    assert not home.exists()


def test_an_interrupted_start_leaves_no_cloud(tmp_path: Path) -> None:
    """Ctrl-C while the cloud starts: nothing was written down yet that could stop it later."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embedded.start(tmp_path, region="us-east-1", outlives=True, meanwhile=interrupted)

    assert not list((tmp_path / "clouds").iterdir())


def test_a_cloud_that_ends_at_once_shows_its_log(tmp_path: Path) -> None:
    """The error says with which code it ended, and what it printed last."""

    def ended() -> None:
        home = next((tmp_path / "clouds").iterdir())
        pid = next(int(found.name) for found in Path("/proc").glob("[0-9]*") if works_in(found, home))
        os.kill(pid, signal.SIGKILL)

    with pytest.raises(CloudNotStarted) as caught:
        embedded.start(tmp_path, region="us-east-1", meanwhile=ended)

    assert str(caught.value) == "The embedded cloud ended with code -9.\n  its log: empty"


def works_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink() == folder
    except OSError:
        return False


def test_a_cloud_that_is_not_ready_in_time_shows_its_log(tmp_path: Path) -> None:
    """The error says how long was waited and what the log holds; the process is gone."""
    with pytest.raises(CloudNotStarted) as caught:
        embedded.start(tmp_path, region="us-east-1", within=0.0)

    assert str(caught.value) == "The embedded cloud was not ready within 0 s.\n  its log: empty"
    assert not list((tmp_path / "clouds").iterdir())


def test_functions_run_on_an_interpreter_that_holds_what_lambda_holds(running: embedded.Running, state: Path) -> None:
    """boto3 is there; the tester's own packages are not."""
    python = next((state / "runtime").glob("*/bin/python"))

    outcome = subprocess.run(
        [python, "-I", "-c", "import boto3, dateutil, urllib3, jmespath, s3transfer\nimport pytest"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "ModuleNotFoundError: No module named 'pytest'" in outcome.stderr
