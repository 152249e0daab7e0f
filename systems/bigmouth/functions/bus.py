"""What the service says on the bus."""

import json
import os
from functools import cache
from typing import Any

import boto3


class NotPublished(RuntimeError):
    """The bus did not take an event."""

    def __init__(self, detail_type: str, entry: dict[str, Any]) -> None:
        """Says which event, and the reason that the bus gave."""
        super().__init__(
            f"The bus did not take {detail_type!r}: {entry.get('ErrorCode')}, {entry.get('ErrorMessage')}.",
        )


def publish(detail_type: str, detail: dict[str, Any]) -> None:
    """Puts an event of Big Mouth on the bus.

    Raises:
        NotPublished: The call succeeded and the entry did not: PutEvents answers 200 for both.
    """
    entry = {
        "EventBusName": os.environ["bus_name"],
        "Source": "big-mouth",
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
    }
    answer = _events().put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise NotPublished(detail_type, answer["Entries"][0])


@cache
def _events() -> Any:
    return boto3.client("events")
