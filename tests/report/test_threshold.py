"""How much of the surface must be reached."""

from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.report.threshold import percentage


@pytest.mark.parametrize(("text", "expected"), [("0", 0.0), ("87.5", 87.5), ("100", 100.0)])
def test_a_percentage_is_taken(text: str, expected: float) -> None:
    """Both ends are in it."""
    assert expected == percentage(text)


@pytest.mark.parametrize("text", ["many", "500", "-1", "nan", "inf", ""])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    """Nothing is ever below nan, so it would ask for nothing."""
    with pytest.raises(UsageError) as raised:
        percentage(text)

    assert str(raised.value) == (
        f"--surface-fail-under is {text!r}, which is no percentage.\n  write a number from 0 to 100"
    )
