"""Handler mode never reaches AWS on the embedded stage, whatever the shell, profiles or the machine offer."""

from __future__ import annotations

import os
import shutil
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest

from harness.cloud.packaging import Target, package_all
from harness.system.reader import read

ROOT = Path(__file__).parents[2]

# Python runs this in every process of the run that it starts.
GUARD = """
import os, sys

HERE = ("127.0.0.1", "::1", "localhost", "", "None")
LOG = os.environ["GUARD_LOG"]


def listening(kind):
    def heard(event, arguments):
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            host = arguments[1][0]
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            host = arguments[0]
        else:
            return
        host = host.decode() if isinstance(host, bytes) else str(host)
        if host not in HERE:
            with open(LOG + "." + kind, "a") as log:
                log.write(f"{event} {host} by {sys.argv}\\n")

    return heard


add = sys.addaudithook


def add_before(hook):
    # What an earlier hook refuses, a later one does not hear of.
    add(hook)
    add(listening("past"))


sys.addaudithook = add_before
add(listening("asked"))
with open(LOG + ".on", "a") as log:
    log.write(f"{os.getpid()}\\n")
"""

CONFIG = """
[default]
region = eu-west-1
endpoint_url = {counter}

[profile company]
region = eu-west-1
endpoint_url = {counter}
credential_process = {home}/credentials.sh
"""

CREDENTIALS = """
[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
"""

PROCESS = """#!/bin/sh
echo asked >> {home}/asked
echo '{{"Version": 1, "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG"}}'
"""


class Counter(socketserver.ThreadingTCPServer):
    """Stands for a proxy, for AWS and for what gives out credentials, and counts who comes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.came: list[object] = []

    def process_request(self, request: object, client_address: object) -> None:
        self.came.append(client_address)
        super().process_request(request, client_address)  # type: ignore[arg-type]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@dataclass
class Hostile:
    """A shell in which everything leads to somebody's real account."""

    folder: Path
    counter: Counter
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        home, address = self.folder / "home", self.counter.address
        services = ("STS", "DYNAMODB", "EVENTBRIDGE", "SNS", "SQS", "S3", "SSM", "COGNITO_IDENTITY_PROVIDER", "LAMBDA")
        own = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG") if name in os.environ}
        return {
            **own,
            "HOME": str(home),
            "PYTHONPATH": str(self.folder / "guard"),
            "GUARD_LOG": str(self.folder / "guard.log"),
            "AWS_PROFILE": "company",
            "AWS_REGION": "eu-west-1",
            "AWS_CA_BUNDLE": str(home / "none.pem"),
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{address}/credentials",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/credentials",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": address,
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/company",
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(home / "token"),
            "HTTP_PROXY": address,
            "HTTPS_PROXY": address,
            "ALL_PROXY": address,
            "https_proxy": address,
            **{f"AWS_ENDPOINT_URL_{service}": address for service in services},
        }

    def written(self) -> None:
        home, guard = self.folder / "home", self.folder / "guard"
        (home / ".aws").mkdir(parents=True)
        guard.mkdir()
        (guard / "sitecustomize.py").write_text(GUARD)
        (home / "token").write_text("a token")
        (home / ".aws" / "config").write_text(CONFIG.format(counter=self.counter.address, home=home))
        (home / ".aws" / "credentials").write_text(CREDENTIALS)
        (home / "credentials.sh").write_text(PROCESS.format(home=home))
        (home / "credentials.sh").chmod(0o755)

    def run(self, project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run pytest of a project on the embedded stage."""
        command = [sys.executable, "-m", "pytest", "--stage=embedded", "--mode=handler", *arguments]
        return subprocess.run(
            command, cwd=project, env=self.environment, capture_output=True, text=True, timeout=300, check=False
        )

    def reached(self, kind: str) -> list[str]:
        """Give what was asked for that is not on this machine, or what of it was not refused; and who came."""
        assert (self.folder / "guard.log.on").read_text(), "nobody has looked"
        log = self.folder / f"guard.log.{kind}"
        asked = log.read_text().splitlines() if log.exists() else []
        return (
            asked + [f"{one} came" for one in self.counter.came] + [str(one) for one in self.folder.glob("home/asked")]
        )


def quiet(_line: str) -> None:
    """Nobody listens to the progress."""


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Hostile]:
    """The shell, with the counter at work."""
    with Counter() as counter:
        thread = threading.Thread(target=counter.serve_forever)
        thread.start()
        found = Hostile(folder=tmp_path / "hostile", counter=counter)
        found.written()
        yield found
        counter.shutdown()
        thread.join()


@pytest.fixture
def project(tmp_path: Path, prod: Path, state: Path) -> Path:
    """An empty project; the Python of its embedded cloud is built already."""
    folder = tmp_path / "project"
    (folder / ".harness").mkdir(parents=True, mode=0o700)
    shutil.copytree(state / "runtime", folder / ".harness" / "runtime", symlinks=True)
    (folder / "pytest.ini").write_text(
        "[pytest]\naddopts = -p no:cacheprovider --import-mode=importlib\npythonpath = ."
    )
    return folder


def test_the_suite_of_a_system_stays_on_this_machine(hostile: Hostile, project: Path) -> None:
    """All tests of bigmouth pass, and nothing but this machine was asked for anything."""
    for part in ("systems/bigmouth", "suites/bigmouth", "steps"):
        shutil.copytree(ROOT / part, project / part, ignore=shutil.ignore_patterns("__pycache__", ".env"))
    shutil.copy(ROOT / "conftest.py", project)
    parameters = 'parameters = { StageName = "{stage}", Temporary = "true" }'
    system = f'[tool.harness.systems.bigmouth]\ntemplate = "systems/bigmouth/template.yaml"\n{parameters}\n'
    (project / "pyproject.toml").write_text(system)

    # Packages come from an index, which is no matter of this test.
    bigmouth = read(project / "systems" / "bigmouth" / "template.yaml", name="bigmouth")
    package_all(bigmouth, folder=project / ".harness", target=Target.here(), progress=quiet)

    result = hostile.run(project, "suites/bigmouth", "-q")

    assert 0 == result.returncode, result.stdout + result.stderr
    assert [] == hostile.reached("asked")


TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
  Asks:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/
      Handler: asks.handler
      Runtime: python3.12
      Timeout: 30
      Environment: {Variables: {TABLE: !Ref Table}}
      Policies: [{DynamoDBCrudPolicy: {TableName: !Ref Table}}]
"""

ASKS = """
import os
import urllib.request

import boto3


def usual():
    return boto3.client("dynamodb").scan(TableName=os.environ["TABLE"])["Count"]


def explicit():
    return boto3.client("dynamodb", endpoint_url="https://dynamodb.eu-west-1.amazonaws.com").list_tables()


def forgetful():
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
        del os.environ[name]
    return boto3.Session().client("dynamodb").list_tables()


def through_a_proxy():
    return urllib.request.urlopen("https://sts.eu-west-1.amazonaws.com", timeout=5).read()


def metadata():
    with urllib.request.urlopen("http://169.254.169.254/latest/meta-data/", timeout=5) as answer:
        return answer.read()


def handler(event, context):
    return globals()[event]()
"""

SUITE = """
import pytest

from harness.errors import FunctionFailed, NotLetOut


def test_the_usual_way_leads_to_the_stage(stage):
    assert stage.call("Asks", "usual") == 0


@pytest.mark.parametrize("way", ["explicit", "forgetful", "through_a_proxy"])
def test_another_way_is_refused(stage, way):
    with pytest.raises(NotLetOut, match="which is AWS and not the embedded cloud"):
        stage.call("Asks", way)


def test_no_machine_is_asked_for_credentials(stage):
    with pytest.raises(FunctionFailed, match="a Lambda function has none there"):
        stage.call("Asks", "metadata")


def test_seen(stage):
    stage.call("Asks", "explicit")
"""


def test_hostile_code_stays_on_this_machine(hostile: Hostile, project: Path) -> None:
    """What is asked for past the variables is refused before anything is resolved, and shown in our words."""
    functions, suite = project / "systems" / "asks" / "functions", project / "suites" / "asks"
    functions.mkdir(parents=True)
    suite.mkdir(parents=True)
    (functions.parent / "template.yaml").write_text(dedent(TEMPLATE))
    (functions / "asks.py").write_text(ASKS)
    (suite / "test_asks.py").write_text(SUITE)

    result = hostile.run(project)

    assert "5 passed" in result.stdout, result.stdout + result.stderr
    assert "1 failed" in result.stdout
    assert "harness.errors.NotLetOut: The function 'Asks' asks for 'dynamodb.eu-west-1.amazonaws.com'" in result.stdout
    assert 'boto3.client("dynamodb", endpoint_url=' in result.stdout
    assert hostile.reached("asked")
    assert [] == hostile.reached("past")
