"""Thousands of things go in order, several at a time, and an interrupt loses nothing."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import pytest

from harness.cloud.taking import take_all_away
from harness.ledger import read

from .standing import KINDS, Standing, refusal

NAME = "harness-tap-0f3a9c21-77aa-1-"


def test_everything_goes_kind_after_kind(standing: Standing, through: Any) -> None:
    """What leads into a queue goes before it, however they were given."""
    things = [standing.thing(kind, f"{NAME}{number}") for kind in reversed(KINDS) for number in range(3)]
    there, front = through(lambda _operation, _times: None)

    left = take_all_away(things, cloud=there)

    deleted = ["DeleteUserPoolClient", "AdminDeleteUser", "DeleteItem", "Unsubscribe", "DeleteRule", "DeleteQueue"]
    assert [one for one in deleted for _ in range(3)] == [one for one in front.asked if one in deleted]
    assert ([], ()) == (left, read(standing.cloud.ledger.path).left)
    assert [] == [name for kind in KINDS for name in standing.there(kind)]


def test_several_go_at_a_time(standing: Standing, through: Any) -> None:
    """In AWS each waits for its answer most of the time."""
    things = [standing.thing("queue", f"{NAME}{number}") for number in range(4)]
    together = threading.Barrier(4, timeout=10)

    def meet(operation: str, _times: int) -> None:
        if operation == "DeleteQueue":
            together.wait()

    there, _ = through(meet)

    assert [] == take_all_away([*things, *things], cloud=there, workers=4)


def test_what_stays_is_given(standing: Standing, through: Any) -> None:
    """The rest goes."""
    things = [standing.thing("user", name) for name in ("ann", "bob", "carol")]
    denied = refusal(400, "NotAuthorizedException", "no")
    there, _ = through(lambda operation, times: denied if times == 0 else None)

    left = take_all_away(things, cloud=there, workers=1)

    noted = [one.thing for one in read(standing.cloud.ledger.path).left]
    assert (things[:1], things[:1], ["ann"]) == (left, noted, standing.there("user"))


def test_subscriptions_are_looked_for_once_for_each_topic(standing: Standing, through: Any) -> None:
    """One that has gone already is looked for by itself."""
    things = [standing.thing("subscription", f"{NAME}{number}") for number in range(5)]
    there, front = through(lambda _operation, _times: None)

    left = take_all_away(things, cloud=there)

    assert ([], 1) == (left, front.asked.count("ListSubscriptionsByTopic"))
    assert [] == standing.there("subscription")


def test_where_subscriptions_cannot_be_listed_each_says_so(standing: Standing, through: Any) -> None:
    """Nothing is raised."""
    things = [standing.thing("subscription", f"{NAME}{number}") for number in range(2)]
    there, _ = through(lambda _operation, _times: refusal(403, "AccessDenied"))

    left = take_all_away(things, cloud=there)

    assert (things, 2) == (left, len(standing.there("subscription")))


def test_what_is_known_is_not_looked_for(standing: Standing, through: Any) -> None:
    """As what a sweep has listed."""
    thing = standing.thing("queue", f"{NAME}1")
    url = standing.cloud.client("sqs").get_queue_url(QueueName=thing.name)["QueueUrl"]
    there, front = through(lambda _operation, _times: None)

    left = take_all_away([thing], cloud=there, known={thing: url})

    assert ([], ["DeleteQueue"]) == (left, front.asked)


def test_an_interrupt_loses_nothing(standing: Standing, through: Any) -> None:
    """What the ledger has as left is what is there; what was not begun stays, and a second time takes it all."""
    things = [standing.thing("user", f"ann-{number:02}") for number in range(40)]

    def ctrl_c(_operation: str, times: int) -> None:
        time.sleep(0.02)
        if times == 10:
            os.kill(os.getpid(), signal.SIGINT)

    there, _ = through(ctrl_c)

    with pytest.raises(KeyboardInterrupt):
        take_all_away(things, cloud=there, workers=2)

    noted = sorted(one.thing.name for one in read(standing.cloud.ledger.path).left)
    assert noted == standing.there("user")
    assert 10 < len(noted) < 40
    assert ([], []) == (take_all_away(things, cloud=standing.cloud), standing.there("user"))
