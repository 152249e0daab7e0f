"""One way to take a thing away, whatever it is and whoever does it."""

from __future__ import annotations

from collections.abc import Callable

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.ledger import Thing

__all__ = ["command", "remove", "take_away"]

# Removes a thing; that it is not there is fine.
Remover = Callable[[Cloud, Thing], None]

_REMOVERS: dict[str, Remover] = {}


def take_away(thing: Thing, *, cloud: Cloud) -> bool:
    """Take a thing away, write into the ledger how that went, and say whether it has gone.

    It raises nothing, for it must hide no test's own result: what could not be taken away is in the ledger with the
    reason, and is told when the run ends.

    Args:
        thing: What is to go; one that is not there has gone.
        cloud: Where it is.
    """
    try:
        remove(thing, cloud=cloud)
    except Exception as error:  # noqa: BLE001 - it is told in the end
        cloud.ledger.failed(thing, why=str(error).splitlines()[0])
        return False
    cloud.ledger.removed(thing)
    return True


def remove(thing: Thing, *, cloud: Cloud) -> None:
    """Take a thing away without a word to the ledger.

    Raises:
        StageError: It could not be taken away.
    """
    with translated(cloud):
        _REMOVERS[thing.kind](cloud, thing)


def command(thing: Thing) -> str:
    """Give the command of the AWS CLI that takes a thing away, for whoever must do it by hand."""
    raise NotImplementedError(thing)
