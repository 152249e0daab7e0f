"""The order of a template, given back to what the translator of SAM made of it.

The translator imitates the dictionaries of Python 2.7, whose order is none that a reader would know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["in_order"]


def in_order(plain: Mapping[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    """Give a translated template with resources and paths in the order of its source.

    What SAM made out of a resource follows it; it carries its logical id in front.
    """
    places = {name: place for place, name in enumerate(source["Resources"])}
    seen: dict[str, int] = {}
    for text in _texts(source):
        seen.setdefault(text, len(seen))
    resources = sorted(plain["Resources"].items(), key=lambda item: _place(item[0], places))
    return {**plain, "Resources": {name: _steady(_with_paths(resource, seen)) for name, resource in resources}}


def _steady(resource: dict[str, Any]) -> dict[str, Any]:
    """Give a resource that is the same in every process: what it depends on comes out of a set."""
    depends = resource.get("DependsOn")
    return {**resource, "DependsOn": sorted(depends)} if isinstance(depends, list) else resource


def _place(name: str, places: Mapping[str, int]) -> tuple[int, str]:
    owner = max((known for known in places if name.startswith(known)), key=len, default=None)
    return (len(places) if owner is None else places[owner], name)


def _with_paths(resource: dict[str, Any], seen: Mapping[str, int]) -> dict[str, Any]:
    properties = resource.get("Properties") or {}
    body = properties.get("Body")
    if not isinstance(body, dict) or not isinstance(body.get("paths"), dict):
        return resource
    paths = dict(sorted(body["paths"].items(), key=lambda item: seen.get(item[0], len(seen))))
    return {**resource, "Properties": {**properties, "Body": {**body, "paths": paths}}}


def _texts(value: Any) -> Iterator[str]:
    """Give keys and texts in the order in which a template has them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield from _texts(item)
