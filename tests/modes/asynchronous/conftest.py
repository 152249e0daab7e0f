"""A small system whose functions are started by what nobody waits for, opened in the three modes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.modes.in_three_modes import Opened, handler, http, invoke, opened_in_three_modes, stage

__all__ = ["POST", "Opened", "handler", "http", "invoke", "opened", "stage"]

POST = Path(__file__).parent / "post"


@pytest.fixture(scope="session")
def opened(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The system in an embedded cloud of its own."""
    with opened_in_three_modes(POST, state=state, root=tmp_path_factory.mktemp("asynchronous")) as found:
        yield found
