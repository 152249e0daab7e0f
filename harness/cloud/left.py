"""What runs of the harness have left behind in a cloud: what taps are made of, users and their app clients.

All of it is told by its name, which holds the id of the run. No ledger is asked: this finds out whether one was right.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from harness.cloud import listing
from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.names import Names
from harness.ledger.naming import CLIENT, TAP, USER
from harness.system.model import System

__all__ = ["Made", "left_behind"]

_DEFAULT_BUS = "default"
# "When you delete a queue, the deletion process takes up to 60 seconds."
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
_PAUSE, _LOOKS = 5.0, 14


@dataclass(frozen=True, kw_only=True)
class Made:
    """How the things of runs are called.

    Args:
        taps: What the names of rules, queues and notifications begin with, as ``harness-tap-0f3a9c21-``.
        users: What the addresses of users begin with, as ``harness-0f3a9c21-``.
        clients: What the names of app clients begin with, as ``harness-five-minutes-0f3a9c21-``.
    """

    taps: tuple[str, ...]
    users: tuple[str, ...]
    clients: tuple[str, ...] = ()

    @classmethod
    def by(cls, runs: Iterable[str]) -> Made:
        """Give how the things are called that runs have made; without a run, whatever taps any run has made.

        Args:
            runs: Their ids.
        """
        known = tuple(runs)
        return cls(
            taps=tuple(f"{TAP}{run}-" for run in known) or (TAP,),
            users=tuple(f"{USER}{run}-" for run in known),
            clients=tuple(f"{CLIENT}{run}-" for run in known),
        )


def left_behind(
    system: System, *, cloud: Cloud, names: Names, made: Made, sleep: Callable[[float], None] = time.sleep
) -> list[str]:
    """Give what is left in a stage, a line each.

    In AWS what has been deleted may be listed for a while, so it is looked at again until it has gone or has stayed for
    longer than that.

    Args:
        system: The system as its template declares it.
        cloud: Where the stage is.
        names: What its things are called there.
        made: How the things are called that should not be there any more.
        sleep: How to wait between two looks.

    Raises:
        NotAllowed: The tester may not look.
    """
    stage = _Stage(system, cloud=cloud, names=names, made=made)
    found = stage.look()
    for _ in range(0 if cloud.embedded else _LOOKS):
        if not found:
            break
        sleep(_PAUSE)
        found = stage.look()
    return found


class _Stage:
    def __init__(self, system: System, *, cloud: Cloud, names: Names, made: Made) -> None:
        self._system = system
        self._cloud = cloud
        self._names = names
        self._made = made

    def look(self) -> list[str]:
        with translated(self._cloud):
            return [
                *self.queues(),
                *self.rules(),
                *self.subscriptions(),
                *self.notifications(),
                *self.users(),
                *self.clients(),
            ]

    def _of_type(self, kind: str) -> list[str]:
        """Give the physical ids of the resources of a type that there are."""
        return [self._names.physical[one] for one in self._system.of_type(kind) if one in self._names.physical]

    def queues(self) -> Iterator[str]:
        for prefix in self._made.taps:
            yield from (f"queue {name}" for name, _ in listing.queues(self._cloud, prefix=prefix))

    def rules(self) -> Iterator[str]:
        for bus in [*self._of_type("AWS::Events::EventBus"), _DEFAULT_BUS]:
            for prefix in self._made.taps:
                found = listing.rules(self._cloud, bus=bus, prefix=prefix)
                yield from (f"rule {rule['Name']} on bus {bus}" for rule in found)

    def subscriptions(self) -> Iterator[str]:
        for topic in self._of_type("AWS::SNS::Topic"):
            for one in listing.subscriptions(self._cloud, topic=topic):
                queue = one.get("Endpoint", "").rpartition(":")[2]
                if queue.startswith(self._made.taps):
                    yield f"subscription of queue {queue} to topic {topic.rpartition(':')[2]}"

    def notifications(self) -> Iterator[str]:
        for bucket in listing.buckets_tapped(self._cloud, of=self._of_type("AWS::S3::Bucket")):
            for one in listing.notifications(self._cloud, bucket=bucket):
                if one.get("Id", "").startswith(self._made.taps):
                    yield f"notification {one['Id']} of bucket {bucket}"

    def users(self) -> Iterator[str]:
        for pool in self._of_type("AWS::Cognito::UserPool"):
            for prefix in self._made.users:
                found = listing.users(self._cloud, pool=pool, prefix=prefix)
                yield from (f"user {user['Username']} of pool {pool}" for user in found)

    def clients(self) -> Iterator[str]:
        for pool in self._of_type("AWS::Cognito::UserPool") if self._made.clients else ():
            for one in listing.clients(self._cloud, pool=pool):
                if one["ClientName"].startswith(self._made.clients):
                    yield f"client {one['ClientName']} of pool {pool}"
