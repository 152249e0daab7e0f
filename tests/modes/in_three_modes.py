"""A small system in an embedded cloud of its own, opened in the three modes as `pytest --mode=all` opens it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.project import Project
from harness.settings import read_settings
from harness.stage import Stage

__all__ = ["Opened", "handler", "http", "in_mode", "invoke", "opened_in_three_modes", "stage"]

_MODES = ("handler", "invoke", "http")


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The project, its stages by mode, and what it told."""

    project: Project
    stages: dict[str, Stage]
    told: list[str] = field(default_factory=list)


@contextmanager
def opened_in_three_modes(system: Path, *, state: Path, root: Path) -> Iterator[Opened]:
    """Open a system.

    Args:
        system: The folder of its template.
        state: Where what is built once is kept.
        root: The folder of the project that is made for it.
    """
    shutil.copytree(system, root / "systems" / system.name)
    (root / ".harness").mkdir(mode=0o700)
    shutil.copytree(state / "runtime", root / ".harness" / "runtime", symlinks=True)
    told: list[str] = []
    project = Project(read_settings(root, environment={}), tell=told.append)
    stages = {mode: project.stage(system.name, mode=mode) for mode in _MODES}
    yield Opened(project=project, stages=stages, told=told)
    for one in stages.values():
        one.close()
    project.close()


@pytest.fixture(params=_MODES)
def stage(request: pytest.FixtureRequest, opened: Opened) -> Iterator[Stage]:
    """The stage in each mode."""
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
    found = opened.stages[mode]
    opened.project.began = time.time()
    yield found
    found.over(passed=False)
    found.forget()
