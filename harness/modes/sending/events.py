"""Events put on a bus for real."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.modes.limits import insist_on_event
from harness.modes.messages import BusEvent
from harness.modes.sending.delivering import Delivery, Refusal, all_taken

__all__ = ["put_event"]


def put_event(event: BusEvent, *, cloud: Cloud, names: Names) -> str:
    """Put an event on a bus and give the id that EventBridge gave it.

    Raises:
        NotPublished: EventBridge does not take it.
    """
    __tracebackhide__ = True
    if cloud.embedded:
        insist_on_event(event)
    events = cloud.client("events")
    entry: dict[str, Any] = {
        "EventBusName": names.physical.get(event.bus, event.bus),
        "Source": event.source,
        "DetailType": event.detail_type,
        "Detail": json.dumps(event.detail, ensure_ascii=False),
        "Resources": list(event.resources),
    }
    if event.time is not None:
        entry["Time"] = event.time
    where = f"bus {event.bus!r}"
    with Delivery(where, cloud=cloud):
        (identity,) = all_taken([entry], where=where, send=lambda entries: _put(events, entries))
    return identity


def _put(events: Any, entries: Sequence[dict[str, Any]]) -> list[str | Refusal]:
    # PutEvents answers 200 for an entry that it refuses.
    results = events.put_events(Entries=entries)["Entries"]
    return [
        Refusal(one["ErrorCode"], one.get("ErrorMessage", "")) if one.get("ErrorCode") else str(one["EventId"])
        for one in results
    ]
