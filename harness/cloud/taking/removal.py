"""One removal: what is to go, and with which clients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of
from harness.cloud.taking.patience import patient
from harness.ledger import Thing

__all__ = ["Removal", "gone_is_fine"]

# What the services say of a thing that is not there, or of the pool, bucket, table, topic or bus in which it was.
_GONE = frozenset({
    "AWS.SimpleQueueService.NonExistentQueue", "NoSuchBucket", "NoSuchKey", "NotFound", "QueueDoesNotExist",
    "ResourceNotFoundException", "UserNotFoundException",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Removal:
    """One removal.

    Args:
        thing: What is to go.
        cloud: Where it is.
        known: How its service calls it, where somebody knows that already: the URL of a queue, the ARN of a
            subscription, the id of a client. Then nobody has to look for it.
        many: Whether very many things go at once.
    """

    thing: Thing
    cloud: Cloud
    known: str = ""
    many: bool = False

    def client(self, service: str) -> Any:
        """Give a client that is patient."""
        return patient(self.cloud, service, many=self.many)


@contextmanager
def gone_is_fine() -> Iterator[None]:
    """Let pass that something is not there."""
    try:
        yield
    except Exception as fault:
        if code_of(fault) not in _GONE:
            raise
