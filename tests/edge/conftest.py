"""A small project to run pytest in: one function behind one route."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cloud import embedded

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
    if (state / "runtime").exists():
        shutil.copytree(state / "runtime", pytester.path / ".harness" / "runtime", symlinks=True)
    yield pytester
    running = embedded.find(pytester.path / ".harness")
    if running is not None:
        embedded.stop(running)
