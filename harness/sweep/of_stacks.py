"""Stacks whose creation has failed, and of which no ledger here tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from harness.cloud import stacks
from harness.cloud.faults import translated
from harness.sweep.found import Found
from harness.sweep.here import Here
from harness.sweep.ledgers import UNKNOWN

__all__ = ["OfStacks"]

_MOMENTS = ("CreationTime", "LastUpdatedTime", "DeletionTime")


class OfStacks:
    """What failed or killed deployments have left in one account and region.

    Args:
        here: The account and region.
    """

    def __init__(self, here: Here) -> None:
        self._here = here
        self._cloud = here.cloud

    def wrecks(self) -> Iterator[Found]:
        """Give the stacks that have never been a stage; in the embedded cloud they go at once."""
        for one in [] if self._cloud.embedded else self._stacks():
            # A nested stack carries the tags of the one that it is in, and goes with it.
            if stacks.is_wreck(one) and not one.get("ParentId"):
                yield self._wreck(one)

    def _stacks(self) -> Iterator[Mapping[str, Any]]:
        """Give the stacks of the stage, or all of the account: who has begun them is told by a tag only."""
        if not self._here.scope.is_everywhere:
            found = (stacks.describe(self._cloud, name) for name in self._here.scope.stacks)
            yield from (one for one in found if one)
            return
        with translated(self._cloud):
            for page in self._cloud.client("cloudformation").get_paginator("describe_stacks").paginate():
                yield from page["Stacks"]

    def _wreck(self, told: Mapping[str, Any]) -> Found:
        name = told["StackName"]
        stage = self._here.scope.stacks.get(name, "")
        # Its tags name no run.
        return self._here.found(
            "stack", name, run=UNKNOWN, stage=stage, by=("tag", "name") if stage else ("tag",), since=_last(told)
        )


def _last(told: Mapping[str, Any]) -> float | None:
    """Give when something was last done with a stack: for so long somebody may look at what has failed."""
    moments = (told.get(name) for name in _MOMENTS)
    return max((moment.timestamp() for moment in moments if isinstance(moment, datetime)), default=None)
