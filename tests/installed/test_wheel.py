"""What a user gets who installs the wheel: run from an empty folder, far from the working tree."""

import subprocess
import sys
from importlib.metadata import files
from pathlib import Path

import pytest

import harness

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/
      Handler: hello.handler
      Runtime: python3.12
      Events:
        Greet:
          Type: Api
          Properties: {Path: "/hello", Method: get}
"""


def test_it_is_the_installed_one() -> None:
    """The package under test does not come from the working tree."""
    assert "site-packages" in Path(harness.__file__).parts


def test_it_ships_the_harness_only() -> None:
    """No test, no system and no step of this project is installed."""
    shipped = {file.parts[0] for file in files("serverless-harness") or ()}

    assert {name for name in shipped if name != ".." and not name.endswith(".dist-info")} == {"harness"}


def test_it_ships_its_types() -> None:
    """A type checker sees the annotations."""
    assert (Path(harness.__file__).parent / "py.typed").is_file()


def test_a_new_project_works_in_every_mode(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A template, a handler and a test are enough."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "TEST_MODE", "TEST_STAGE"):
        monkeypatch.delenv(name, raising=False)
    (pytester.path / "functions").mkdir()
    (pytester.path / "template.yaml").write_text(TEMPLATE)
    (pytester.path / "functions" / "hello.py").write_text(
        "def handler(event, context):\n    return {'statusCode': 200, 'body': 'Hello'}\n"
    )
    pytester.makepyfile("def test_greets(stage):\n    assert stage.request('GET', '/hello').text == 'Hello'\n")

    outcome = pytester.runpytest_subprocess("--mode=all")

    outcome.assert_outcomes(passed=3)


def test_the_command_is_there() -> None:
    """`harness` is on the path of the environment."""
    command = Path(sys.executable).with_name("harness")

    outcome = subprocess.run([command, "--help"], capture_output=True, text=True, check=True)

    assert outcome.stdout.startswith("usage: harness")
