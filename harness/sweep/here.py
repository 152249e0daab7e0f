"""One account and region, and what is found there."""

from __future__ import annotations

from typing import Any

from harness.cloud.account import Cloud
from harness.ledger import Kind, Thing
from harness.sweep.found import Found
from harness.sweep.scope import Scope

__all__ = ["Here"]


class Here:
    """One account and region.

    Args:
        cloud: The account.
        scope: Where in it is looked.
    """

    def __init__(self, cloud: Cloud, *, scope: Scope) -> None:
        self.cloud = cloud
        self.scope = scope

    def arn(self, service: str, name: str) -> str:
        """Give the ARN of something."""
        return f"arn:{self.cloud.partition}:{service}:{self.cloud.region}:{self.cloud.account}:{name}"

    def found(self, kind: Kind, name: str, *, run: str, within: str = "", stage: str = "", **more: Any) -> Found:
        """Give something that is there.

        Args:
            kind: What it is.
            name: Its name; see `Thing`.
            run: The id of the run that has made it.
            within: Where it is; see `Thing`.
            stage: The stage for whose tests it was made; empty when nothing tells it.
            more: What else is known; see `Found`.
        """
        thing = Thing(
            kind=kind,
            name=name,
            within=within,
            account=self.cloud.account,
            region=self.cloud.region,
            endpoint=self.cloud.endpoint or "",
            embedded=self.cloud.embedded,
            profile=self.cloud.profile or "",
            stage=stage,
        )
        return Found(thing=thing, run=run, **({"by": ("name",)} | more))
