"""One way to take a thing away, whatever it is and whoever does it."""

from __future__ import annotations

import time
from collections.abc import Callable

from harness._text import reason_of
from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, message_of, translated
from harness.cloud.taking import buckets, queues, rules, stacks, stored, topics, users
from harness.cloud.taking.by_hand import command, sweep_for
from harness.cloud.taking.patience import answered, silent
from harness.cloud.taking.removal import Removal
from harness.cloud.taking.sharing import unless_used
from harness.errors import ForeignPlace, NotRemoved, StageError, UnreachableEndpoint
from harness.ledger import Kind, Thing

__all__ = ["register", "remove", "take_away"]

_REMOVERS: dict[Kind, Callable[[Removal], None]] = {
    "client": users.remove_client,
    "user": users.remove_user,
    "object": unless_used(stored.remove_object),
    "item": unless_used(stored.remove_item),
    "notification": buckets.remove_notification,
    "subscription": topics.remove_subscription,
    "rule": rules.remove_rule,
    "queue": queues.remove_queue,
    "stack": stacks.remove_stack,
}

# What passes and botocore does not try again: somebody else changes the same rule or the same bucket at this moment.
_PASSING = frozenset({"ConcurrentModificationException", "OperationAborted"})
_PAUSES = (0.5, 1.0, 2.0)

Sleep = Callable[[float], None]


def register(kind: Kind, remover: Callable[[Cloud, Thing], None]) -> None:
    """Say how things of a kind are removed that lie in a layer above.

    Args:
        kind: Of which kind.
        remover: Removes one; that it is not there is fine.
    """
    _REMOVERS[kind] = lambda removal: remover(removal.cloud, removal.thing)


def take_away(thing: Thing, *, cloud: Cloud, known: str = "", many: bool = False) -> bool:
    """Take a thing away, write into the ledger how that went, and say whether it has gone.

    It raises nothing, for it must hide no test's own result: what could not be taken away is in the ledger with the
    reason, and is told when the run ends.

    Args:
        thing: What is to go; one that is not there has gone.
        cloud: Where it is.
        known: How its service calls it, if that is known; see `Removal`.
        many: Whether very many things go at once.
    """
    try:
        remove(thing, cloud=cloud, known=known, many=many)
    except Exception as error:  # noqa: BLE001 - it is told in the end
        cloud.ledger.failed(thing, why=reason_of(error))
        return False
    cloud.ledger.removed(thing)
    return True


def remove(thing: Thing, *, cloud: Cloud, known: str = "", many: bool = False, sleep: Sleep = time.sleep) -> None:
    """Take a thing away without a word to the ledger.

    Args:
        thing: What is to go; one that is not there has gone.
        cloud: Where it is.
        known: How its service calls it, if that is known; see `Removal`.
        many: Whether very many things go at once.
        sleep: How to wait until somebody else has done with the same thing.

    Raises:
        StageError: It could not be taken away.
    """
    if thing.kind not in _REMOVERS:
        raise NotRemoved(f"The {thing.kind} {thing.name!r} is taken away by `{command(thing)}` only.")
    removal = Removal(thing=thing, cloud=cloud, known=known, many=many)
    try:
        with translated(cloud):
            _insist_on_its_account(thing, cloud=cloud)
            _repeated(removal, sleep=sleep)
    except UnreachableEndpoint:
        silent(cloud)
        raise
    except StageError:
        raise
    except Exception as fault:
        if not code_of(fault):
            raise
        raise NotRemoved(
            f"It could not be taken away, {code_of(fault)}: {message_of(fault).rstrip('.')}.",
            facts=[("thing", thing)],
            remedy=command(thing),
        ) from None
    answered(cloud)


def _insist_on_its_account(thing: Thing, *, cloud: Cloud) -> None:
    """Refuse to look in another account: nothing is there, so it would be written down as gone."""
    if not thing.embedded and cloud.account != thing.account:
        raise ForeignPlace(
            f"The {thing.kind} {thing.name!r} is in the account {thing.account!r}, and the credentials are of "
            f"{cloud.account!r}.",
            facts=[("identity", cloud.identity["Arn"])],
            remedy=f"sign in to the account of the run, and take it away: {sweep_for(thing)}",
        )


def _repeated(removal: Removal, *, sleep: Sleep) -> None:
    remover = _REMOVERS[removal.thing.kind]
    for pause in _PAUSES:
        try:
            return remover(removal)
        except Exception as fault:
            if code_of(fault) not in _PASSING:
                raise
            sleep(pause)
    return remover(removal)
