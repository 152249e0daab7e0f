"""What runs have left in one account and region, found by the names and the tags that the harness gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from harness.cloud.account import Cloud
from harness.cloud.faults import message_of, translated
from harness.errors import ForeignPlace, HarnessError, NoCredentials, UnreachableEndpoint
from harness.sweep.found import Found
from harness.sweep.here import Here
from harness.sweep.of_pools import OfPools
from harness.sweep.of_stacks import OfStacks
from harness.sweep.of_taps import OfTaps
from harness.sweep.scope import Scope

__all__ = ["Account"]


class Account:
    """One account and region in which is looked.

    Args:
        cloud: The account.
        scope: Where in it.

    Attributes:
        unseen: What could not be looked into, and why, a line each.
    """

    def __init__(self, cloud: Cloud, *, scope: Scope) -> None:
        self.unseen: list[str] = []
        self._cloud = cloud
        here = Here(cloud, scope=scope)
        self._taps = OfTaps(here)
        self._pools = OfPools(here)
        self._stacks = OfStacks(here)

    def look(self) -> list[Found]:
        """Give all that is called as things of runs are, and nothing else.

        Raises:
            ForeignPlace: They have expired, and others were found in their place.
            NoCredentials: There are none.
            UnreachableEndpoint: Nothing answers.
        """
        kinds: Mapping[str, Callable[[], Iterator[Found]]] = {
            "queues": self._taps.queues,
            "rules": self._taps.rules,
            "subscriptions": self._taps.subscriptions,
            "notifications": self._taps.notifications,
            "users": self._pools.users,
            "app clients": self._pools.clients,
            "stacks": self._stacks.wrecks,
        }
        return [found for what, look in kinds.items() for found in self._seen(what, look)]

    def _seen(self, what: str, look: Callable[[], Iterator[Found]]) -> list[Found]:
        """Give what a look shows; that one of them is not allowed is no reason not to take the others."""
        found: list[Found] = []
        try:
            with translated(self._cloud):
                found.extend(look())
        except (ForeignPlace, NoCredentials, UnreachableEndpoint):
            raise
        except HarnessError as error:
            told = dict(error.facts)
            self.unseen.append(f"{what}: {error.sentence} {told.get('reason', '')}".rstrip())
        except Exception as fault:  # noqa: BLE001 - it is told, and decides the exit code
            self.unseen.append(f"{what}: {message_of(fault)}")
        return found
