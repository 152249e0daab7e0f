"""Correlation ids: the names under which a caller finds a request again in the logs of all who served it."""

from collections.abc import Mapping
from typing import Any

_PREFIX = "x-correlation-"

Ids = dict[str, str]


def in_request(event: Mapping[str, Any]) -> Ids:
    """The ids that an HTTP request carries in its headers, whose names are in lower case here."""
    headers = event.get("headers") or {}
    # SNS refuses an attribute without a value, so an empty id goes no further.
    return {name.lower(): value for name, value in headers.items() if name.lower().startswith(_PREFIX) and value}


def in_message(message: Mapping[str, Any]) -> Ids:
    """The ids that a message of SNS carries in its attributes."""
    attributes = message.get("MessageAttributes") or {}
    return {name: attribute["Value"] for name, attribute in attributes.items() if name.startswith(_PREFIX)}


def as_attributes(ids: Ids) -> dict[str, dict[str, str]]:
    """The ids in the form in which SNS takes the attributes of a message."""
    return {name: {"DataType": "String", "StringValue": value} for name, value in ids.items()}
