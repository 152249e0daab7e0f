"""A small system whose functions read queues, streams and tables, opened in the three modes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.modes.in_three_modes import Opened, handler, http, invoke, opened_in_three_modes, stage

__all__ = ["DEPOT", "Opened", "handler", "http", "invoke", "opened", "stage"]

DEPOT = Path(__file__).parent / "depot"


@pytest.fixture(scope="session")
def opened(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The system in an embedded cloud of its own."""
    with opened_in_three_modes(DEPOT, state=state, root=tmp_path_factory.mktemp("mapped")) as found:
        yield found
