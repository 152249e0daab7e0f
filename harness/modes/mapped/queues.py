"""A queue that is read for a function: batch by batch, until nothing is there that it may have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from harness.errors import FunctionFailed, SystemFailure
from harness.events.mapping_filters import accepts
from harness.modes.failures import raise_first
from harness.modes.mapped.batches import Outcome, Piece, Start, failed, handed
from harness.modes.mapped.windows import cut
from harness.system.model import EventSourceMapping

__all__ = ["Lane", "drain"]


class Lane(Protocol):
    """A queue as Lambda uses it."""

    @property
    def redrives(self) -> bool:
        """Whether a message that fails again and again leaves it for another queue."""
        ...

    def receive(self, most: int) -> list[Piece]:
        """Give so many messages at most, oldest first where the queue keeps an order; none when it has none."""
        ...

    def delete(self, pieces: Sequence[Piece]) -> None:
        """Take messages out for good."""
        ...

    def put_back(self, pieces: Sequence[Piece]) -> None:
        """Let messages be received again at once; AWS waits for the visibility timeout."""
        ...

    def release(self, pieces: Sequence[Piece]) -> None:
        """Let messages be received again that no function could be started for."""
        ...


def drain(
    mapping: EventSourceMapping,
    lane: Lane,
    *,
    patterns: Sequence[Any],
    start: Start,
    goes_on: Callable[[], bool] = lambda: True,
) -> int:
    """Hand all that is in a queue to a function, and say how often it was started.

    "Lambda deletes messages from the queue that don't match the filter criteria":
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html

    Args:
        mapping: How it is read, and for which function.
        lane: The queue.
        patterns: Those of the mapping's filters.
        start: Runs the function.
        goes_on: Asked before each batch is received: within a window only a full one is handed on.

    Raises:
        FunctionFailed: It failed for a message, and no redrive policy takes that out of the queue.
    """
    __tracebackhide__ = True
    started = 0
    failures: list[SystemFailure] = []
    while goes_on() and (pieces := lane.receive(mapping.batch_size)):
        wanted = [piece for piece in pieces if accepts(piece.record, patterns=patterns, kind="queue")]
        lane.delete([piece for piece in pieces if piece not in wanted])
        # Only a window lets a batch grow beyond what a payload may hold.
        parts = [part for part, _ in cut(wanted, size=len(wanted))] if mapping.window else [wanted]
        for number, part in enumerate(one for one in parts if one):
            try:
                outcome = handed(mapping, part, start=start)
            except BaseException:
                # Nobody knows what became of them. Hidden, they would keep all that follows in their groups waiting.
                lane.release([piece for rest in parts[number:] for piece in rest])
                raise
            started += 1
            lane.delete([piece for piece in part if piece not in outcome.failed])
            if not outcome.failed:
                continue
            if lane.redrives:
                lane.put_back(outcome.failed)
            else:
                # It would come back until it expires; one telling is enough.
                lane.delete(outcome.failed)
                failures.append(_forever(mapping, outcome))
    raise_first(failures)
    return started


def _forever(mapping: EventSourceMapping, outcome: Outcome) -> FunctionFailed:
    why = f"the queue {mapping.source} has no redrive policy, so AWS would try it until the message expires"
    return failed(mapping, outcome, attempts=1, why=why)
