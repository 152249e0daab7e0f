"""The accounts in which a sweep looks, and those in which it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.cloud import embedded
from harness.cloud.account import EMBEDDED_ACCOUNT, Cloud, embedded_cloud
from harness.cloud.allowed import allowed_cloud
from harness.cloud.leases import leased
from harness.cloud.ports import port_in
from harness.cloud.taking import sweep_for
from harness.errors import UnreachableEndpoint
from harness.ledger import Ledger, Thing
from harness.settings import Settings
from harness.sweep.found import Found
from harness.sweep.telling import counted, place_of

__all__ = ["Elsewhere", "clouds_of", "elsewhere", "ports_of_runs"]

# A machine may be busy, and what does not answer is not swept.
_PATIENCE = 5.0


def clouds_of(settings: Settings, *, ledger: Ledger, known: Sequence[Thing]) -> list[Cloud]:
    """Give the accounts of the stage: the one in AWS, or all of the embedded clouds that answer.

    Args:
        settings: What is set.
        ledger: Where it is written down what has gone.
        known: What ledgers tell of: clouds that are not that of `harness up`, and accounts.

    Raises:
        ForeignPlace: The account or the region is none that the project allows.
        UnreachableEndpoint: The embedded cloud of the project runs, and does not answer.
    """
    if not settings.embedded:
        return [allowed_cloud(settings, ledger=ledger)]
    # The cloud of a run that is alive is its own, and that of one that has ended is ended itself.
    of_runs = ports_of_runs(known)
    places = {
        thing.place for thing in known if thing.embedded and thing.endpoint and port_in(thing.endpoint) not in of_runs
    }
    there = {endpoint for endpoint in {place[2] for place in places} if embedded.answers(endpoint, within=_PATIENCE)}
    running = embedded.remembered(settings.folder)
    if running and embedded.runs(running):
        _insist_on_an_answer(running)
        accounts = [EMBEDDED_ACCOUNT, *leased(settings.folder, cloud=str(running.port))]
        places |= {(account, running.region, running.endpoint) for account in accounts}
        there.add(running.endpoint)
    return [
        embedded_cloud(endpoint, folder=settings.folder, region=region, account=account, ledger=ledger)
        for account, region, endpoint in sorted(places)
        if endpoint in there
    ]


def _insist_on_an_answer(running: embedded.Running) -> None:
    """Refuse to call clean what could not be looked into."""
    if not embedded.answers(running.endpoint, within=_PATIENCE):
        raise UnreachableEndpoint(
            f"The embedded cloud at {running.endpoint!r} runs but does not answer.",
            facts=[("process", running.pid), ("log", running.log)],
            remedy="stop it: harness down",
        )


def ports_of_runs(things: Iterable[Thing]) -> set[str]:
    """Give the ports of the clouds that runs have started for themselves."""
    return {thing.name for thing in things if thing.kind == "cloud"}


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """What ledgers of runs that have ended tell of that this sweep does not touch.

    Args:
        told: How much there is of what, and where.
        command: The sweep that does.
    """

    told: str
    command: str


def elsewhere(found: Iterable[Found]) -> Iterator[Elsewhere]:
    """Give what is in other places, one line each."""
    things = [one.thing for one in found]
    for one in Counter((thing.stage, thing.profile, *thing.place, thing.embedded) for thing in things):
        there = [thing for thing in things if (thing.stage, thing.profile, *thing.place, thing.embedded) == one]
        yield Elsewhere(
            told=f"{counted(thing.kind for thing in there)} of the stage {there[0].stage!r}, {place_of(there[0])}",
            command=sweep_for(there[0]),
        )
