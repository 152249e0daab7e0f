"""Schedules of EventBridge Scheduler: state, expression, target and input."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.cloud.drift.difference import Difference, compared, missing
from harness.cloud.drift.place import Absent, Place
from harness.system.model import Resource

__all__ = ["look"]


def look(place: Place) -> Iterator[Difference]:
    """Give what differs of the schedules."""
    client = place.client("scheduler")
    schedules = place.resources("AWS::Scheduler::Schedule")

    def configuration(schedule: Resource) -> Any:
        group = schedule.properties.get("GroupName") or "default"
        return place.ask(
            "schedules",
            action="scheduler:GetSchedule",
            call=lambda: client.get_schedule(Name=place.names.physical[schedule.name], GroupName=group),
        )

    known = [one for one in schedules if isinstance(one.properties.get("GroupName") or "", str)]
    for schedule, have in zip(known, place.each(configuration, known), strict=True):
        if have is Absent.GONE:
            yield missing("schedule", schedule.name)
        elif have is not Absent.UNREAD:
            yield from compared("schedule", schedule.name, place.pairs(_pairs(schedule, have, place=place)))


def _pairs(schedule: Resource, have: Mapping[str, Any], *, place: Place) -> dict[str, tuple[Any, Any]]:
    declared, there = schedule.properties.get("Target") or {}, have.get("Target") or {}
    arn = declared.get("Arn")
    zone = schedule.properties.get("ScheduleExpressionTimezone") or "UTC"
    pairs: dict[str, tuple[Any, Any]] = {
        "state": (schedule.properties.get("State", "ENABLED").lower(), str(have.get("State", "")).lower()),
        "expression": (schedule.properties.get("ScheduleExpression"), have.get("ScheduleExpression")),
        "target": (place.called(arn) if isinstance(arn, str) else arn, place.called(there.get("Arn", ""))),
        "input": (_parsed(declared.get("Input")), _parsed(there.get("Input"))),
    }
    # The embedded cloud knows UTC only, which is told at each deployment.
    if not place.cloud.embedded:
        pairs["time zone"] = (zone, have.get("ScheduleExpressionTimezone") or "UTC")
    return pairs


def _parsed(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value
