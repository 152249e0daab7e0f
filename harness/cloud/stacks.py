"""CloudFormation stacks: what they are now, and waiting until they are something else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, translated
from harness.errors import DeploymentFailed

__all__ = ["BEYOND_REPAIR", "FINGERPRINT", "Clock", "Watch", "describe", "in_progress", "is_wreck", "settled"]

# The tag by which an unchanged stack is recognised, and one of the harness.
FINGERPRINT = "harness:fingerprint"

# A stack in one of these can only be deleted.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
BEYOND_REPAIR = frozenset({
    "CREATE_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED",
})  # fmt: skip
# Of these, the ones of a stack that has never been anything.
_NEVER_CREATED = frozenset({"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"})

_MISSING = "ValidationError"

# After half a minute, ask less often.
_QUICK_ROUNDS = 15


@dataclass(frozen=True, kw_only=True)
class Clock:
    """How time passes while we wait: a clock and a way to sleep, both in seconds."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def describe(cloud: Cloud, stack: str) -> dict[str, Any] | None:
    """Give what CloudFormation says of a stack, by name or ARN, or None when there is none."""
    cloudformation = cloud.client("cloudformation")
    with translated(cloud):
        try:
            found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        except cloudformation.exceptions.ClientError as fault:
            # "Stack with id … does not exist" has no code of its own.
            if code_of(fault) != _MISSING:
                raise
            return None
    gone = found["StackStatus"] == "DELETE_COMPLETE"
    return None if gone else dict(found)


def in_progress(status: str) -> bool:
    """Say whether CloudFormation is at work; a stack in review waits for somebody, and nobody works on it.

    >>> in_progress("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    True
    >>> in_progress("REVIEW_IN_PROGRESS")
    False
    """
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"


def is_wreck(found: Mapping[str, Any]) -> bool:
    """Say whether a stack is what is left of a creation that failed, and that the harness began.

    Args:
        found: What CloudFormation says of it.
    """
    tags = {tag["Key"] for tag in found.get("Tags", [])}
    return found["StackStatus"] in _NEVER_CREATED and FINGERPRINT in tags


@dataclass(kw_only=True)
class Watch:
    """One operation on a stack, followed by its events.

    Args:
        cloud: Where the stack is.
        stack: Its ARN or name.
        token: The token that the operation was started with, which its events carry; empty for any operation.
        total: How many resources are expected; 0 when nobody knows, as in an update.
        progress: Is told each line.
    """

    cloud: Cloud
    stack: str
    progress: Callable[[str], None]
    token: str = ""
    total: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _done: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Report the events that are new."""
        for event in reversed(list(self._new())):
            self._seen.add(event["EventId"])
            if event.get("PhysicalResourceId") != event["StackId"]:
                self._tell(event["ResourceStatus"], event)

    def _tell(self, status: str, event: dict[str, Any]) -> None:
        if status.endswith("_FAILED"):
            self.failures.append(event)
        if not status.endswith("_IN_PROGRESS"):
            self._done.add(event["LogicalResourceId"])
            count = f"{len(self._done)} of {self.total} " if self.total else ""
            self.progress(f"{count}{status} {event['LogicalResourceId']}")

    def _new(self) -> Iterator[dict[str, Any]]:
        """Give events from the latest back to the first that is known or belongs to an earlier operation."""
        pages = self.cloud.client("cloudformation").get_paginator("describe_stack_events")
        with translated(self.cloud):
            for page in pages.paginate(StackName=self.stack):
                for event in page["StackEvents"]:
                    if event["EventId"] in self._seen or event.get("ClientRequestToken", "") != self.token:
                        return
                    yield event


def settled(
    cloud: Cloud, stack: str, *, timeout: float, clock: Clock, watch: Watch | None = None
) -> dict[str, Any] | None:
    """Wait until nobody works on a stack and give what it is then; None when it is gone.

    Args:
        cloud: Where the stack is.
        stack: Its ARN or name. By name, a stack that was deleted is gone; by ARN too.
        timeout: How long to wait.
        clock: How time passes.
        watch: Is asked to look between the waits.

    Raises:
        DeploymentFailed: It took too long.
    """
    begin = clock.now()
    for pause in _pauses(embedded=cloud.embedded):
        found = describe(cloud, stack)
        if watch and found:
            watch.look()
        if found is None or not in_progress(found["StackStatus"]):
            return found
        waited = clock.now() - begin
        if waited >= timeout:
            raise DeploymentFailed(
                f"The stack {found['StackName']!r} is still at work after {timeout:g} s.",
                facts=[("status", found["StackStatus"]), ("account", cloud.account), ("region", cloud.region)],
                remedy="Wait for it, or allow more time.",
            )
        clock.sleep(min(pause, timeout - waited))
    raise AssertionError  # pragma: no cover - the pauses never end


def _pauses(*, embedded: bool) -> Iterator[float]:
    """Give how long to wait: the embedded cloud is quick, and AWS throttles who asks too often."""
    count = 0
    while True:
        yield 0.05 if embedded else 2.0 if count < _QUICK_ROUNDS else 5.0
        count += 1
