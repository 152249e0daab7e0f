"""What every test of orders that are invoiced later stands on."""

from __future__ import annotations

import pytest

from harness import Stage
from steps.orders_async import given


@pytest.fixture(scope="session", autouse=True)
def watched(stage: Stage) -> None:
    """The audit and the dead letters, from before the first test on."""
    given.we_watch_the_audit_and_dead_letters(stage)
