"""The queues of a template."""

from __future__ import annotations

from typing import Any

from harness.system.model import Queue, Resource
from harness.system.references import Declared, document, flag, number

__all__ = ["queues_of"]

_QUEUE = "AWS::SQS::Queue"


def queues_of(declared: Declared) -> dict[str, Queue]:
    """Give the queues by logical id."""
    return {resource.name: _queue(resource, declared) for resource in declared.of_type(_QUEUE)}


def _queue(resource: Resource, declared: Declared) -> Queue:
    policy = document(resource.properties.get("RedrivePolicy")) or {}
    return Queue(
        name=resource.name,
        fifo=flag(resource.properties.get("FifoQueue")),
        dead_letters=_dead_letters(policy, declared),
        # The policy may be text, and SQS takes the number in it as text too.
        receives=int(number(policy.get("maxReceiveCount"), default=0)) or None,
    )


def _dead_letters(policy: Any, declared: Declared) -> str | None:
    target = policy.get("deadLetterTargetArn")
    return None if target is None else declared.reference(target, _QUEUE)
