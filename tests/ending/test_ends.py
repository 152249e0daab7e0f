"""Ends of a run that no signal asks for, and removals that fail."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from harness.cloud import embedded
from tests.ending.conftest import LONG, Ending

SCRIPT = """
import sys
from pathlib import Path
from harness.project import Project
from harness.settings import read_settings

project = Project(read_settings(Path.cwd(), given={"stage": "dev", "mode": "http"}))
stage = project.stage("ending", mode="http")
print(len(project.left))
sys.exit(3)
"""
DELETES_THE_QUEUE = """
import boto3

def test_it(stage, brought):
    sqs = boto3.client("sqs")
    [url] = sqs.list_queues(QueueNamePrefix="harness-tap-")["QueueUrls"]
    sqs.delete_queue(QueueUrl=url)
"""
# The tester may delete no user from now on, as when an administrator changes a policy in mid-run.
FORBIDDEN = """
import boto3, json

def test_it(stage, brought):
    iam = boto3.client("iam", aws_access_key_id="000000000077", aws_secret_access_key="test")
    denied = {"Effect": "Deny", "Action": "cognito-idp:AdminDeleteUser", "Resource": "*"}
    iam.put_user_policy(UserName="tester", PolicyName="denied", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [denied]}
    ))
"""


@pytest.mark.parametrize(
    ("ends", "code"), [("pytest.exit('enough', returncode=9)", 9), ("sys.exit(5)", 1), ("assert 1 == 2", 1)]
)
def test_a_test_that_ends_the_run_leaves_nothing(ending: Ending, ends: str, code: int) -> None:
    """Whatever exception leaves it."""
    ended = ending.run(f"import pytest, sys\n\ndef test_it(stage, brought):\n    {ends}\n")

    assert code == ended.code, ended.output
    assert ({}, {}) == (ending.left(), ending.known())


def test_a_project_that_nobody_closes_is_closed_at_exit(ending: Ending) -> None:
    """As where a script opens a stage and ends."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ending.folder, env=ending.environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert (3, "3\n") == (done.returncode, done.stdout), done.stderr
    assert ({}, {}) == (ending.left(), ending.known())


def test_a_run_that_was_told_to_ignore_the_terminal_goes_on(ending: Ending) -> None:
    """As under `nohup`."""
    run = ending.start(LONG, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    ending.begun()

    run.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    (ending.folder / "go").touch()
    ended = ending.finished(run)

    assert 0 == ended.code, ended.output
    assert "2 passed" in ended.output


def test_a_terminal_that_is_closed_leaves_nothing(ending: Ending) -> None:
    """The kernel sends SIGHUP, and whatever is printed from then on fails."""
    near, far = pty.openpty()
    run = ending.start(LONG, stdin=far, stdout=far, stderr=far, preexec_fn=lambda: os.close(near))
    os.close(far)
    ending.begun()

    os.close(near)
    run.send_signal(signal.SIGHUP)  # The run does not control this terminal, so the kernel sends it none.
    run.wait(60)

    assert ({}, {}) == (ending.left(), ending.known())


def test_a_gate_that_is_killed_takes_its_pytest_along(ending: Ending) -> None:
    """Pytest ends in order: it hangs on a pipe that the kernel closes."""
    (ending.folder / "suites/ending/test_ending.py").write_text(LONG)
    command = "import sys; from harness.cli import main; sys.exit(main(['gate', '--stage=dev', '--mode=http']))"
    gate = subprocess.Popen(
        [sys.executable, "-c", command], cwd=ending.folder, env=ending.environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for path in [*ending.folder.glob("begun-*"), *ending.folder.glob("go")]:
        path.unlink()
    [pytest_process] = ending.begun()

    gate.kill()
    gate.wait()

    assert ({}, {}) == (ending.left_after(30), ending.known())
    assert ended_within(10, pid=pytest_process)


def ended_within(seconds: float, *, pid: int) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_what_somebody_else_has_taken_away_is_no_trouble(ending: Ending) -> None:
    """It is gone, and that is what was wanted."""
    ended = ending.run(DELETES_THE_QUEUE)

    assert 0 == ended.code, ended.output
    assert "left behind" not in ended.output
    assert ({}, {}) == (ending.left(), ending.known())


@pytest.fixture
def tester(ending: Ending) -> Iterator[Ending]:
    """The project, tested by a user of the account who may do everything until a test forbids something."""
    iam = ending.client("iam")
    iam.create_user(UserName="tester")
    key = iam.create_access_key(UserName="tester")["AccessKey"]
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName="tester", PolicyName="allowed", PolicyDocument=json.dumps(allowed))
    yield replace(ending, key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    for policy in iam.list_user_policies(UserName="tester")["PolicyNames"]:
        iam.delete_user_policy(UserName="tester", PolicyName=policy)
    iam.delete_access_key(UserName="tester", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="tester")


def test_what_cannot_be_taken_away_is_told_with_the_command_that_mends_it(tester: Ending) -> None:
    """The tests have passed, so the run has; all else is gone."""
    ended = tester.run(FORBIDDEN)

    told = ended.output.partition("= left behind =")[2]
    assert 0 == ended.code, ended.output
    assert "user 'harness-" in told
    assert re.search("user .harness-[^ ]+ of [^ ]+: The credentials do not allow .AdminDeleteUser.[.]", told), told
    assert "cognito-idp admin-delete-user --user-pool-id" in told
    assert f"harness: 1 thing is left; take it away: {tester.sweep}\n" in told
    assert ({"user": 1}, {"user": 1}) == (tester.left(), tester.known())


@pytest.mark.parametrize("workers", [(), ("-n1",)])
def test_a_failing_removal_hides_no_failure(tester: Ending, workers: tuple[str, ...]) -> None:
    """The test says what it has to say, once, and of what is left the controller tells."""
    ended = tester.run(f"{FORBIDDEN}    assert 'what came' == 'what was expected'\n", *workers)

    assert pytest.ExitCode.TESTS_FAILED == ended.code
    assert "AssertionError: assert 'what came' == 'what was expected'" in ended.output
    assert "1 failed" in ended.output
    assert "error" not in ended.output.splitlines()[-1]
    assert 1 == ended.output.count("harness: 1 thing is left")


def test_somebody_in_a_hurry_is_told_what_is_left(ending: Ending, running: embedded.Running) -> None:
    """Ctrl-C again and again, while the cloud does not answer: nothing is there that the ledger does not know."""
    run = ending.start(LONG)
    ending.begun()
    there = ending.left()
    os.killpg(running.pid, signal.SIGSTOP)
    try:
        for _ in range(40):
            run.send_signal(signal.SIGINT)
            time.sleep(0.25)
            if run.poll() is not None:
                break
    finally:
        os.killpg(running.pid, signal.SIGCONT)
    ended = ending.finished(run)

    assert ending.sweep in ended.output
    assert there == ending.known()
    assert set(ending.left()) <= set(ending.known())
