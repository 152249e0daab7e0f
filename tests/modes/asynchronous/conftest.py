"""A small system whose functions are started by what nobody waits for, opened in the three modes."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.cloud import embedded
from harness.project import Project
from harness.settings import read_settings
from harness.stage import Stage

POST = Path(__file__).parent / "post"


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The project, its stages by mode, and what it told."""

    project: Project
    stages: dict[str, Stage]
    told: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def opened(running: embedded.Running, state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The system in an embedded cloud of its own, as `pytest --mode=all` opens it."""
    root = tmp_path_factory.mktemp("asynchronous")
    shutil.copytree(POST, root / "systems" / "post")
    (root / ".harness").mkdir(mode=0o700)
    shutil.copytree(state / "runtime", root / ".harness" / "runtime", symlinks=True)
    told: list[str] = []
    project = Project(read_settings(root, environment={}), tell=told.append)
    stages = {mode: project.stage("post", mode=mode) for mode in ("handler", "invoke", "http")}
    yield Opened(project=project, stages=stages, told=told)
    for stage in stages.values():
        stage.close()
    project.close()


@pytest.fixture(params=["handler", "invoke", "http"])
def stage(request: pytest.FixtureRequest, opened: Opened) -> Iterator[Stage]:
    """The stage in each mode; a test begins and ends as the plugin has it."""
    yield from in_mode(request.param, opened)


@pytest.fixture
def handler(opened: Opened) -> Iterator[Stage]:
    """The stage in mode handler."""
    yield from in_mode("handler", opened)


@pytest.fixture
def invoke(opened: Opened) -> Iterator[Stage]:
    """The stage in mode invoke."""
    yield from in_mode("invoke", opened)


@pytest.fixture
def http(opened: Opened) -> Iterator[Stage]:
    """The stage in mode http."""
    yield from in_mode("http", opened)


def in_mode(mode: str, opened: Opened) -> Iterator[Stage]:
    """Give the stage as the plugin gives it: a test looks from its start on, and nothing of it reaches the next."""
    stage = opened.stages[mode]
    opened.project.began = time.time()
    yield stage
    stage.over(passed=False)
