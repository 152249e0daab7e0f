"""An embedded cloud for the tests that need one, and projects to run pytest in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cloud import embedded
from harness.cloud.account import Cloud, embedded_cloud

pytest_plugins = ["pytester"]

REGION = "us-east-1"


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for caches and state of this test session."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def running(state: Path) -> Iterator[embedded.Running]:
    """An embedded cloud, empty at first."""
    found = embedded.start(state, region=REGION)
    yield found
    embedded.stop(found)


@pytest.fixture(scope="session")
def cloud(running: embedded.Running, state: Path) -> Cloud:
    """The same cloud with its clients."""
    return embedded_cloud(running.endpoint, folder=state, region=REGION)
