"""Stacks whose creation has come to no good end."""

from __future__ import annotations

from harness.cloud import stacks
from harness.cloud.removing import delete
from harness.cloud.stacks import Clock
from harness.cloud.taking.by_hand import sweep_for
from harness.cloud.taking.removal import Removal
from harness.errors import NotRemoved

__all__ = ["remove_stack"]

_LONGEST = 900.0


def remove_stack(removal: Removal) -> None:
    """Delete what is left of a stack whose creation failed; one that is deployed by now is a stage, and stays.

    Raises:
        NotRemoved: CloudFormation is still at work on it.
        DeploymentFailed: CloudFormation could not delete all of it.
    """
    cloud, name = removal.cloud, removal.thing.name
    found = stacks.describe(cloud, name)
    if found and stacks.in_progress(found["StackStatus"]):
        raise NotRemoved(
            f"CloudFormation is still at work on the stack {name!r} ({found['StackStatus']}).",
            remedy=f"once it is done, take away what is left of it, if anything is: {sweep_for(removal.thing)}",
        )
    if found and stacks.is_wreck(found):
        delete(cloud, found, progress=lambda _line: None, timeout=_LONGEST, clock=Clock())
