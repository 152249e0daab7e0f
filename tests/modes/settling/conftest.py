"""A small system whose functions take their time, opened in the three modes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.modes.in_three_modes import Opened, http, invoke, opened_in_three_modes

__all__ = ["SLOW", "Opened", "http", "invoke", "opened"]

SLOW = Path(__file__).parent / "slow"


@pytest.fixture(scope="session")
def opened(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The system in an embedded cloud of its own."""
    with opened_in_three_modes(SLOW, state=state, root=tmp_path_factory.mktemp("settling")) as found:
        yield found
