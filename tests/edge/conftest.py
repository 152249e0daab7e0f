"""A small project to run pytest in: one function behind one route."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.cloud import embedded
from harness.cloud.account import Cloud, embedded_cloud

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/
      Handler: hello.handler
      Runtime: python3.12
      Environment:
        Variables:
          greeting: Hello
      Events:
        Greet:
          Type: Api
          Properties: {Path: "/hello/{name}", Method: get}
Outputs:
  Function:
    Value: !Ref Hello
"""

HANDLER = """
import json, os

calls = 0


def handler(event, context):
    global calls
    calls += 1
    words = f"{os.environ['greeting']} {event['pathParameters']['name']}"
    return {"statusCode": 200, "body": json.dumps({"words": words, "calls": calls})}
"""

SUITE = """
def test_greets(stage):
    answer = stage.request("GET", "/hello/Ann")

    assert answer.status_code == 200
    assert answer.json["words"] == "Hello Ann"
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, state: Path) -> Iterator[pytest.Pytester]:
    """A project of one system, `hello`, and one test; what is built for its functions is built once."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "TEST_MODE", "TEST_STAGE"):
        monkeypatch.delenv(name, raising=False)
    system = pytester.path / "systems" / "hello"
    (system / "functions").mkdir(parents=True)
    (system / "template.yaml").write_text(TEMPLATE)
    (system / "functions" / "hello.py").write_text(HANDLER)
    pytester.makefile(".py", **{"suites/hello/test_hello": SUITE})
    pytester.makeini("[pytest]\naddopts = -p no:cacheprovider")
    (pytester.path / ".harness").mkdir(mode=0o700)
    shutil.copytree(state / "runtime", pytester.path / ".harness" / "runtime", symlinks=True)
    yield pytester
    running = embedded.find(pytester.path / ".harness")
    if running is not None:
        embedded.stop(running)


SHOP = """
Resources:
  Bus:
    Type: AWS::Events::EventBus
    Properties: {Name: shop}
  Topic:
    Type: AWS::SNS::Topic
  Queue:
    Type: AWS::SQS::Queue
  FifoQueue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: shop.fifo, FifoQueue: true}
  Stream:
    Type: AWS::Kinesis::Stream
    Properties: {ShardCount: 1}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Silent:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
"""


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A project of one system, `shop`, in an embedded cloud that `harness up` has started."""

    folder: Path
    cloud: Cloud

    def popen(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start `harness …`."""
        return subprocess.Popen(
            [Path(sys.executable).with_name("harness"), *arguments],
            cwd=self.folder,
            env=_plain_environment() | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, given: str = "", code: int = 0, **environment: str) -> tuple[str, str]:
        """Run `harness …` and give what it printed, on stdout and on stderr."""
        with self.popen(*arguments, **environment) as process:
            out, error = process.communicate(given, timeout=60)
        assert process.returncode == code, out + error
        return out, error

    def made(self) -> list[str]:
        """Give what taps have made in the cloud and not taken away."""
        events, sns, sqs = (self.cloud.client(service) for service in ("events", "sns", "sqs"))
        rules = [one["Name"] for bus in ("shop", "default") for one in events.list_rules(EventBusName=bus)["Rules"]]
        subscriptions = [one["SubscriptionArn"] for one in sns.list_subscriptions()["Subscriptions"]]
        return rules + subscriptions + sqs.list_queues(QueueNamePrefix="harness-").get("QueueUrls", [])


def _plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TEST_"))}


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The project and its cloud; tests leave both as they found them."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "systems" / "shop").mkdir(parents=True)
    (folder / "systems" / "shop" / "template.yaml").write_text(SHOP)
    up = [Path(sys.executable).with_name("harness"), "up"]
    subprocess.run(up, cwd=folder, env=_plain_environment(), check=True, capture_output=True)
    running = embedded.find(folder / ".harness")
    assert running is not None
    yield Shop(folder=folder, cloud=embedded_cloud(running.endpoint, folder=folder, region="us-east-1"))
    embedded.stop(running)
