"""Records and items that a mapping reads in tumbling windows, in each mode of the embedded cloud."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.errors import MisusedStep
from harness.stage import Stage

Put = Callable[[Stage], object]


@pytest.mark.parametrize(
    ("mapping", "seconds", "put"),
    [
        ("CountClicks", 30, lambda stage: stage.put_record("Clicks", "click", key="k")),
        ("CountRows", 90, lambda stage: stage.write("Rows", {"id": "1"})),
    ],
    ids=["records", "items"],
)
def test_a_tumbling_window_is_refused_in_every_mode(stage: Stage, mapping: str, seconds: int, put: Put) -> None:
    """Neither what is played nor the embedded cloud itself has one, so none is ignored in silence."""
    with pytest.raises(MisusedStep) as caught:
        put(stage)

    assert str(caught.value) == (
        f"The event source mapping {mapping!r} has a tumbling window, which only AWS itself has.\n"
        "  function: Count\n"
        f"  window: {seconds} s\n"
        '  test it in mode http in AWS, and mark the test: @pytest.mark.modes("http", reason="…")'
    )


def test_what_waits_for_nothing_is_not_refused(stage: Stage) -> None:
    """No mapping reads this table."""
    stage.write("Tries", {"id": "unread"})

    assert stage.item("Tries", {"id": "unread"}) == {"id": "unread"}
