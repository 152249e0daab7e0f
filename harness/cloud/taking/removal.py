"""One removal: what is to go, and with which clients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.taking.patience import patient
from harness.ledger import Thing

__all__ = ["Removal"]


@dataclass(frozen=True, kw_only=True)
class Removal:
    """One removal.

    Args:
        thing: What is to go.
        cloud: Where it is.
        known: How its service calls it, where somebody knows that already: the URL of a queue, the ARN of a
            subscription, the id of a client, the name of a user in the pool. Then nobody has to look for it.
        many: Whether very many things go at once.
    """

    thing: Thing
    cloud: Cloud
    known: str = ""
    many: bool = False

    def client(self, service: str) -> Any:
        """Give a client that is patient."""
        return patient(self.cloud, service, many=self.many)
