"""In which fields two events differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

__all__ = ["ONLY_DEPLOYED", "ONLY_PLAYED", "differing", "masked"]

ONLY_PLAYED = "only in the event that the harness builds"
ONLY_DEPLOYED = "only in the event that the cloud builds"


def differing(played: Any, deployed: Any, *, at: str = "") -> dict[str, Any]:
    """Give each field that differs, by its path: where it is alone, or both values."""
    if not (isinstance(played, Mapping) and isinstance(deployed, Mapping)):
        return {} if played == deployed else {at: (played, deployed)}
    found: dict[str, Any] = {}
    for name in played.keys() | deployed.keys():
        path = f"{at}/{name}" if at else name
        if name not in deployed:
            found[path] = ONLY_PLAYED
        elif name not in played:
            found[path] = ONLY_DEPLOYED
        else:
            found |= differing(played[name], deployed[name], at=path)
    return found


def masked(event: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """Give an event without the values, but with the fields, that are of their own each time."""
    copy: dict[str, Any] = deepcopy(dict(event))
    for path in paths:
        *above, name = path.split("/")
        holder: Any = copy
        for step in above:
            holder = holder.get(step, {})
        if name in holder:
            holder[name] = type(holder[name])()
    return copy
