"""Items of DynamoDB in the typed form of its API."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

__all__ = ["exact", "typed"]


def typed(item: Mapping[str, Any]) -> dict[str, Any]:
    """Give an item as the API takes it.

    >>> typed({"id": "o-1", "total": 9.5})
    {'id': {'S': 'o-1'}, 'total': {'N': '9.5'}}

    Args:
        item: Python values; floats become numbers of DynamoDB.
    """
    from boto3.dynamodb.types import TypeSerializer  # noqa: PLC0415 - `import harness` is light

    serialise = TypeSerializer().serialize
    return {name: serialise(exact(value)) for name, value in item.items()}


def exact(value: Any) -> Any:
    """Turn floats into Decimal, which DynamoDB's numbers are, at any depth."""
    if isinstance(value, float):
        number = Decimal(str(value))
        return number.to_integral_value() if value.is_integer() else number
    if isinstance(value, Mapping):
        return {name: exact(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [exact(inner) for inner in value]
    return {exact(inner) for inner in value} if isinstance(value, set | frozenset) else value
