"""What every test of the catalogue stands on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness import Stage
from steps.catalogue import given
from steps.catalogue.when import Somebody


@pytest.fixture(scope="session", autouse=True)
def products(stage: Stage) -> Iterator[None]:
    """Five products of two categories."""
    with given.the_products(stage):
        yield


@pytest.fixture(scope="session")
def customer(stage: Stage) -> Iterator[Somebody]:
    """A customer who has signed in."""
    with given.a_signed_in_customer(stage) as user:
        yield Somebody(user=user)
