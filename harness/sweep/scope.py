"""The resources of a stage, as CloudFormation knows them: what things of runs are attached to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of

__all__ = ["Scope", "scope_of"]

_POOL, _TOPIC, _STACK = "AWS::Cognito::UserPool", "AWS::SNS::Topic", "AWS::CloudFormation::Stack"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Where is looked in an account.

    Args:
        stage: What is not told otherwise by a tag is of this stage; empty when that cannot be said.
        pools: The ids of the user pools; None for all of the account.
        topics: The ARNs of the topics that are the stage's own.
        stacks: The stages of the stacks that the project knows, by name.
    """

    stage: str = ""
    pools: frozenset[str] | None = None
    topics: frozenset[str] = field(default_factory=frozenset)
    stacks: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_everywhere(self) -> bool:
        """Whether all of the account is looked at."""
        return self.pools is None


def scope_of(cloud: Cloud, *, stacks: Collection[str], stage: str, pools: Iterable[str] = ()) -> Scope:
    """Give the scope of a stage.

    Args:
        cloud: Where it is.
        stacks: The names of its stacks; one that is not deployed any more has nothing.
        stage: Its name.
        pools: The ids of user pools of which is known besides that they were its own.
    """
    resources = [one for stack in stacks for one in _resources(cloud, stack)]
    return Scope(
        stage=stage,
        pools=frozenset([*pools, *(id_ for kind, id_ in resources if kind == _POOL)]),
        topics=frozenset(id_ for kind, id_ in resources if kind == _TOPIC),
        stacks=dict.fromkeys(stacks, stage),
    )


def _resources(cloud: Cloud, stack: str) -> Iterator[tuple[str, str]]:
    """Give type and physical id of each resource, those of nested stacks too."""
    cloudformation = cloud.client("cloudformation")
    found: list[dict[str, Any]] = []
    try:
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
            found += page["StackResourceSummaries"]
    except cloudformation.exceptions.ClientError as fault:
        # "Stack with id … does not exist" has no code of its own.
        if code_of(fault) != "ValidationError":
            raise
    for one in found:
        if one.get("PhysicalResourceId"):
            yield one["ResourceType"], one["PhysicalResourceId"]
            if one["ResourceType"] == _STACK:
                yield from _resources(cloud, one["PhysicalResourceId"])
