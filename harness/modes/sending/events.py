"""Events put on a bus for real."""

from __future__ import annotations

import json
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, message_of, translated
from harness.cloud.names import Names
from harness.modes.limits import insist_on_event, refused
from harness.modes.messages import BusEvent

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
    with translated(cloud):
        try:
            answer = events.put_events(Entries=[entry])
        except events.exceptions.ClientError as fault:
            raise refused(f"bus {event.bus!r}", code_of(fault), message_of(fault)) from None
    (result,) = answer["Entries"]
    if answer["FailedEntryCount"]:  # PutEvents answers 200 for an entry that it refuses.
        raise refused(f"bus {event.bus!r}", result.get("ErrorCode", ""), result.get("ErrorMessage", ""))
    return str(result["EventId"])
