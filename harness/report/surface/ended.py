"""How the system itself tells what has ended: destinations of Lambda, dead letters, redriven messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.journal.entry import Entry
from harness.report.surface.wires import Wire
from harness.system.model import System

__all__ = ["tells"]

_BATCH = ("KinesisBatchInfo", "DDBStreamBatchInfo")


def tells(entry: Entry, *, of: Wire, system: System) -> bool:
    """Say whether an entry, seen where a destination leads, is one that Lambda or SQS has put there.

    A dead letter of a function does not say which function it is of, so where several functions have the same queue
    each of them is meant. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html

    Args:
        entry: From a queue, a topic, a bus or a bucket.
        of: The destination.
        system: The system that has it.
    """
    body = entry.body
    context = body.get("requestContext") if isinstance(body, Mapping) else None
    is_batch = isinstance(body, Mapping) and any(name in body for name in _BATCH)
    is_letter = entry.kind in ("queue", "topic") and "ErrorCode" in entry.attributes and "RequestID" in entry.attributes
    if of.part == "dead letters" and of.source not in system.functions:
        return not (context or is_letter)
    if of.part == "dead letters":
        return is_letter
    if _is_of_mapping(of, system):
        return is_batch
    return not is_batch and _condition(context) == of.part


def _is_of_mapping(wire: Wire, system: System) -> bool:
    return wire.name.removesuffix(" failure") in system.mappings


def _condition(context: Any) -> str:
    """Give what a record of Lambda says: ``success`` or ``failure``; nothing where it is no such record."""
    if not isinstance(context, Mapping) or "condition" not in context:
        return ""
    return "success" if context["condition"] == "Success" else "failure"
