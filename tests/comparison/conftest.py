"""A system whose functions show the event they get, deployed to an embedded cloud."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.project import Project
from harness.settings import read_settings
from harness.stage import Stage

ECHO = Path(__file__).parent / "echo"


@pytest.fixture(scope="session")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Stage]]:
    """Opens the stage of the system in a mode."""
    root = tmp_path_factory.mktemp("comparison")
    shutil.copytree(ECHO, root / "systems" / "echo")
    project = Project(read_settings(root, environment={}), tell=lambda _line: None, alone=True)
    stages: dict[str, Stage] = {}

    def stage(mode: str) -> Stage:
        return stages.setdefault(mode, stages.get(mode) or project.stage("echo", mode=mode))

    yield stage
    for opened in stages.values():
        opened.close()
    project.close()


@pytest.fixture(scope="session")
def played(echo: Callable[[str], Stage]) -> Stage:
    """The stage in mode handler: the harness builds the event."""
    return echo("handler")


@pytest.fixture(scope="session")
def deployed(echo: Callable[[str], Stage]) -> Stage:
    """The stage in mode http: the cloud builds the event."""
    return echo("http")
