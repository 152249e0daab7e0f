"""A stage that has settled is done with what the test has set off, however slow it is; where functions are deployed."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from harness.errors import StageError
from harness.stage import Stage

_SET_OFF: dict[str, Callable[[Stage], object]] = {
    "ByBus": lambda stage: stage.publish("Bus", source="slow", detail_type="asked", detail={}),
    "ByTopic": lambda stage: stage.notify("Topic", "asked"),
    "ByStream": lambda stage: stage.put_record("Stream", {"n": 1}, key="one"),
    # The same item again is no change.
    "ByTable": lambda stage: stage.write("Table", {"id": "one", "now": str(time.time())}),
    "ByBucket": lambda stage: stage.upload("Bucket", "one.txt", "1"),
    "BySchedule": lambda stage: stage.fire("ByScheduleDaily"),
    "ByCall": lambda stage: stage.call("ByCall", {}, asynchronous=True),
    "Second": lambda stage: stage.publish("Bus", source="chain", detail_type="asked", detail={}),
}

# A busy machine takes its time for three cold starts.
_LONG = 90.0
_DEPLOYED = pytest.mark.parametrize("mode", ["invoke", "http"])


def runs(stage: Stage, function: str) -> int:
    """Give how often a function came to its end."""
    row = stage.item("Rows", {"id": function})
    return int(row["runs"]) if row else 0


@_DEPLOYED
@pytest.mark.parametrize("function", _SET_OFF)
def test_a_slow_function_has_come_to_its_end(mode: str, function: str, request: pytest.FixtureRequest) -> None:
    """Its row is there, and what it has published at the very end is in the journal."""
    stage: Stage = request.getfixturevalue(mode)
    before = runs(stage, function)

    _SET_OFF[function](stage)
    stage.settle(within=_LONG)

    assert before + 1 == runs(stage, function)
    assert [function] == [entry.body for entry in stage.journal.entries("Told")]


def test_what_is_to_be_tried_again_is_waited_for(http: Stage) -> None:
    """Between two attempts nothing runs."""
    http.call("Flaky", {}, asynchronous=True)

    http.settle(within=_LONG)

    assert 3 == runs(http, "Flaky")


def test_what_does_not_end_in_time_is_named(http: Stage) -> None:
    """The error says which function runs."""
    http.call("ByCall", {"seconds": 5}, asynchronous=True)

    with pytest.raises(StageError) as caught:
        http.settle(within=0.5)

    http.settle(within=_LONG)
    assert (
        "The stage has not become quiet within 0.5 s.\n"
        "  not done: ByCall runs (1 invocation)\n"
        "  does a function fail again and again? see its log: harness tail; or wait longer: within=…"
    ) == str(caught.value)


def test_records_that_are_not_read_are_named(http: Stage) -> None:
    """Until the function has ended nobody has read them."""
    http.put_record("Stream", {"seconds": 5}, key="one")

    with pytest.raises(StageError) as caught:
        http.settle(within=0.5)

    http.settle(within=_LONG)
    assert ("not done", "Stream, which ByStream reads, holds records that were not read") in caught.value.facts
