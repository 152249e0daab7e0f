"""The schedules of a template that EventBridge Scheduler keeps; rules with a schedule are among the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.system.model import Resource, Schedule
from harness.system.references import Declared, number

__all__ = ["dead_letters_of", "retries_of", "schedules_of"]


def schedules_of(declared: Declared) -> dict[str, Schedule]:
    """Give the schedules by logical id."""
    return {resource.name: _schedule(resource, declared) for resource in declared.of_type("AWS::Scheduler::Schedule")}


def _schedule(resource: Resource, declared: Declared) -> Schedule:
    target = resource.properties.get("Target") or {}
    return Schedule(
        name=resource.name,
        expression=declared.text(resource.properties.get("ScheduleExpression", "")),
        target=declared.reference(target.get("Arn")),
        input=target.get("Input"),
        enabled=resource.properties.get("State") != "DISABLED",
        retries=retries_of(target),
        dead_letters=dead_letters_of(target, declared),
    )


def retries_of(target: Mapping[str, Any]) -> int:
    """Give how often a target is tried again: 185 times in 24 hours, unless the template says otherwise."""
    policy = target.get("RetryPolicy") or {}
    return int(number(policy.get("MaximumRetryAttempts"), default=Schedule.retries))


def dead_letters_of(target: Mapping[str, Any], declared: Declared) -> str | None:
    """Give the queue for what a target did not take."""
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    return None if queue is None else declared.reference(queue, "AWS::SQS::Queue")
