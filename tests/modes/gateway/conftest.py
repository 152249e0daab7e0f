import pytest

from .world import Issuer


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer("key-1")


@pytest.fixture(scope="session")
def stranger() -> Issuer:
    """Signs with another key under the same id."""
    return Issuer("key-1")
