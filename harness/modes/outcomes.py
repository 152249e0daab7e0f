"""Asynchronous invocations in one mode: who runs them, and who is told how they ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.events.destinations import bus_event
from harness.journal.taps import DEFAULT_BUS
from harness.modes.asynchronous import Asynchronous, Attempt, Letter
from harness.modes.destinations import Destinations
from harness.modes.links import ended, settled
from harness.modes.messages import BusEvent, QueueMessage, TopicMessage
from harness.modes.playing import Player
from harness.runtime.credentials import Credentials
from harness.system.model import System
from harness.system.partitions import partition_of

__all__ = ["asynchronous_for"]

Causing = Callable[..., AbstractContextManager[None]]


def asynchronous_for(  # noqa: PLR0913 - each is a fact of a stage
    system: System,
    *,
    cloud: Cloud,
    names: Names,
    attempt: Attempt,
    credentials: Callable[[str], Credentials],
    tell: Callable[[str], None],
    player: Callable[[], Player | None],
    causing: Causing = lambda _function, **_path: nullcontext(),
) -> Asynchronous:
    """Give what Lambda does about asynchronous invocations, as a mode does it.

    Args:
        system: The system as its template declares it.
        cloud: The cloud of the stage.
        names: What its things are called there.
        attempt: Runs a function once.
        credentials: Gives those of a function's role.
        tell: Called with a sentence when a function that is told does not run.
        player: Gives what plays topics and buses, or None where these really get what they are told.
        causing: Remembers what is published meanwhile as a function's own.
    """

    def start(function: str, event: Mapping[str, Any], *, path: tuple[str, ...], by: str) -> None:
        __tracebackhide__ = True
        ended(path)
        with causing(function, path=path):
            settled(found.run(function, event, path=path), started_by=by, path=path)

    def play(letter: Letter, *, path: tuple[str, ...]) -> bool:
        __tracebackhide__ = True
        playing = player()
        return playing is not None and _played(letter, playing, system=system, names=names, path=path)

    destinations = Destinations(
        system, cloud=cloud, names=names, credentials=credentials, start=start, play=play, tell=tell
    )
    found = Asynchronous(system, names=names, attempt=attempt, tell=destinations)
    return found


def _played(letter: Letter, player: Player, *, system: System, names: Names, path: tuple[str, ...]) -> bool:
    """Play a letter to a topic, a bus, or a queue that a function reads, and say whether it is one to such."""
    __tracebackhide__ = True
    kind = system.resources[letter.to].type if letter.to in system.resources else ""
    if kind == "AWS::SQS::Queue" and player.reads(letter.to):
        player.send([QueueMessage(queue=letter.to, body=letter.text, attributes=letter.attributes)], path=path)
        return True
    if kind == "AWS::SNS::Topic":
        player.notify(TopicMessage(topic=letter.to, message=letter.text, attributes=letter.attributes), path=path)
        return True
    if kind == "AWS::Events::EventBus" or letter.to.endswith(":event-bus/default"):
        bus = letter.to if kind else DEFAULT_BUS
        place = f"{partition_of(names.region)[0]}:events:{names.region}:{names.account}"
        arn = f"arn:{place}:event-bus/{names.physical.get(bus, bus)}"
        told = bus_event(letter.body, bus_arn=arn)
        event = BusEvent(
            bus=bus,
            source=told["source"],
            detail_type=told["detail-type"],
            detail=told["detail"],
            resources=tuple(told["resources"]),
        )
        player.publish(event, path=path)
        return True
    return False
