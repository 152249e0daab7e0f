"""What runs have left, as their ledgers tell: what has gone by itself, what is taken away in the end, what is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from harness.cloud import embedded
from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.ports import listens, port_in
from harness.cloud.taking import register, take_away
from harness.errors import NotRemoved
from harness.ledger import Ledger, Left, Thing, books

__all__ = ["cloud_of", "has_gone", "remaining", "settle", "take_away_the_rest"]


Forget = Callable[[Thing], object]

register("cloud", lambda cloud, thing: embedded.end_left(thing, of=cloud.ledger.runs_of(thing)))


def cloud_of(thing: Thing, *, folder: Path, ledger: Ledger) -> Cloud:
    """Give the account and region in which a thing is.

    Args:
        thing: What is there.
        folder: The project's folder for caches and state.
        ledger: Where it is written down that the thing has gone.
    """
    if thing.embedded:
        return embedded_cloud(thing.endpoint, folder=folder, region=thing.region, account=thing.account, ledger=ledger)
    return Cloud(
        folder=folder,
        region=thing.region,
        endpoint=thing.endpoint or None,
        profile=thing.profile or None,
        stage=thing.stage,
        ledger=ledger,
    )


def has_gone(thing: Thing) -> bool:
    """Say whether a thing was in an embedded cloud that runs no more; all that is in one is in its memory."""
    return thing.embedded and thing.kind != "cloud" and not listens(int(port_in(thing.endpoint)))


def settle(folder: Path, *, forget: Forget) -> None:
    """End the embedded clouds that dead runs have left, and write off what has gone with them.

    It costs next to nothing where no run has left anything.

    Args:
        folder: The project's folder for caches and state.
        forget: Is told what has gone with its cloud.
    """
    for book in books(folder):
        # Asked once: who writes into the ledger of a run keeps it alive meanwhile.
        if any(one.thing.embedded for one in book.left) and book.has_ended:
            ledger = Ledger(folder, run=book.run)
            _settle(book.left, ledger=ledger, forget=forget)
            ledger.close()


def _settle(left: Iterable[Left], *, ledger: Ledger, forget: Forget) -> None:
    for thing in [one.thing for one in left if one.thing.kind == "cloud"]:
        try:
            embedded.end_left(thing, of={ledger.run})
        except NotRemoved as error:
            ledger.failed(thing, why=error.sentence)
        else:
            ledger.removed(thing)
    for thing in [one.thing for one in left if has_gone(one.thing)]:
        forget(thing)
        ledger.removed(thing)


def remaining(folder: Path, *, stage: str) -> tuple[int, int]:
    """Give how many things dead runs have left in a stage, and how many runs these are.

    Args:
        folder: The project's folder for caches and state.
        stage: The name of the stage.
    """
    numbers = [
        sum(one.thing.stage == stage and one.thing.kind != "cloud" and not has_gone(one.thing) for one in book.left)
        for book in books(folder)
        if book.left and book.has_ended
    ]
    return sum(numbers), sum(number > 0 for number in numbers)


def take_away_the_rest(ledger: Ledger, *, folder: Path, forget: Forget) -> None:
    """Take away what is still there of a run whose other processes have ended, some of them before they had done so.

    What was tried and could not be taken away is not tried again: its reason is known.

    Args:
        ledger: That of the run.
        folder: The project's folder for caches and state.
        forget: Is told what has gone with its cloud.
    """
    left = ledger.left
    if not left:
        return
    _settle(left, ledger=ledger, forget=forget)
    clouds: dict[tuple[str, str, str, str], Cloud] = {}
    for thing in [one.thing for one in ledger.left if not one.why]:
        place = (*thing.place, thing.profile)
        if place not in clouds:
            clouds[place] = cloud_of(thing, folder=folder, ledger=ledger)
        take_away(thing, cloud=clouds[place])
