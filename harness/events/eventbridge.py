"""The event that EventBridge sends to the target of a rule.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
"""

from __future__ import annotations

import json
import time as clock
from collections.abc import Iterable, Mapping
from typing import Any

from harness._text import new_uuid
from harness.errors import NotHandedOn
from harness.events.times import iso_seconds
from harness.events.transformer import found_at, minified, transformed
from harness.system.model import Target

__all__ = ["event", "handed_on", "schedule_event", "text_handed_on"]


def event(  # noqa: PLR0913 - the fields of an event
    *,
    source: str,
    detail_type: str,
    detail: Mapping[str, Any],
    account: str,
    region: str,
    resources: Iterable[str] = (),
    time: float | None = None,
    event_id: str | None = None,
) -> dict[str, Any]:
    """Give an event as EventBridge hands it to a function.

    The detail has been JSON on its way, so it shares nothing with what was given.

    >>> event(source="shop", detail_type="order_placed", detail={"id": "o-1"}, account="123456789012",
    ...       region="eu-west-1", time=1795255200, event_id="6a7e8feb-b491-4cf7-a9f1-bf3703467718")
    ... # doctest: +NORMALIZE_WHITESPACE
    {'version': '0', 'id': '6a7e8feb-b491-4cf7-a9f1-bf3703467718', 'detail-type': 'order_placed', 'source': 'shop',
     'account': '123456789012', 'time': '2026-11-21T10:00:00Z', 'region': 'eu-west-1', 'resources': [],
     'detail': {'id': 'o-1'}}

    Args:
        source: Who sends it; ``aws.`` is for AWS itself.
        detail_type: What kind of detail it has.
        detail: What can be written as a JSON object.
        account: Twelve digits.
        region: Such as ``eu-west-1``.
        resources: ARNs of what it is about.
        time: In seconds since 1970, now unless given; EventBridge knows whole seconds only.
        event_id: A UUID; a new one unless given.
    """
    return {
        "version": "0",
        "id": event_id or new_uuid(),
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": iso_seconds(clock.time() if time is None else time),
        "region": region,
        "resources": list(resources),
        "detail": json.loads(json.dumps(detail)),
    }


def schedule_event(rule_arn: str, *, time: float | None = None, event_id: str | None = None) -> dict[str, Any]:
    """Give the event that a scheduled rule sends; account and region are those of the rule.

    https://docs.aws.amazon.com/lambda/latest/dg/with-scheduled-events.html

    >>> sent = schedule_event("arn:aws:events:eu-west-1:123456789012:rule/nightly", time=1795255200)
    >>> sent["detail-type"], sent["source"], sent["region"], sent["resources"], sent["detail"]
    ('Scheduled Event', 'aws.events', 'eu-west-1', ['arn:aws:events:eu-west-1:123456789012:rule/nightly'], {})

    Args:
        rule_arn: The ARN of the rule.
        time: In seconds since 1970, now unless given.
        event_id: A UUID; a new one unless given.
    """
    region, account = rule_arn.split(":")[3:5]
    return event(
        source="aws.events",
        detail_type="Scheduled Event",
        detail={},
        account=account,
        region=region,
        resources=[rule_arn],
        time=time,
        event_id=event_id,
    )


def handed_on(
    event: Mapping[str, Any], target: Target, *, rule_arn: str, rule_name: str, now: float | None = None
) -> Any:
    """Give what a function receives as the target of a rule: the event, or what the target makes of it.

    >>> sent = schedule_event("arn:aws:events:eu-west-1:123456789012:rule/nightly")
    >>> handed_on(sent, Target(resource="Clean", input_path="$.detail-type"), rule_arn="…", rule_name="nightly")
    'Scheduled Event'
    >>> handed_on(sent, Target(resource="Clean", input='{"days": 7}'), rule_arn="…", rule_name="nightly")
    {'days': 7}

    Args:
        event: The event that matched the rule.
        target: The target, its input resolved to text.
        rule_arn: The ARN of the rule.
        rule_name: The name of the rule.
        now: When EventBridge received the event, in seconds since 1970; now unless given.

    Raises:
        NotHandedOn: EventBridge hands nothing on, for the reason that the error gives.
    """
    text = text_handed_on(event, target, rule_arn=rule_arn, rule_name=rule_name, now=now)
    try:
        return json.loads(text)
    except ValueError as error:
        # Lambda takes JSON only (InvalidRequestContentException).
        raise NotHandedOn(f"The function would receive {text!r}, which is no JSON: {error}.") from error


def text_handed_on(
    event: Mapping[str, Any], target: Target, *, rule_arn: str, rule_name: str, now: float | None = None
) -> str:
    """Give the text that a queue or a topic receives as the target of a rule; it need not be JSON.

    >>> transformer = {"InputPathsMap": {"id": "$.detail.id"}, "InputTemplate": '"order <id>"'}
    >>> text_handed_on({"detail": {"id": "o-1"}}, Target(resource="Queue", input_transformer=transformer),
    ...                rule_arn="…", rule_name="orders")
    '"order o-1"'

    Args:
        event: The event that matched the rule.
        target: The target, its input resolved to text.
        rule_arn: The ARN of the rule.
        rule_name: The name of the rule.
        now: When EventBridge received the event, in seconds since 1970; now unless given.

    Raises:
        NotHandedOn: EventBridge hands nothing on, for the reason that the error gives.
    """
    if target.input is not None:
        return target.input if isinstance(target.input, str) else minified(target.input)
    if target.input_transformer is not None:
        received = iso_seconds(clock.time() if now is None else now)
        return transformed(
            event, target.input_transformer, rule_arn=rule_arn, rule_name=rule_name, ingestion_time=received
        )
    if target.input_path is not None:
        return minified(_part(event, target.input_path))
    return minified(event)


def _part(event: Mapping[str, Any], path: str) -> Any:
    try:
        return found_at(path, event)
    except KeyError:
        # The documentation does not say what AWS does; a test should rather be told than go on with a guess.
        raise NotHandedOn(f"The input path {path!r} finds nothing in the event.") from None
