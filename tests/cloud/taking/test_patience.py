"""A removal waits out what passes, within a bound, and tells the rest."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest

from harness._secrets import keep_secret
from harness.cloud.account import embedded_cloud
from harness.cloud.taking import remove, take_away
from harness.cloud.taking.patience import patient, silent
from harness.errors import NotRemoved, UnreachableEndpoint
from harness.ledger import read

from .standing import LOST, Standing, refusal

BUSY = refusal(400, "ThrottlingException")
TOO_MANY = refusal(400, "TooManyRequestsException")
BROKEN = refusal(500, "InternalFailure")
CHANGED = refusal(400, "ConcurrentModificationException")


@pytest.mark.parametrize("instead", [BUSY, TOO_MANY, BROKEN, LOST])
def test_what_passes_is_waited_out(standing: Standing, through: Any, instead: Any) -> None:
    """A throttle, a 500, and an answer that was lost: then the user has gone already."""
    thing = standing.thing("user", "ann")
    there, front = through(lambda _operation, times: instead if times < 1 else None)

    gone = take_away(thing, cloud=there)

    assert (True, 2, []) == (gone, front.asked.count("AdminDeleteUser"), standing.there("user"))


@pytest.mark.parametrize(("many", "mode"), [(False, "standard"), (True, "adaptive")])
def test_a_service_is_asked_eight_times(through: Any, *, many: bool, mode: str) -> None:
    """By botocore, which slows all calls down together where there are very many."""
    there, _ = through(lambda _operation, _times: None)

    retries = patient(there, "sqs", many=many).meta.config.retries

    assert (mode, 8) == (retries["mode"], retries["total_max_attempts"])


def test_clients_are_kept_as_long_as_their_cloud(through: Any) -> None:
    """One for all things of a service: a client takes longer to make than a thing to go."""
    there, _ = through(lambda _operation, _times: None)
    one, other = patient(there, "sqs"), patient(there, "sqs")
    same, seen = one is other, weakref.ref(one)

    del there, one, other
    gc.collect()

    assert (True, None) == (same, seen())


def test_the_embedded_cloud_has_its_own_clients(standing: Standing) -> None:
    """It throttles nobody."""
    assert standing.cloud.client("sqs") is patient(standing.cloud, "sqs", many=True)


def test_whoever_waited_in_vain_does_not_wait_again(standing: Standing, through: Any) -> None:
    """Each other thing is asked for once, until there is an answer."""
    ann, bob = (standing.thing("user", name) for name in ("ann", "bob"))
    there, front = through(lambda _operation, times: LOST if times == 0 else None)
    silent(there)

    missed, found = take_away(ann, cloud=there), take_away(bob, cloud=there)

    assert (False, True, 2) == (missed, found, len(front.asked))
    assert 8 == patient(there, "sqs").meta.config.retries["total_max_attempts"]


def test_an_embedded_cloud_that_has_ended_is_told_at_once(tmp_path: Path) -> None:
    """Nobody starts it again with the same things in it."""
    cloud = embedded_cloud("http://127.0.0.1:9", folder=tmp_path, region="us-east-1")
    thing = cloud.creating("queue", "q")

    with pytest.raises(UnreachableEndpoint):
        remove(thing, cloud=cloud)

    assert 1 == patient(cloud, "sqs").meta.config.retries["total_max_attempts"]


class Pauses(list[float]):
    """Keeps for how long somebody would have waited."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def test_what_somebody_else_changes_now_is_tried_again(standing: Standing, through: Any) -> None:
    """EventBridge says so of a rule, and botocore takes it for final."""
    thing, pauses = standing.thing("rule", "harness-tap-0f3a9c21-77aa-1-Bus"), Pauses()
    there, _ = through(lambda operation, times: CHANGED if operation == "DeleteRule" and times < 2 else None)

    remove(thing, cloud=there, sleep=pauses)

    assert ([0.5, 1.0], []) == (pauses, standing.there("rule"))


def test_what_is_changed_for_ever_is_told(standing: Standing, through: Any) -> None:
    """After three more tries."""
    thing, pauses = standing.thing("rule", "harness-tap-0f3a9c21-77aa-1-Bus"), Pauses()
    there, front = through(lambda operation, _times: CHANGED if operation == "DeleteRule" else None)

    with pytest.raises(NotRemoved, match="It could not be taken away, ConcurrentModificationException: not now"):
        remove(thing, cloud=there, sleep=pauses)

    assert ([0.5, 1.0, 2.0], 4) == (pauses, front.asked.count("DeleteRule"))


def test_no_secret_is_noted(standing: Standing, through: Any) -> None:
    """A service may repeat what it was sent."""
    keep_secret("correct-horse-battery")
    there, _ = through(lambda _operation, _times: refusal(400, "Odd", "no correct-horse-battery here"))

    take_away(standing.thing("user", "ann"), cloud=there)

    (left,) = read(standing.cloud.ledger.path).left
    assert "correct-horse" not in standing.cloud.ledger.path.read_text()
    assert left.why.startswith("It could not be taken away, Odd: no ")
