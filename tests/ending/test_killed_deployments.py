"""Deployments that are killed while CloudFormation is at work: it goes on, and the ledger knows of it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.ending.conftest import TEMPLATE, Ending

# The name of a FIFO queue must end in ".fifo".
BROKEN = "Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: queue.fifo}}}"
STACK = "ending-cut"


@pytest.fixture
def cut(ending: Ending) -> Iterator[Ending]:
    """The project; its stage `cut` is not deployed."""
    yield ending
    (ending.folder / "systems/ending/template.yaml").write_text(TEMPLATE)
    ending.client("cloudformation").delete_stack(StackName=STACK)
    settled(ending)


def status(ending: Ending) -> str:
    with suppress(ClientError):
        found: Any = ending.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
        return "" if found == "DELETE_COMPLETE" else str(found)
    return ""


def settled(ending: Ending) -> str:
    deadline = time.monotonic() + 30
    while (found := status(ending)).endswith("_IN_PROGRESS"):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def killed_deployment(ending: Ending, template: str) -> str:
    """Kill a deployment as soon as there is a stack: it waits two seconds before it looks. Give what became of it."""
    (ending.folder / "systems/ending/template.yaml").write_text(template)
    command = "import sys; from harness.cli import main; sys.exit(main(['deploy', '--stage=cut']))"
    process = subprocess.Popen(
        [sys.executable, "-c", command], cwd=ending.folder, env=ending.environment, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not status(ending):
        assert time.monotonic() < deadline, "no stack is created"
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    return settled(ending)


def test_a_stage_that_was_finished_after_all_stays(cut: Ending) -> None:
    """Somebody may use it by now; the sweep says so, and nobody tells of it any more."""
    became = killed_deployment(cut, TEMPLATE.replace("Name: ending", "Name: cut"))
    known = cut.known()

    told = cut.harness("sweep", "--stage", "cut")

    assert ("CREATE_COMPLETE", {"stack": 1}) == (became, known)
    assert "Deployed after all, so stages, which stay: ending-cut.\n" in told
    assert ("CREATE_COMPLETE", {}) == (status(cut), cut.known())


def test_what_is_left_of_a_stage_that_failed_is_swept(cut: Ending) -> None:
    """Nothing is in it, and no deployment can mend it."""
    became = killed_deployment(cut, BROKEN)
    dry = cut.harness("sweep", "--stage", "cut", "--dry-run")
    untouched = status(cut)

    told = cut.harness("sweep", "--stage", "cut")

    assert ("ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE") == (became, untouched)
    assert "In all: 1 stack, of 1 run." in dry
    assert "Taken away: 1 stack," in told
    assert ("", {}) == (status(cut), cut.known())
