"""A creation whose answer was lost is made again: it neither fails nor doubles anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.cloud.names import Names
from harness.journal.taps import Taps
from harness.ledger import read
from harness.system.model import Resource, System

from .standing import LOST, Standing, refusal

RUN = "0f3a9c21"
SYSTEM = System(
    name="s",
    template=Path("template.yaml"),
    cloudformation={},
    resources={
        "Bus": Resource(name="Bus", type="AWS::Events::EventBus"),
        "Topic": Resource(name="Topic", type="AWS::SNS::Topic"),
    },
)


@pytest.mark.parametrize("operation", ["CreateQueue", "PutRule", "PutTargets", "Subscribe"])
def test_nothing_fails_and_nothing_doubles(standing: Standing, through: Any, operation: str) -> None:
    """The taps open, there is one of each, and all of it goes."""
    there, front = through(lambda asked, times: LOST if asked == operation and times == 0 else None)
    physical = {"Bus": standing.where["rule"], "Topic": standing.where["subscription"]}
    names = Names(stack="s-dev", account=there.account, region=there.region, physical=physical)
    taps = Taps(SYSTEM, cloud=there, names=names, run=RUN, tags={"harness:run": RUN})

    taps.open()
    made = [len(standing.there(kind)) for kind in ("queue", "rule", "subscription")]
    noted = [one.thing.kind for one in read(there.ledger.path).left]
    taps.close()

    assert (2, [1, 1, 1], ["subscription", "rule", "queue"]) == (front.asked.count(operation), made, noted)
    assert ([], [], []) == tuple(standing.there(kind) for kind in ("queue", "rule", "subscription"))


def test_what_is_refused_after_it_was_noted_is_looked_for_in_vain(standing: Standing, through: Any) -> None:
    """The ledger has nothing left."""
    there, _ = through(lambda asked, _times: refusal(400, "AccessDenied") if asked == "PutRule" else None)
    names = Names(stack="s-dev", account=there.account, region=there.region, physical={"Bus": standing.where["rule"]})
    taps = Taps(SYSTEM, cloud=there, names=names, run=RUN)

    with pytest.raises(Exception, match="The credentials do not allow 'PutRule'"):
        taps.open()

    assert ((), []) == (read(there.ledger.path).left, standing.there("queue"))
