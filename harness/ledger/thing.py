"""One thing that the harness creates, told so that another process can find and remove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from harness._text import redacted

__all__ = ["ORDER", "Identity", "Kind", "Thing"]

# In the order in which they are taken away: what leads into a queue goes before the queue.
Kind = Literal[
    "client",
    "user",
    "object",
    "item",
    "items",
    "parameter",
    "notification",
    "subscription",
    "rule",
    "queue",
    "stack",
    "cloud",
]
ORDER: tuple[Kind, ...] = get_args(Kind)

# Kind, name, where it is, and account, region and endpoint.
Identity = tuple[Kind, str, str, tuple[str, str, str]]


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One thing.

    Args:
        kind: What it is: ``client`` (app client of a user pool), ``user``, ``object`` (of a bucket), ``item`` (of a
            table), ``items`` and ``parameter`` (held, see `harness.held`), ``notification`` (of a bucket),
            ``subscription``, ``rule`` (with its targets), ``queue``, ``stack`` (until it is deployed: then it is a
            stage, which stays), ``cloud`` (an embedded one: process and folder).
        name: Its name. Of a client its name, not its id; of an item its key as DynamoDB's typed JSON; of a
            subscription the ARN of the queue into which it leads; of items the name of the table; of a cloud its port.
        within: Where it is: the pool, bucket, table, topic (its ARN) or bus; of what is held the key of its store; of a
            cloud its folder. Empty for a queue and a stack.
        account: The account, in twelve digits; empty for a cloud.
        region: The region.
        endpoint: The address of every service; empty for AWS itself.
        embedded: Whether it is in an embedded cloud.
        profile: The AWS profile with which it was created; empty for what the environment offered.
        stage: The name of the stage for whose tests it was created.
    """

    kind: Kind
    name: str
    within: str = ""
    account: str = ""
    region: str = ""
    endpoint: str = ""
    embedded: bool = False
    profile: str = ""
    stage: str = ""

    @property
    def place(self) -> tuple[str, str, str]:
        """Account, region and endpoint: things of different places are different things."""
        return self.account, self.region, self.endpoint

    @property
    def identity(self) -> Identity:
        """What it is and where: runs that have the same of it in their ledgers have one thing in common."""
        return self.kind, self.name, self.within, self.place

    def __str__(self) -> str:
        """Give it in words, as ``rule 'harness-tap-…' of 'orders-bus'``, without what is secret in a key."""
        # The key of a store says nothing to anybody.
        within = "" if self.kind in ("items", "parameter") else redacted(self.within)
        return f"{self.kind} {redacted(self.name)!r}" + (f" of {within!r}" if within else "")
