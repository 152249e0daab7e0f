"""A system of state machines, opened in the three modes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.stage import Stage
from tests.modes.in_three_modes import Opened, handler, in_mode, invoke, opened_in_three_modes, stage

__all__ = ["Opened", "deployed", "handler", "invoke", "listening", "opened", "stage"]

PHOTOS = Path(__file__).parent / "photos"


@pytest.fixture(scope="session")
def opened(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The system in an embedded cloud of its own; in its bucket is an object that a task asks for."""
    with opened_in_three_modes(PHOTOS, state=state, root=tmp_path_factory.mktemp("machines")) as found:
        for one in found.stages.values():
            one.cloud.client("s3").put_object(Bucket=one.physical_id("Bucket"), Key="done", Body=b"done")
        yield found


@pytest.fixture(params=["invoke", "http"])
def deployed(request: pytest.FixtureRequest, opened: Opened) -> Iterator[Stage]:
    """The stage in the modes in which deployed functions run."""
    yield from in_mode(request.param, opened)


@pytest.fixture(params=["handler", "http"])
def listening(request: pytest.FixtureRequest, opened: Opened) -> Iterator[Stage]:
    """The stage in the modes in which an event that a test publishes starts a machine."""
    yield from in_mode(request.param, opened)
