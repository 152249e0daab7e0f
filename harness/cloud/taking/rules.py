"""Rules of a bus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.cloud.faults import gone_is_fine
from harness.cloud.taking.removal import Removal
from harness.errors import NotRemoved

__all__ = ["remove_rule"]

# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemoveTargets.html
_AT_ONCE = 100


def remove_rule(removal: Removal) -> None:
    """Delete a rule, and its targets before: EventBridge deletes no rule that has some.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html
    """
    events, thing = removal.client("events"), removal.thing
    with gone_is_fine():
        targets = list(_targets(events, bus=thing.within, rule=thing.name))
        for start in range(0, len(targets), _AT_ONCE):
            ids = targets[start : start + _AT_ONCE]
            answer = events.remove_targets(Rule=thing.name, EventBusName=thing.within, Ids=ids)
            _insist_that_they_went(answer, rule=thing.name)
        events.delete_rule(Name=thing.name, EventBusName=thing.within)


def _targets(events: Any, *, bus: str, rule: str) -> Iterator[str]:
    for page in events.get_paginator("list_targets_by_rule").paginate(Rule=rule, EventBusName=bus):
        yield from (target["Id"] for target in page["Targets"])


def _insist_that_they_went(answer: dict[str, Any], *, rule: str) -> None:
    if answer.get("FailedEntryCount"):
        failed = answer["FailedEntries"][0]
        raise NotRemoved(
            f"The target {failed.get('TargetId')!r} of the rule {rule!r} stays: {failed.get('ErrorCode')}.",
            facts=[("reason", failed.get("ErrorMessage"))],
        )
