"""An embedded cloud for the tests that need one, and projects to run pytest in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import _secrets
from harness.cloud import embedded
from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.interpreter import interpreter

pytest_plugins = ["pytester"]

REGION = "us-east-1"


@pytest.fixture(autouse=True)
def _own_secrets() -> Iterator[None]:
    """What is secret in one test may be a plain word in the next one; what a wider fixture knows stays secret."""
    before = set(_secrets._known)  # noqa: SLF001 - a run of the harness never forgets
    yield
    for value in _secrets._known.keys() - before:  # noqa: SLF001
        _secrets._forget(value)  # noqa: SLF001


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for caches and state of this test session; the Python of functions is built in it."""
    folder = tmp_path_factory.mktemp("state")
    interpreter(folder)
    return folder


# A cloud for each file: what a file leaves in it, and how it names it, is no other file's trouble.
@pytest.fixture(scope="module")
def running(state: Path) -> Iterator[embedded.Running]:
    """An embedded cloud, empty at first."""
    found = embedded.start(state, region=REGION)
    yield found
    embedded.stop(found)


@pytest.fixture(scope="module")
def cloud(running: embedded.Running, state: Path) -> Cloud:
    """The same cloud with its clients."""
    return embedded_cloud(running.endpoint, folder=state, region=REGION)
