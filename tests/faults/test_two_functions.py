"""Two functions whose modules and variables have the same names, in one process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from harness.project import Project
from harness.settings import read_settings
from harness.stage import Stage

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Handler: app.handler, Runtime: python3.12, Timeout: 10}
Resources:
  Red:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: red/
      Environment: {Variables: {colour_of_the_function: red}}
      Events: {Get: {Type: Api, Properties: {Path: /red, Method: GET}}}
  Blue:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: blue/
      Environment: {Variables: {colour_of_the_function: blue}}
      Events: {Get: {Type: Api, Properties: {Path: /blue, Method: GET}}}
"""
APP = """\
import json, os
import paint

def handler(event, context):
    before = os.environ.get("painted_by")
    os.environ["painted_by"] = paint.COLOUR
    paint.CALLS.append(event["path"])
    seen = {"variable": os.environ["colour_of_the_function"], "module": paint.COLOUR, "before": before,
            "calls": paint.CALLS, "folder": os.path.basename(os.getcwd())}
    return {"statusCode": 200, "body": json.dumps(seen)}
"""


@pytest.fixture(scope="module")
def opened(warm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The stage of the two in handler mode."""
    root = tmp_path_factory.mktemp("two")
    (root / ".harness").mkdir(mode=0o700)
    (root / ".harness/runtime").symlink_to(warm / "runtime")
    (root / "template.yaml").write_text(TEMPLATE)
    for colour in ("red", "blue"):
        (root / colour).mkdir()
        (root / colour / "app.py").write_text(APP)
        (root / colour / "paint.py").write_text(f"COLOUR = {colour!r}\nCALLS = []\n")
    project = Project(read_settings(root, environment={}))
    with closing(project), closing(project.stage(root.name, mode="handler")) as stage:
        yield stage


@pytest.fixture
def two(opened: Stage) -> Stage:
    """The stage before anything was called."""
    opened.cold_start("Red")
    opened.cold_start("Blue")
    return opened


def asked(stage: Stage, colour: str) -> dict[str, Any]:
    answer = stage.request("GET", f"/{colour}")
    assert answer.status_code == 200, answer
    seen: dict[str, Any] = answer.json
    return seen


@pytest.mark.parametrize("seen", ["module", "variable", "folder"])
def test_each_function_sees_its_own(two: Stage, seen: str) -> None:
    """Modules and variables of the same name, and the working directory, also when the functions take turns."""
    answers = [asked(two, colour)[seen] for colour in ("red", "blue", "red", "blue")]

    assert answers == ["red", "blue", "red", "blue"]


def test_the_state_of_a_module_stays_warm_for_its_function_only(two: Stage) -> None:
    """As in Lambda, a second call finds what the first left, and another function finds nothing of it."""
    asked(two, "red")
    asked(two, "blue")

    assert asked(two, "red")["calls"] == ["/red", "/red"]


def test_a_cold_start_of_one_leaves_the_other_warm(two: Stage) -> None:
    """Only the state of the named function is dropped."""
    asked(two, "red")
    asked(two, "blue")

    two.cold_start("Red")

    assert asked(two, "red")["calls"] == ["/red"]
    assert asked(two, "blue")["calls"] == ["/blue", "/blue"]


def test_a_variable_that_a_function_sets_is_its_own(two: Stage) -> None:
    """It is there at the function's next call and in no other function."""
    asked(two, "red")

    assert asked(two, "blue")["before"] is None
    assert asked(two, "red")["before"] == "red"


def test_nothing_of_them_stays_in_the_process(two: Stage) -> None:
    """The tester's modules, variables and path are as before."""
    path, folder = list(sys.path), Path.cwd()

    asked(two, "red")

    assert not {"app", "paint"} & set(sys.modules)
    assert not {"colour_of_the_function", "painted_by"} & set(os.environ)
    assert (sys.path, Path.cwd()) == (path, folder)
