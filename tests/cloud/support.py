"""Doubles and systems for the tests of the cloud."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.deploying import Deployment
from harness.cloud.names import Names
from harness.cloud.stacks import Clock
from harness.system.model import System

__all__ = ["DEMO", "HASTY", "TOPIC", "Calls", "Deployed", "Said"]

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
