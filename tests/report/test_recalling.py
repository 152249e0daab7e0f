"""What was seen when a fixture failed, of the further tests that need it."""

from __future__ import annotations

from dataclasses import replace

from harness.report.recalling import recalled, remember
from harness.report.record import ActRecord, Cause, TestRecord

FIRST = TestRecord(
    test="test_first",
    system="shop",
    mode="invoke",
    outcome="error",
    began=100.0,
    seconds=3.0,
    failure="AssertionError: 502",
    kind="AssertionError",
    acts=(ActRecord(verb="request", what="POST /orders", at=0.5, seconds=1, status=502),),
    causes=(Cause(area="permissions", text="Order may not events:PutEvents on EventBus"),),
)
SECOND = TestRecord(test="test_second", system="shop", mode="invoke", outcome="error", began=104.0, seconds=0.1)


def test_the_same_exception_brings_the_same_evidence() -> None:
    """With the test in which it was seen; when the test itself began, and how long it took, stays its own."""
    failure = AssertionError("502")
    remember(failure, FIRST)

    found = recalled(failure, SECOND)

    assert replace(FIRST, test="test_second", began=104.0, seconds=0.1, as_in="test_first") == found


def test_another_exception_brings_nothing() -> None:
    """Though it says the same."""
    remember(AssertionError("502"), FIRST)

    assert recalled(AssertionError("502"), SECOND) is None


def test_each_mode_has_evidence_of_its_own() -> None:
    """A fixture that knows no mode raises the same exception in all of them; so it is with systems."""
    failure = AssertionError("502")
    remember(failure, FIRST)

    assert recalled(failure, replace(SECOND, mode="http")) is None
    assert recalled(failure, replace(SECOND, system="bank")) is None


def test_an_exception_that_refuses_attributes_is_remembered_too() -> None:
    """One of a frozen dataclass, for example."""

    class Frozen(Exception):
        def __setattr__(self, name: str, value: object) -> None:
            raise AttributeError(name)

    failure = Frozen()
    remember(failure, FIRST)

    assert recalled(failure, SECOND) is not None
