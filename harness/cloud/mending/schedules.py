"""Schedules: what they may start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.cloud.mending.asynchronous import may

__all__ = ["ask_the_role_of_schedules"]

_ACTIONS = {
    "events": "events:PutEvents",
    "lambda": "lambda:InvokeFunction",
    "sns": "sns:Publish",
    "sqs": "sqs:SendMessage",
    "states": "states:StartExecution",
}


def ask_the_role_of_schedules() -> None:
    """Let a schedule start only what its role may.

    "To invoke your target, EventBridge Scheduler must have permission", which the execution role gives
    (https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html). ``_tick_schedules``
    (``services/scheduler.py``) starts a target through ``_invoke_target`` (``services/eventbridge.py``), and neither
    asks.
    """
    from ministack.services import eventbridge  # noqa: PLC0415 - only the child process has it

    invoke = getattr(eventbridge, "_invoke_target", None)
    if invoke is None:
        return

    def invoke_where_allowed(target: Mapping[str, Any], event: Any, rule: Mapping[str, Any], *rest: Any) -> Any:
        arn, role = target.get("Arn", ""), target.get("RoleArn", "")
        action = _ACTIONS.get(arn.split(":")[2]) if arn.startswith("arn:") else None
        if action and ":scheduler:" in rule.get("Arn", "") and not may(role, action, arn):
            eventbridge.logger.warning("Scheduler: %s may not %s on %s", role, action, arn)
            return None
        return invoke(target, event, rule, *rest)

    eventbridge._invoke_target = invoke_where_allowed  # noqa: SLF001 - the place of the difference
