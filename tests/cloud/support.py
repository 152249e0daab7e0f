"""Doubles and systems for the tests of the cloud."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from harness.cloud.account import Cloud
from harness.cloud.deploying import Deployment
from harness.cloud.names import Names
from harness.cloud.stacks import Clock
from harness.system.model import System

__all__ = ["DEMO", "HASTY", "TOPIC", "Calls", "Deployed", "Said", "Stuck"]

DEMO = Path(__file__).parent / "demo" / "template.yaml"

TOPIC = "Resources: {Topic: {Type: AWS::SNS::Topic}}"

# The embedded cloud is quick, so a wait that is polite to AWS can be short here.
HASTY = Clock(sleep=lambda _seconds: time.sleep(0.02))


@dataclass
class Said:
    """Keeps the lines that it is told."""

    lines: list[str] = field(default_factory=list)

    def __call__(self, line: str) -> None:
        self.lines.append(line)


@dataclass(frozen=True, kw_only=True)
class Deployed:
    system: System
    cloud: Cloud
    deployment: Deployment
    names: Names
    completed: list[str]


@dataclass
class Calls:
    """Keeps the operations that a boto3 client is asked for."""

    operations: list[str] = field(default_factory=list)

    def __call__(self, *, model: Any, **_rest: Any) -> None:
        self.operations.append(model.name)


class Stuck(Cloud):
    """A cloud in which CloudFormation never ends."""

    account = "123456789012"

    class exceptions:  # noqa: N801 - so boto3 calls it
        ClientError = ClientError

    def __init__(self, *, status: str = "UPDATE_IN_PROGRESS", **more: Any) -> None:
        super().__init__(**more)
        self._status = status

    def client(self, _service: str, **_config: Any) -> Any:
        return self

    def describe_stacks(self, **_arguments: Any) -> Any:
        return {"Stacks": [{"StackName": "slow", "StackId": "arn", "StackStatus": self._status}]}
