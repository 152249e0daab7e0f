"""Rules and schedules: targets that the embedded cloud does not start, and what it does not do about failures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from harness.cloud.completing.wanted import Wanted

__all__ = ["left_of_rule", "left_of_schedule"]

# What `_invoke_target` of ``services/eventbridge.py`` starts.
_STARTED = frozenset({"events", "lambda", "sns", "sqs", "states"})


def left_of_rule(wanted: Wanted) -> list[str]:
    """Name what a rule asks for in vain."""
    targets = [one for one in wanted.properties.get("Targets") or [] if isinstance(one, Mapping)]
    return [wanted.not_done(text) for target in targets for text in _left(target)]


def left_of_schedule(wanted: Wanted) -> list[str]:
    """Name what a schedule asks for in vain."""
    zone = wanted.properties.get("ScheduleExpressionTimezone", "UTC")
    left = [
        *_left(wanted.properties.get("Target") or {}),
        *([] if zone == "UTC" else [f"its time zone {zone}: it is UTC"]),
    ]
    return [wanted.not_done(text) for text in left]


def _left(target: Mapping[str, Any]) -> Iterable[str]:
    arn = target.get("Arn")
    service = arn.split(":")[2] if isinstance(arn, str) and arn.startswith("arn:") else None
    if service is not None and service not in _STARTED:
        yield f"its target {arn} is not started"
    if target.get("DeadLetterConfig"):
        yield "its dead-letter queue: what a target does not take is lost"
