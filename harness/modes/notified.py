"""What an object that comes or goes starts, by the notifications of the template."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote_plus

from harness._text import new_uuid
from harness.events import s3
from harness.journal.entry import Entry
from harness.modes.wiring import Start
from harness.system.model import Notification, System

__all__ = ["notified", "notified_functions"]


def notified(system: System, entry: Entry) -> Iterator[Start]:
    """Give what an entry of a bucket starts, functions and all else.

    Args:
        system: The system as its template declares it, not muted.
        entry: Of the kind ``bucket``.
    """
    record = entry.document
    for notification in system.notifications.values():
        if notification.bucket == entry.source and _fits(notification, record):
            # CloudFormation gives a notification no id, and S3 then makes one up.
            told = {**record, "s3": {**record["s3"], "configurationId": _made_up(entry.source, notification.name)}}
            yield Start(to=notification.target, text=json.dumps(s3.event([told])), by=notification.name)


def notified_functions(system: System) -> dict[str, str]:
    """Give the buckets that may start a function, by the notification that does it."""
    return {one.name: one.bucket for one in system.notifications.values() if one.target in system.functions}


@cache
def _made_up(_bucket: str, _notification: str) -> str:
    """Give the id of a notification, always the same one."""
    return base64.b64encode(new_uuid().encode()).decode("ascii")


def _fits(notification: Notification, record: Mapping[str, Any]) -> bool:
    """Say whether a notification is about an event, and its filter about the object.

    The filter is held against the key as people write it, not as the record encodes it
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html).
    """
    key = unquote_plus(record["s3"]["object"]["key"])
    is_told = any(_is_event(record["eventName"], pattern) for pattern in notification.events)
    return is_told and key.startswith(notification.prefix) and key.endswith(notification.suffix)


def _is_event(name: str, pattern: str) -> bool:
    """Say whether an event is one that a notification names.

    >>> _is_event("ObjectCreated:Put", "s3:ObjectCreated:*"), _is_event("ObjectCreated:Put", "s3:ObjectCreated:Copy")
    (True, False)
    """
    wanted = pattern.removeprefix("s3:")
    return name == wanted or (wanted.endswith(":*") and name.startswith(wanted[:-1]))
