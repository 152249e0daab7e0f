"""What starts a function by the clock: the event of a scheduled rule, and that of EventBridge Scheduler.

https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html
"""

from __future__ import annotations

from typing import Any

from harness.events import eventbridge

__all__ = ["event", "scheduler_event"]


def event(
    *,
    rule_arn: str,
    account: str | None = None,
    region: str | None = None,
    time: float | None = None,
    event_id: str | None = None,
) -> dict[str, Any]:
    """Give the event that a scheduled rule sends to a target without an input of its own.

    >>> sent = event(rule_arn="arn:aws:events:eu-west-1:123456789012:rule/nightly", time=1795255200)
    >>> sent["detail-type"], sent["source"], sent["account"], sent["detail"]
    ('Scheduled Event', 'aws.events', '123456789012', {})

    Args:
        rule_arn: The ARN of the rule.
        account: That of the ARN unless given.
        region: That of the ARN unless given.
        time: In seconds since 1970, now unless given.
        event_id: A UUID; a new one unless given.
    """
    sent = eventbridge.schedule_event(rule_arn, time=time, event_id=event_id)
    return sent | {"account": account or sent["account"], "region": region or sent["region"]}


def scheduler_event(*, schedule_arn: str, time: float | None = None, event_id: str | None = None) -> dict[str, Any]:
    """Give the event that a schedule of EventBridge Scheduler sends to a target without an input.

    Its detail is the text ``{}``: https://github.com/aws-powertools/powertools-lambda-python/issues/6112

    >>> sent = scheduler_event(schedule_arn="arn:aws:scheduler:eu-west-1:123456789012:schedule/default/nightly")
    >>> sent["detail-type"], sent["source"], sent["detail"]
    ('Scheduled Event', 'aws.scheduler', '{}')

    Args:
        schedule_arn: The ARN of the schedule.
        time: In seconds since 1970, now unless given.
        event_id: A UUID; a new one unless given.
    """
    return event(rule_arn=schedule_arn, time=time, event_id=event_id) | {"source": "aws.scheduler", "detail": "{}"}
