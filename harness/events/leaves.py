"""A JSON object as Event Ruler sees it: the leaves under their dotted paths, and in which elements of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Leaf", "Place", "places", "together"]


@dataclass(frozen=True)
class Leaf:
    """Text, a number, true, false or null, with the elements around it: the number of an array → the index in it."""

    value: Any
    elements: Mapping[int, int] = field(default_factory=dict)


@dataclass
class Place:
    """What an object has at one path: the values as they are written, and the leaves in them."""

    written: list[Any] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)


def places(document: Mapping[str, Any]) -> dict[str, Place]:
    """Give each path of an object with what is there; arrays have no part in the path.

    A name with a dot is the path that it looks like: Event Ruler does not tell ``{"a.b": 1}`` from
    ``{"a": {"b": 1}}`` (its README, "Compiled rules and JSON keys with dots").

    >>> found = places({"items": [{"id": 7}, {"id": 8}]})
    >>> [(leaf.value, leaf.elements) for leaf in found["items.id"].leaves]
    [(7, {0: 0}), (8, {0: 1})]
    """
    reading = _Reading()
    reading.read_object(document, path="", elements={})
    return reading.places


def together(one: Mapping[int, int], other: Mapping[int, int]) -> dict[int, int] | None:
    """Give the elements of both, or None if they are different elements of one array.

    >>> together({0: 1}, {1: 5}), together({0: 1}, {0: 2})
    ({0: 1, 1: 5}, None)
    """
    if any(one.get(array, index) != index for array, index in other.items()):
        return None
    return {**one, **other}


@dataclass
class _Reading:
    places: dict[str, Place] = field(default_factory=dict)
    arrays: int = 0

    def read_object(self, document: Mapping[str, Any], *, path: str, elements: dict[int, int]) -> None:
        for name, value in document.items():
            inner = f"{path}.{name}" if path else name
            self.places.setdefault(inner, Place()).written.append(value)
            self.read(value, path=inner, elements=elements)

    def read(self, value: Any, *, path: str, elements: dict[int, int]) -> None:
        if isinstance(value, Mapping):
            self.read_object(value, path=path, elements=elements)
        elif isinstance(value, list):
            self.read_array(value, path=path, elements=elements)
        else:
            self.places[path].leaves.append(Leaf(value, elements))

    def read_array(self, items: list[Any], *, path: str, elements: dict[int, int]) -> None:
        array, self.arrays = self.arrays, self.arrays + 1
        for index, item in enumerate(items):
            # A plain value in an array binds nothing: of ["a", "b"] two conditions may take one each.
            nested = isinstance(item, Mapping | list)
            self.read(item, path=path, elements={**elements, array: index} if nested else elements)
