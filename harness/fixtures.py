"""The fixtures: ``stage`` and its ``journal``, and what they stand on: ``stage_mode`` and ``stage_system``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from harness.errors import HarnessError
from harness.leaving import leave

if TYPE_CHECKING:  # A project without systems does not load what opens stages.
    from harness.journal.journal import Journal
    from harness.project import Project
    from harness.stage import Stage

__all__ = ["PROJECT", "journal", "stage", "stage_mode", "stage_system"]

PROJECT: pytest.StashKey[Project] = pytest.StashKey()


@pytest.fixture(scope="session")
def stage_mode(request: pytest.FixtureRequest) -> str:
    """The mode in which this test runs: ``handler``, ``invoke`` or ``http``."""
    return str(request.param)


@pytest.fixture(scope="session")
def stage_system(request: pytest.FixtureRequest) -> str:
    """The name of the system that this test is about.

    It is the one that the marker ``system`` names, else the one whose name is a folder above the test, else the
    only one of the project.
    """
    return str(request.param)


@pytest.fixture(scope="session")
def stage(request: pytest.FixtureRequest, stage_mode: str, stage_system: str) -> Iterator[Stage]:
    """The stage of the system, reached in the mode. In the embedded cloud it is deployed first if need be."""
    project = request.config.stash[PROJECT]
    try:
        opened = project.stage(stage_system, mode=stage_mode)
    except HarnessError as error:
        leave(error, session=request.session)
    yield opened
    opened.close()


@pytest.fixture
def journal(stage: Stage) -> Journal:
    """What the system publishes in this stage: ``stage.journal``."""
    return stage.journal
