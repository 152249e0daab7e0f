"""A run that is told to end takes away what it has created."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.cli import main
from harness.cloud import embedded
from harness.cloud.account import embedded_cloud
from harness.project import Project
from harness.settings import read_settings

TEMPLATE = """
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: ending}}
  Topic: {Type: AWS::SNS::Topic}
"""

UP = "import sys; from harness.cli import main; sys.exit(main(['up']))"

SUITE = """
import time
from pathlib import Path


def test_takes_long(stage):
    Path("begun").touch()
    time.sleep(60)
"""


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left(pytester: pytest.Pytester, told: signal.Signals) -> None:
    """Neither by Ctrl-C nor by what a CI job sends when it is cancelled."""
    pytester.makefile(".yaml", template=TEMPLATE)
    pytester.makepyfile(test_long=SUITE)
    subprocess.run(
        [sys.executable, "-c", "import sys; from harness.cli import main; sys.exit(main(['up']))"],
        check=True,
        capture_output=True,
    )
    running = embedded.find(pytester.path / ".harness")
    assert running is not None
    run = subprocess.Popen([sys.executable, "-m", "pytest", "--mode=http", "-q"], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 90
    while not (pytester.path / "begun").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    cloud = embedded_cloud(running.endpoint, folder=pytester.path, region="us-east-1")
    tapped = cloud.client("sqs").list_queues().get("QueueUrls", [])

    run.send_signal(told)
    code = run.wait(20)

    left = cloud.client("sqs").list_queues().get("QueueUrls", [])
    rules = cloud.client("events").list_rules(EventBusName="ending")["Rules"]
    subscriptions = cloud.client("sns").list_subscriptions()["Subscriptions"]
    embedded.stop(running)
    assert (1, pytest.ExitCode.INTERRUPTED) == (len(tapped), code)
    assert ([], [], []) == (left, rules, subscriptions)


class Closing:
    """Taps that count how often they are closed, and may fail to be."""

    def __init__(self, *, fails: bool) -> None:
        self.closed = 0
        self._fails = fails

    def close(self) -> None:
        self.closed += 1
        if self._fails:
            raise RuntimeError("cannot be closed")


def test_everything_is_closed_whatever_goes_wrong(pytester: pytest.Pytester) -> None:
    """Taps that cannot be closed keep no other from being closed, and a second time does no harm."""
    pytester.makefile(".yaml", template=TEMPLATE)
    project = Project(read_settings(pytester.path, environment={}))
    taps = {("one", False): Closing(fails=False), ("two", False): Closing(fails=True)}
    project._taps.update(taps)  # type: ignore[arg-type]  # noqa: SLF001 - nothing else opens taps that fail

    with contextlib.suppress(RuntimeError):
        project.close()
    project.close()

    assert [1, 1] == [one.closed for one in taps.values()]


def spawned_up() -> tuple[subprocess.Popen[str], embedded.Running]:
    """Start `harness up`, and give it when its cloud is remembered but not ready yet."""
    up = subprocess.Popen([sys.executable, "-c", UP], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    deadline = time.monotonic() + 90
    while (found := embedded.remembered(Path(".harness"))) is None and time.monotonic() < deadline:
        time.sleep(0.001)
    assert found is not None
    return up, found


@pytest.mark.parametrize(("told", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_up_that_is_told_to_end_leaves_no_cloud(pytester: pytest.Pytester, told: signal.Signals, code: int) -> None:
    """While the cloud starts: neither its process nor its folder, nor a word of it."""
    up, cloud = spawned_up()

    up.send_signal(told)
    said, _ = up.communicate(timeout=20)

    assert (code, "") == (up.returncode, said)
    assert not embedded.runs(cloud)
    assert [] == list((pytester.path / ".harness" / "clouds").iterdir())
    assert embedded.remembered(pytester.path / ".harness") is None


@pytest.mark.usefixtures("pytester")
def test_the_cloud_of_up_that_was_killed_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    """It was remembered as soon as there was a process, and so `harness down` stops it."""
    up, cloud = spawned_up()
    up.kill()
    up.communicate()

    code = main(["down"])

    assert (0, f"The embedded cloud at {cloud.endpoint} is stopped.\n") == (code, capsys.readouterr().out)
    assert not embedded.runs(cloud)
