"""Attribute values of DynamoDB as Python has them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

__all__ = ["changes"]

_PARTS = ("Keys", "NewImage", "OldImage")


def changes(record: Mapping[str, Any]) -> dict[str, Any]:
    """Give the keys and the images of a record of a table's stream, as many as its view type has.

    Numbers are what a test would write: 3, 0.5; one that a float cannot hold is a Decimal. Sets are sets, bytes
    bytes.

    >>> changes({"Keys": {"id": {"S": "a"}}, "NewImage": {"id": {"S": "a"}, "price": {"N": "0.10"}}})
    {'Keys': {'id': 'a'}, 'NewImage': {'id': 'a', 'price': 0.1}}
    """
    return {part: _item(record[part]) for part in _PARTS if part in record}


def _item(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in attributes.items()}


def _value(typed: Mapping[str, Any]) -> Any:
    (kind, value), *_ = typed.items()
    readers: dict[str, Any] = {
        "S": lambda: value,
        "N": lambda: _number(value),
        "B": lambda: base64.b64decode(value),
        "BOOL": lambda: value,
        "NULL": lambda: None,
        "L": lambda: [_value(one) for one in value],
        "M": lambda: _item(value),
        "SS": lambda: set(value),
        "NS": lambda: {_number(one) for one in value},
        "BS": lambda: {base64.b64decode(one) for one in value},
    }
    return readers[kind]()


def _number(text: str) -> int | float | Decimal:
    exact = Decimal(text)
    if exact == exact.to_integral_value():
        return int(exact)
    near = float(exact)
    return near if Decimal(repr(near)) == exact else exact
