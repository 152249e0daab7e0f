"""A small project whose stage stands in a cloud that the harness did not start, so that what is left stays there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from harness.cloud import embedded
from harness.ledger import books

TEMPLATE = """
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: ending}}
  Topic: {Type: AWS::SNS::Topic}
  Pool:
    Type: AWS::Cognito::UserPool
    Properties: {UserPoolName: ending}
  Client:
    Type: AWS::Cognito::UserPoolClient
    Properties: {UserPoolId: !Ref Pool, ExplicitAuthFlows: [ALLOW_ADMIN_USER_PASSWORD_AUTH]}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
"""
FIXTURES = """
import os, time
from pathlib import Path
import pytest

@pytest.fixture(scope="session")
def brought(stage):
    name = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with stage.user() as user, stage.items("Table", [{"id": name}]):
        yield user

@pytest.fixture
def lasting(brought):
    def last(seconds=60.0):
        Path(f"begun-{os.getpid()}").touch()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not Path("go").exists():
            time.sleep(0.02)
    return last
"""
# A test for each of two workers.
LONG = """
import pytest

@pytest.mark.parametrize("number", range(2))
def test_takes_long(stage, lasting, number):
    lasting()
"""
ACCOUNT = "000000000077"
_PYTEST = (sys.executable, "-m", "pytest", "suites", "--mode=http", "-p", "no:cacheprovider", "-p", "no:randomly")


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run ended, and what it printed."""

    code: int
    output: str


@dataclass(kw_only=True)
class Ending:
    """The project, a run of it, and what runs have left in the cloud.

    Args:
        folder: The root of the project.
        endpoint: Where the cloud answers.
        key: The access key of the tester.
        secret: Its secret key.
    """

    folder: Path
    endpoint: str
    key: str = ACCOUNT
    secret: str = "test"
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def sweep(self) -> str:
        """The sweep that takes away what runs have left, typed into any shell."""
        return f"AWS_ENDPOINT_URL={self.endpoint} harness sweep --stage dev --region us-east-1"

    @property
    def environment(self) -> dict[str, str]:
        """The settings with which the stage is tested, as one tests in AWS."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TEST_", "PYTEST_"))}
        return kept | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",  # boto3 knows no other.
        }

    def harness(self, *arguments: str) -> str:
        """Run a command of the harness and give what it printed."""
        command = [sys.executable, "-c", "import sys; from harness.cli import main; sys.exit(main())", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, suite: str, *options: str, **more: Any) -> subprocess.Popen[str]:
        """Start pytest on a suite, in a process group of its own."""
        for path in [*self.folder.glob("begun-*"), *self.folder.glob("go")]:
            path.unlink()
        (self.folder / "suites/ending/test_ending.py").write_text(suite)
        process = subprocess.Popen(
            [*_PYTEST, "--stage=dev", *options],
            cwd=self.folder,
            env=self.environment,
            **{
                "stdin": subprocess.DEVNULL,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.STDOUT,
                "text": True,
                "start_new_session": True,
                **more,
            },
        )
        self.started.append(process)
        return process

    def begun(self, *, processes: int = 1) -> list[int]:
        """Wait until so many processes are in the middle of a test, and give their ids."""
        deadline = time.monotonic() + 60
        while len(found := list(self.folder.glob("begun-*"))) < processes:
            assert time.monotonic() < deadline, "the run has not come to its middle"
            time.sleep(0.02)
        return [int(path.name.removeprefix("begun-")) for path in found]

    def finished(self, process: subprocess.Popen[str]) -> Ended:
        """Wait for the end of a run."""
        output, _ = process.communicate(timeout=90)
        return Ended(code=process.returncode, output=output)

    def run(self, suite: str, *options: str) -> Ended:
        """Run a suite to its end."""
        return self.finished(self.start(suite, *options))

    def client(self, service: str) -> Any:
        """Give a plain client of the cloud, with the credentials of its root."""
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.endpoint,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="test",
        )

    def left(self) -> dict[str, int]:
        """Count what is in the cloud besides the stage, by listing it."""
        cognito, dynamodb = self.client("cognito-idp"), self.client("dynamodb")
        pools = [pool["Id"] for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]]
        found = {
            "queue": self.client("sqs").list_queues().get("QueueUrls", []),
            "rule": self.client("events").list_rules(EventBusName="ending")["Rules"],
            "subscription": self.client("sns").list_subscriptions()["Subscriptions"],
            "user": [user for pool in pools for user in cognito.list_users(UserPoolId=pool)["Users"]],
            "items": [
                item for name in dynamodb.list_tables()["TableNames"] for item in dynamodb.scan(TableName=name)["Items"]
            ],
        }
        return {kind: len(things) for kind, things in found.items() if things}

    def left_after(self, seconds: float) -> dict[str, int]:
        """Count what is in the cloud when so much time has passed, or as soon as nothing is."""
        deadline = time.monotonic() + seconds
        while (found := self.left()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return found

    def known(self) -> dict[str, int]:
        """Count what is left for all that the ledgers know."""
        found: dict[str, int] = {}
        for book in books(self.folder / ".harness"):
            for one in book.left:
                found[one.thing.kind] = found.get(one.thing.kind, 0) + 1
        return found


def project_in(folder: Path) -> Path:
    """Write the project into a folder."""
    (folder / "systems/ending").mkdir(parents=True)
    (folder / "suites/ending").mkdir(parents=True)
    (folder / "systems/ending/template.yaml").write_text(TEMPLATE)
    (folder / "suites/ending/conftest.py").write_text(FIXTURES)
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    return folder


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, running: embedded.Running) -> Ending:
    """The project with its stage deployed."""
    found = Ending(folder=project_in(tmp_path_factory.mktemp("ending")), endpoint=running.endpoint)
    found.harness("deploy", "--stage", "dev")
    return found


@pytest.fixture
def ending(deployed: Ending) -> Iterator[Ending]:
    """The same; what a test has started is killed, and what it has left is swept."""
    yield deployed
    for process in deployed.started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        if process.stdout is not None:
            process.stdout.close()
    deployed.started.clear()
    if deployed.left() or deployed.known():
        deployed.harness("sweep", "--stage", "dev")
