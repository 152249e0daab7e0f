"""What every test of get-togethers stands on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from harness import Stage, User
from steps.gettogethers import given


@pytest.fixture(scope="session", autouse=True)
def gettogethers(stage: Stage) -> Iterator[list[dict[str, Any]]]:
    """Eight meet-ups."""
    with given.the_eight_gettogethers(stage) as gettogethers:
        yield gettogethers


@pytest.fixture(scope="session")
def member(stage: Stage) -> Iterator[User]:
    """A member who has signed in."""
    with given.a_signed_in_member(stage) as user:
        yield user
