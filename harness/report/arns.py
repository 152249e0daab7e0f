"""What the template calls a resource that AWS names by its ARN."""

from __future__ import annotations

from collections.abc import Mapping

from harness.cloud.names import Names

__all__ = ["logical_id"]

# What stands in an ARN before the name: ``table/orders``, ``function:place-order``.
_BEFORE = (
    "event-bus/",
    "function:",
    "key/",
    "log-group:",
    "parameter/",
    "role/",
    "secret:",
    "stateMachine:",
    "stream/",
    "table/",
    "userpool/",
)
_PARTS = 6


def logical_id(arn: str, names: Names) -> str:
    """Give the logical id of a resource by its ARN or its address; the ARN itself where the template has none such.

    A route of an API is called as in the surface: ``Api POST /orders``.

    Args:
        arn: As AWS says it: of a table also that of its index, of a bucket that of an object.
        names: What things are called in the stage.
    """
    if arn.startswith(("http:", "https:")):
        found = [one for one, physical in names.physical.items() if physical.startswith(("http:", "https:"))]
        same = [one for one in found if _last(names.physical[one]) == _last(arn)]
        return same[0] if len(same) == 1 and _last(arn) else ""
    parts = arn.split(":", _PARTS - 1)
    if len(parts) < _PARTS:
        return arn
    if parts[2] == "execute-api":
        return _route(parts[5], names) or arn
    known = {one: physical for one, physical in names.physical.items() if physical.startswith("arn:")}
    found = _longest(arn, known) or _longest(
        _name(parts[5]), {one: _last(names.physical[one]) for one in names.physical}
    )
    # Things of different kinds may have the same name, such as a bus and a table; then the ARN says which.
    return found[0] if len(found) == 1 else arn


def _longest(said: str, known: Mapping[str, str]) -> list[str]:
    """Give whose name it is: a subscription's ARN begins with that of its topic."""
    found = {one: name for one, name in known.items() if _is(said, name)}
    return [one for one, name in found.items() if len(name) == max(map(len, found.values()))]


def _is(said: str, known: str) -> bool:
    """Say whether a name is the known one, or that of a part of it: an object, an index, a version."""
    return said == known or (bool(known) and said.startswith((f"{known}/", f"{known}:")))


def _name(part: str) -> str:
    return next((part.removeprefix(before) for before in _BEFORE if part.startswith(before)), part)


def _last(physical: str) -> str:
    """Give the name in the address of a queue, else the physical id; a parameter's slash is none of its ARN."""
    return physical.rpartition("/")[2] if physical.startswith(("http:", "https:")) else physical.removeprefix("/")


def _route(part: str, names: Names) -> str:
    """Give the route in ``<api>/<stage>/<method>/<path>``."""
    api, _, rest = part.partition("/")
    _, _, asked = rest.partition("/")
    method, _, path = asked.partition("/")
    return next((f"{one} {method} /{path}".rstrip() for one, physical in names.physical.items() if physical == api), "")
