"""The event that each trigger sends, as pure functions.

There is a module for each service::

    from harness import events

    events.sqs.event([events.sqs.record({"id": "o-1"}, queue_arn="arn:aws:sqs:eu-west-1:123456789012:orders")])

A module is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.events import (
        appsync,
        authorizers,
        destinations,
        dynamodb,
        eventbridge,
        function_url,
        http,
        kinesis,
        payload_v1,
        payload_v2,
        s3,
        schedule,
        sns,
        sqs,
    )

__all__ = [
    "appsync",
    "authorizers",
    "destinations",
    "dynamodb",
    "eventbridge",
    "function_url",
    "http",
    "kinesis",
    "payload_v1",
    "payload_v2",
    "s3",
    "schedule",
    "sns",
    "sqs",
]


def __getattr__(name: str) -> Any:
    """Load the module that is asked for (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
