"""What is not tapped, and what can be done instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized

from harness._text import listed
from harness.errors import TapNotOpen

__all__ = ["not_in_time", "of_bucket", "of_protected", "of_queue"]


def of_protected(sources: list[str], *, stack: str) -> TapNotOpen:
    """Give the refusal to create anything in a protected stage."""
    return TapNotOpen(
        f"The stage is protected, so nothing is created in it to tap {listed(sources)!r}.",
        facts=[("stage", stack)],
        remedy="if the stack has a queue that hears its buses and topics, name it: "
        'test_queue = "…" in [tool.harness.systems.<name>] of pyproject.toml',
    )


def of_bucket(bucket: str, *, stack: str) -> TapNotOpen:
    """Give the refusal to configure a bucket in AWS."""
    return TapNotOpen(
        f"The bucket {bucket!r} is not tapped: its one configuration of notifications is the stage's own.",
        facts=[("stage", stack)],
        remedy="expect what is started by its objects; or let it tell the default bus, which is tapped: "
        'EventBridgeConfiguration in the template, and stage.journal.expect("default", …)',
    )


def of_queue(queue: str, *, stack: str) -> TapNotOpen:
    """Give the refusal to look into a queue of a protected stage."""
    return TapNotOpen(
        f"The stage is protected, so its queue {queue!r} is not looked into.",
        facts=[
            ("stage", stack),
            ("a look", "receives each message, and hides it from its consumer for a moment"),
        ],
        remedy="Expect the message where it is sent from, or what its consumer does.",
    )


def not_in_time(
    closed: Iterable[str], proofs: Mapping[str, Sized], *, stack: str, patience: float, trouble: Exception | None
) -> TapNotOpen:
    """Give the error for taps through which no sentinel has come back.

    Args:
        closed: Which they are.
        proofs: The sentinels that were sent, by source.
        stack: The stage.
        patience: For how many seconds was waited.
        trouble: What reading has met, if anything.
    """
    return TapNotOpen(
        f"No sentinel has come back through {listed(closed)!r} within {patience:g} s.",
        facts=[
            ("sentinels sent", max(len(proofs[source]) for source in closed)),
            ("stage", stack),
            *([("reading failed with", trouble)] if trouble else []),
        ],
        remedy="does a policy of the account keep rules or topics from sending to a queue? run it again to be sure",
    )
