"""What functions get by the clock: fired in each mode, and when the embedded cloud's own clock has struck.

Each difference is listed with the fact of AWS; a test fails when one goes away and when a new one appears.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import pytest

from harness.stage import Stage

from .differing import differing, masked
from .seeing import Deed, Triggers

OWN = ("id", "time", "at")
# What else is different when the embedded cloud's own clock strikes. No test of a stage waits for that.
TICKED: dict[str, dict[str, Any]] = {
    # It follows no index of an array: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    "Transformed": {"by": ("arn:aws:events:us-east-1:ACCOUNT:rule/<Transformed>", "")},
    # Scheduler sends text: https://github.com/aws-powertools/powertools-lambda-python/issues/6112
    "EchoBare": {"detail": ("{}", {})},
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    "EchoSwept": {
        "attempt": ("1", "<aws.scheduler.attempt-number>"),
        "by": ("arn:aws:scheduler:us-east-1:ACCOUNT:schedule/default/<EchoSwept>", "<aws.scheduler.schedule-arn>"),
    },
}


def named(stage: Stage, schedule: str) -> str:
    """The name of a schedule, which is in the event."""
    return stage.physical_id(schedule)


def given(_stage: Stage, schedule: str) -> str:
    """The end of the schedule's logical id, which is in the input that the template gives."""
    return f'"{schedule.removeprefix("Echo")}"'


KNOWN: dict[str, Callable[[Stage, str], str]] = {
    "EchoPlainly": named,
    "EchoGiven": given,
    "Transformed": named,
    "EchoBare": named,
    "EchoSwept": given,
}


@cache
def fired(schedule: str) -> Deed:
    """A schedule goes off."""

    def fire(stage: Stage, _mark: str) -> str:
        stage.fire(schedule)
        return KNOWN[schedule](stage, schedule)

    return fire


def twin(schedule: str) -> str:
    """The schedule that goes off by itself."""
    return f"EchoTicked{schedule.removeprefix('Echo')}" if schedule.startswith("Echo") else f"Ticked{schedule}"


@pytest.mark.parametrize("schedule", KNOWN)
@pytest.mark.parametrize("mode", ["handler", "invoke"])
def test_a_schedule_starts_a_function_with_the_same(triggers: Triggers, mode: str, schedule: str) -> None:
    """Field by field."""
    (ours,), (theirs,) = triggers.events(fired(schedule), mode), triggers.events(fired(schedule), "http")

    assert {} == differing(masked(ours, OWN), masked(theirs, OWN))


@pytest.mark.parametrize("schedule", KNOWN)
def test_the_clock_starts_a_function_with_the_same(triggers: Triggers, schedule: str) -> None:
    """As a test that fires it, but for what is listed."""
    ours = triggers.events(fired(schedule), "handler")[0]

    theirs = json.loads(
        json.dumps(triggers.ticked(partial(KNOWN[schedule], schedule=twin(schedule)))).replace("Ticked", "")
    )

    assert TICKED.get(schedule, {}) == differing(masked(ours, OWN), masked(theirs, OWN))
