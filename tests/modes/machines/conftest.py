"""A system of state machines, opened in the three modes."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.cloud import embedded
from harness.project import Project
from harness.settings import read_settings
from harness.stage import Stage

PHOTOS = Path(__file__).parent / "photos"


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The project and its stages by mode."""

    project: Project
    stages: dict[str, Stage]


@pytest.fixture(scope="session")
def opened(running: embedded.Running, state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The system in an embedded cloud of its own, as `pytest --mode=all` opens it."""
    root = tmp_path_factory.mktemp("photos")
    shutil.copytree(PHOTOS, root / "systems" / "photos")
    (root / ".harness").mkdir(mode=0o700)
    shutil.copytree(state / "runtime", root / ".harness" / "runtime", symlinks=True)
    project = Project(read_settings(root, environment={}), tell=lambda _line: None)
    stages = {mode: project.stage("photos", mode=mode) for mode in ("handler", "invoke", "http")}
    for stage in stages.values():
        stage.cloud.client("s3").put_object(Bucket=stage.physical_id("Bucket"), Key="done", Body=b"done")
    yield Opened(project=project, stages=stages)
    for stage in stages.values():
        stage.close()
    project.close()


@pytest.fixture(params=["handler", "invoke", "http"])
def stage(request: pytest.FixtureRequest, opened: Opened) -> Iterator[Stage]:
    """The stage in each mode; a test begins and ends as the plugin has it."""
    yield from in_mode(request.param, opened)


@pytest.fixture(params=["invoke", "http"])
def deployed(request: pytest.FixtureRequest, opened: Opened) -> Iterator[Stage]:
    """The stage in the modes in which deployed functions run."""
    yield from in_mode(request.param, opened)


@pytest.fixture(params=["handler", "http"])
def listening(request: pytest.FixtureRequest, opened: Opened) -> Iterator[Stage]:
    """The stage in the modes in which an event that a test publishes starts a machine."""
    yield from in_mode(request.param, opened)


@pytest.fixture
def handler(opened: Opened) -> Iterator[Stage]:
    """The stage in mode handler."""
    yield from in_mode("handler", opened)


@pytest.fixture
def invoke(opened: Opened) -> Iterator[Stage]:
    """The stage in mode invoke."""
    yield from in_mode("invoke", opened)


def in_mode(mode: str, opened: Opened) -> Iterator[Stage]:
    """Give the stage as the plugin gives it: a test looks from its start on, and nothing of it reaches the next."""
    stage = opened.stages[mode]
    opened.project.began = time.time()
    yield stage
    stage.over(passed=False)
