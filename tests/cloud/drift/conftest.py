"""Small stages that a test may change by hand."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.cloud.account import Cloud
from harness.cloud.deploying import undeploy
from harness.cloud.drift import differences
from harness.cloud.names import Names
from harness.cloud.opening import deployed
from harness.system.model import System
from harness.system.reader import read

_FUNCTION = """
  {name}:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: python3.12
      Role: !GetAtt Role.Arn
      Timeout: 6
      Code: {{ZipFile: "handler = print"}}
      Environment: {{Variables: {{LEVEL: INFO, TABLE: !Sub "${{AWS::StackName}}-table"}}}}
"""
ROLE = """
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: reads
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Action: ["sqs:*"], Resource: "*"}]
"""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A small system as it is deployed."""

    system: System
    cloud: Cloud
    names: Names

    def client(self, service: str) -> Any:
        return self.cloud.client(service)

    def __getitem__(self, name: str) -> str:
        """Give a physical id."""
        return self.names.physical[name]

    @property
    def drift(self) -> list[str]:
        """The differences as they are told."""
        return [str(one) for one in differences(self.system, cloud=self.cloud, names=self.names)]


StageOf = Callable[..., Stage]


@pytest.fixture
def stage_of(cloud: Cloud, tmp_path: Path) -> Iterator[StageOf]:
    """Deploys resources, and functions of these names with a role."""
    name = f"drift-{uuid.uuid4().hex[:8]}"

    def stage(resources: str = "", *, functions: tuple[str, ...] = ()) -> Stage:
        template = tmp_path / "template.yaml"
        code = "".join(_FUNCTION.format(name=one) for one in functions)
        template.write_text(f"Resources:{ROLE if functions else ''}{code}{resources}")
        system = read(template, name="small")
        names = deployed(system, cloud=cloud, stack=name, tell=lambda _line: None)
        return Stage(system=system, cloud=cloud, names=names)

    yield stage
    undeploy(cloud=cloud, stack=name, progress=lambda _line: None)
