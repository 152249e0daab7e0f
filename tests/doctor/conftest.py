"""A stage to examine, and testers who may not do everything."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.cloud.account import Cloud
from harness.cloud.deploying import undeploy
from harness.cloud.names import Names
from harness.cloud.opening import deployed
from harness.system.model import System
from harness.system.reader import read

TEMPLATE = """
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Sub "${AWS::StackName}-bus"}}
  Topic: {Type: AWS::SNS::Topic}
  Placed:
    Type: AWS::Events::Rule
    Properties: {EventBusName: !Ref Bus, EventPattern: {source: [shop]}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
  Work:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: python3.12
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "handler = print"}
      Environment: {Variables: {LEVEL: INFO}}
"""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A stage of the embedded cloud, and the project's folder that it was deployed from."""

    system: System
    cloud: Cloud
    names: Names
    folder: Path

    @property
    def stack(self) -> str:
        return self.names.stack

    @property
    def stack_id(self) -> str:
        return str(self.cloud.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"][0]["StackId"])


@pytest.fixture(scope="module")
def examined(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examined]:
    """A function, a bus with a rule, and a topic."""
    with standing(cloud, tmp_path_factory.mktemp("small")) as stage:
        yield stage


@pytest.fixture
def examined_for_itself(cloud: Cloud, tmp_path: Path) -> Iterator[Examined]:
    """The same, for a test that takes away of it."""
    with standing(cloud, tmp_path) as stage:
        yield stage


@contextmanager
def standing(cloud: Cloud, folder: Path) -> Iterator[Examined]:
    stack = f"doctor-{uuid.uuid4().hex[:8]}"
    (folder / "template.yaml").write_text(TEMPLATE)
    system = read(folder / "template.yaml", name="small")
    names = deployed(system, cloud=cloud, stack=stack, tell=lambda _line: None)
    yield Examined(system=system, cloud=cloud, names=names, folder=folder)
    undeploy(cloud=cloud, stack=stack, progress=lambda _line: None)


@dataclass(frozen=True, kw_only=True)
class Guest:
    """The cloud as a tester with some permissions sees it."""

    arn: str
    cloud: Cloud


GuestOf = Callable[..., Guest]


@pytest.fixture
def guest_of(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GuestOf]:
    """Makes a user who may do what is given."""
    iam, name = cloud.client("iam"), f"guest-{uuid.uuid4().hex[:8]}"
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]

    def guest(*actions: str) -> Guest:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="some", PolicyDocument=policy)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
        return Guest(arn=arn, cloud=Cloud(folder=tmp_path / "guest", region=cloud.region, endpoint=cloud.endpoint))

    yield guest
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName=name, PolicyName="some")
    iam.delete_user(UserName=name)
