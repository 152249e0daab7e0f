"""A system that is deployed as the stage `prod` of another endpoint, and a project that tests it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.cloud.account import Cloud
from harness.cloud.deploying import undeploy
from harness.cloud.opening import deployed
from harness.system.reader import read

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
      Events:
        Greet: {Type: Api, Properties: {Path: "/hello/{name}", Method: get}}
        Search: {Type: Api, Properties: {Path: "/hello/{name}/search", Method: post}}
        Forget: {Type: Api, Properties: {Path: "/hello/{name}", Method: delete}}
        Anyhow: {Type: Api, Properties: {Path: /anyhow, Method: any}}
  Queue:
    Type: AWS::SQS::Queue
"""

HANDLER = """
import json


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event["httpMethod"])}
"""


def quiet(_line: str) -> None:
    """Nobody listens to the progress."""


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory, cloud: Cloud) -> Iterator[Path]:
    """The template of a system that is deployed as `shop-prod`."""
    folder = tmp_path_factory.mktemp("prod")
    (folder / "functions").mkdir()
    (folder / "functions" / "hello.py").write_text(HANDLER)
    (folder / "template.yaml").write_text(TEMPLATE)
    system = read(folder / "template.yaml", name="shop")
    deployed(system, cloud=cloud, stack="shop-prod", tell=quiet)
    yield folder / "template.yaml"
    undeploy(cloud=cloud, stack="shop-prod", progress=quiet)


@pytest.fixture
def project(pytester: pytest.Pytester, prod: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project whose system is deployed as `prod` at an endpoint that is not embedded."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "TEST_"))]:
        monkeypatch.delenv(name)
    keys: dict[str, Any] = {"AWS_ACCESS_KEY_ID": cloud.account, "AWS_SECRET_ACCESS_KEY": "test"}
    for name, value in {**keys, "AWS_ENDPOINT_URL": str(cloud.endpoint), "AWS_REGION": cloud.region}.items():
        monkeypatch.setenv(name, value)
    pytester.makepyprojecttoml(f'[tool.harness.systems.shop]\ntemplate = "{prod}"')
    pytester.makeini("[pytest]\naddopts = -p no:cacheprovider --strict-markers")
    return pytester
