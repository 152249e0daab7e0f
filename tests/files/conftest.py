"""Projects whose disk is full or not to be written to, and a stage of theirs at another endpoint."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.cloud import embedded
from harness.cloud.account import Cloud

TEMPLATE = """
Resources:
  Bus:
    Type: AWS::Events::EventBus
    Properties: {Name: !Sub "${AWS::StackName}-bus"}
  Topic: {Type: AWS::SNS::Topic}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
  Pool: {Type: AWS::Cognito::UserPool}
  Client:
    Type: AWS::Cognito::UserPoolClient
    Properties: {UserPoolId: !Ref Pool, ExplicitAuthFlows: [ALLOW_ADMIN_USER_PASSWORD_AUTH]}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
  Work:
    Type: AWS::Lambda::Function
    Properties:
      Handler: work.handler
      Runtime: python3.12
      Role: !GetAtt Role.Arn
      Code: code
      Environment: {Variables: {API_KEY: hunter2-and-more}}
"""
SUITE = """
def test_hears_the_bus(stage):
    stage.publish("Bus", source="shop", detail_type="placed", detail={"id": 1})
    stage.journal.expect("Bus", detail={"id": 1})
"""
HARNESS = str(Path(sys.executable).with_name("harness"))
PYTEST = (sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider")
_LIMITED = Path(__file__).with_name("limited.py")


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended, and all that it printed."""

    code: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """A project of one system, `shop`.

    Args:
        folder: Where it is.
        endpoint: The address of the cloud in which it has the stage `dev`; empty for the embedded one.
    """

    folder: Path
    endpoint: str = ""

    @property
    def state(self) -> Path:
        """The harness's folder."""
        return self.folder / ".harness"

    def suite(self, text: str) -> None:
        """Let these be its tests."""
        (self.folder / "suites" / "shop" / "test_shop.py").write_text(text)

    def run(self, *command: str, limit: str = "none", umask: int = -1) -> Ended:
        """Run a command with a limit to what it can write; see `limited`."""
        ended = subprocess.run(
            [sys.executable, str(_LIMITED), limit, *command],
            cwd=self.folder,
            env=self._environment(measured=limit != "full"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=120,
            umask=umask,
            check=False,
        )
        return Ended(code=ended.returncode, text=ended.stdout)

    def _environment(self, *, measured: bool) -> dict[str, str]:
        # Who measures coverage writes a file, which is in vain on a full disk.
        others = ("AWS_", "TEST_") if measured else ("AWS_", "TEST_", "COVERAGE_", "COV_")
        plain = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        keys = {"AWS_ACCESS_KEY_ID": "000000000000", "AWS_SECRET_ACCESS_KEY": "test", "TEST_STAGE": "dev"}
        return plain | ({"AWS_ENDPOINT_URL": self.endpoint} | keys if self.endpoint else {})


def project(folder: Path, *, endpoint: str = "") -> Place:
    """Make a project."""
    system = folder / "systems" / "shop"
    (system / "code").mkdir(parents=True)
    (folder / "suites" / "shop").mkdir(parents=True)
    (system / "template.yaml").write_text(TEMPLATE)
    (system / "code" / "work.py").write_text("def handler(event, context):\n    print('worked')\n    return {}\n")
    (folder / "pytest.ini").write_text("[pytest]\n")
    place = Place(folder=folder, endpoint=endpoint)
    place.suite(SUITE)
    return place


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    """A project that tests in an embedded cloud of its own."""
    place = project(tmp_path)
    yield place
    if (found := embedded.remembered(place.state)) is not None:
        embedded.stop(found)


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A cloud with the stage `dev` of the shop, in which the things of tests are counted by listing them."""

    cloud: Cloud

    def made(self) -> list[str]:
        """Give all that tests and deployments can have made, besides what is in the stage `dev`."""
        names = ("events", "sns", "sqs", "s3", "cloudformation", "cognito-idp", "dynamodb")
        events, sns, sqs, s3, stacks, cognito, dynamodb = map(self.cloud.client, names)
        buses = [bus["Name"] for bus in events.list_event_buses()["EventBuses"]]
        rules = [rule["Name"] for bus in buses for rule in events.list_rules(EventBusName=bus)["Rules"]]
        subscriptions = [one["SubscriptionArn"] for one in sns.list_subscriptions()["Subscriptions"]]
        queues = sqs.list_queues().get("QueueUrls", [])
        pools = [pool["Id"] for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]]
        users = [user["Username"] for pool in pools for user in cognito.list_users(UserPoolId=pool)["Users"]]
        tables = dynamodb.list_tables()["TableNames"]
        items = [str(item) for table in tables for item in dynamodb.scan(TableName=table)["Items"]]
        buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
        others = [one["StackName"] for one in stacks.describe_stacks()["Stacks"]]
        return sorted(rules + subscriptions + queues + users + items + buckets + others)


@pytest.fixture(scope="module")
def elsewhere(running: embedded.Running, state: Path, tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    """The stage is deployed by a project without limits."""
    place = project(tmp_path_factory.mktemp("without-limits"), endpoint=running.endpoint)
    ended = place.run(HARNESS, "deploy")
    assert ended.code == 0, ended.text
    return Elsewhere(cloud=Cloud(folder=state, region="us-east-1", endpoint=running.endpoint, embedded=True))


@pytest.fixture
def there(elsewhere: Elsewhere, tmp_path: Path) -> Place:
    """A project that tests in the stage `dev`."""
    return project(tmp_path, endpoint=str(elsewhere.cloud.endpoint))


# Makes the harness unable to write in a project, and gives how a command is limited in it, and what it then says.
Spoiler = Callable[[Place], tuple[str, str]]
