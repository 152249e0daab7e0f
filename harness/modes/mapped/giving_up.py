"""What Lambda tells of a batch of a stream that it gives up."""

from __future__ import annotations

from collections.abc import Sequence

from harness._text import new_uuid
from harness.cloud.names import Names
from harness.events.destinations import batch_record
from harness.modes.asynchronous import Letter, Tell
from harness.modes.mapped.batches import Outcome, Piece
from harness.modes.mapped.shards import Abandon, Condition
from harness.system.model import EventSourceMapping

__all__ = ["abandoning"]


def abandoning(names: Names, *, tell: Tell | None) -> Abandon | None:
    """Give what tells the destination of a mapping that a batch was given up.

    Args:
        names: What functions are called in the stage.
        tell: Brings a letter where it belongs; without it nobody is told.
    """
    if tell is None:
        return None

    def abandon(
        mapping: EventSourceMapping,
        batch: Sequence[Piece],
        outcome: Outcome | None,
        attempts: int,
        condition: Condition,
    ) -> None:
        __tracebackhide__ = True
        deployed = names.functions.get(mapping.function)
        body = batch_record(
            [piece.record for piece in batch],
            function_arn=deployed.arn if deployed else mapping.function,
            request_id=outcome.invocation.request_id if outcome else new_uuid(),
            attempts=attempts,
            shard=batch[0].entry.shard or None,
            condition=condition,
        )
        letter = Letter(
            function=mapping.function,
            to=str(mapping.on_failure),
            body=body,
            succeeded=False,
            attributes={},
            attempts=attempts,
            error=_error(outcome),
        )
        tell(letter, path=(*batch[0].path, mapping.function))

    return abandon


def _error(outcome: Outcome | None) -> str:
    error = outcome.invocation.error if outcome else None
    return f"{error.type}: {error.message}".rstrip(": ") if error else ""
