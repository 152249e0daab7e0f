"""The embedded cloud as a process: it starts, is found, ends, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.cloud import embedded
from harness.cloud.account import Cloud
from harness.errors import CloudNotStarted

STARTS_ONE = """
import sys, time
from pathlib import Path
from harness.cloud import embedded
print(embedded.start(Path(sys.argv[1]), region="us-east-1").pid, flush=True)
time.sleep(60)
"""


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


def test_a_cloud_that_outlives_is_found_again(tmp_path: Path) -> None:
    """What `harness up` leaves running is found by the next process until it is stopped."""
    assert embedded.find(tmp_path) is None
    running = embedded.start(tmp_path, region="us-east-1", outlives=True)
    embedded.remember(running, folder=tmp_path)

    found = embedded.find(tmp_path)
    embedded.stop(running)

    assert found == running
    assert embedded.find(tmp_path) is None
    embedded.forget(tmp_path)
    assert not (tmp_path / "cloud.json").exists()


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
