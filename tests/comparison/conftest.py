"""Systems whose functions show the event they get, deployed to an embedded cloud."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.project import Project
from harness.settings import read_settings
from harness.stage import Stage

from .seeing import Triggers

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project of both systems, with an embedded cloud of its own."""
    root = tmp_path_factory.mktemp("comparison")
    for system in ("echo", "doors", "triggers"):
        shutil.copytree(HERE / system, root / "systems" / system)
    project = Project(read_settings(root, environment={}), tell=lambda _line: None, alone=True)
    yield project
    project.close()


@pytest.fixture(scope="session")
def echo(project: Project) -> Iterator[Callable[[str], Stage]]:
    """Opens the stage of the system ``echo`` in a mode."""
    yield from _opening(project, "echo")


@pytest.fixture(scope="session")
def doors(project: Project) -> Iterator[Callable[[str], Stage]]:
    """Opens the stage of the system ``doors`` in a mode."""
    yield from _opening(project, "doors")


def _opening(project: Project, system: str) -> Iterator[Callable[[str], Stage]]:
    stages: dict[str, Stage] = {}

    def stage(mode: str) -> Stage:
        return stages.setdefault(mode, stages.get(mode) or project.stage(system, mode=mode))

    yield stage
    for opened in stages.values():
        opened.close()


@pytest.fixture(scope="session")
def played(echo: Callable[[str], Stage]) -> Stage:
    """The stage in mode handler: the harness builds the event."""
    return echo("handler")


@pytest.fixture(scope="session")
def deployed(echo: Callable[[str], Stage]) -> Stage:
    """The stage in mode http: the cloud builds the event."""
    return echo("http")


@pytest.fixture(params=["handler", "invoke", "http"])
def door(request: pytest.FixtureRequest, doors: Callable[[str], Stage]) -> Stage:
    """The stage of the system ``doors`` in each mode."""
    return doors(request.param)


@pytest.fixture(scope="session")
def triggers(project: Project) -> Iterator[Triggers]:
    """Does something to the system ``triggers`` in a mode, and tells what its functions got of it."""
    for opening in _opening(project, "triggers"):
        yield Triggers(project, opening)
