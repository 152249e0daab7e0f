"""Records as values of JSON, and back."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

__all__ = ["from_json", "to_json"]

_Record = TypeVar("_Record")


def to_json(record: Any) -> Any:
    """Give a record as values of JSON: objects, lists, text, numbers, booleans and null.

    >>> from harness.report.record import Denial
    >>> to_json(Denial(function="F", role="r", action="s3:GetObject", resource="Photos"))["action"]
    's3:GetObject'
    """
    if dataclasses.is_dataclass(record):
        return {one.name: to_json(getattr(record, one.name)) for one in dataclasses.fields(record)}
    if isinstance(record, Mapping):
        return {name: to_json(value) for name, value in record.items()}
    if isinstance(record, tuple | list):
        return [to_json(one) for one in record]
    return record


def from_json(kind: type[_Record], value: Mapping[str, Any]) -> _Record:
    """Give the record that `to_json` made these values of; what an older version did not know has its default.

    >>> from harness.report.record import ErrorRecord
    >>> from_json(ErrorRecord, {"type": "KeyError", "message": "'id'"})
    ErrorRecord(type='KeyError', message="'id'", trace='')

    Args:
        kind: The class of the record.
        value: The object.
    """
    described: Any = kind
    hints: dict[str, Any] = _hints(described)
    known = {one.name for one in dataclasses.fields(described)}
    return kind(**{name: _read(hints[name], part) for name, part in value.items() if name in known})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read(kind: Any, value: Any) -> Any:
    """Read a value of a field: a record, a tuple or an object of them, or what JSON has."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if value is None:
        return None
    if origin is types.UnionType:
        return _read(next(one for one in arguments if one is not types.NoneType), value)
    if origin is tuple:
        return tuple(_read(arguments[0], one) for one in value)
    if origin is dict:
        return {name: _read(arguments[1], one) for name, one in value.items()}
    return from_json(kind, value) if isinstance(kind, type) and dataclasses.is_dataclass(kind) else value
