"""A stage: one deployed copy of a system, and the verbs by which the outside world reaches it."""

from __future__ import annotations

from harness.stage.bringing import Bringing
from harness.stage.querying import Querying
from harness.stage.sending import Sending
from harness.stage.starting import Starting
from harness.stage.waiting import Waiting

__all__ = ["Stage"]


class Stage(Querying, Sending, Starting, Bringing, Waiting):
    """One deployed copy of a system, reached in one mode.

    Steps take it first and speak to the front door::

        def we_place_an_order(stage: Stage, restaurant: str, *, user: User | None) -> Response:
            return stage.request("POST", "/orders", json={"restaurantName": restaurant}, user=user)

    Args:
        name: The name of the stage, as in ``--stage``.
        system: The system as its template declares it.
        cloud: Where it is deployed.
        names: What its things are called there.
        mode: How its code is reached.
        journal: What it has published.
    """
