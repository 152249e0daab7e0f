"""What every test of Big Mouth stands on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness import Stage, User
from steps.bigmouth import given


@pytest.fixture(scope="session", autouse=True)
def restaurants(stage: Stage) -> Iterator[None]:
    """Eight restaurants, and the secret of the search."""
    with given.the_eight_restaurants(stage), given.the_secret_of_the_search(stage):
        yield


@pytest.fixture(scope="session")
def customer(stage: Stage) -> Iterator[User]:
    """A customer who has signed in."""
    with given.a_signed_in_customer(stage) as user:
        yield user
