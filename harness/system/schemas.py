"""Request models: a JSON schema that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.system.intrinsics import is_intrinsic

__all__ = ["closed"]

Find = Callable[[Any], tuple[str, Any]]


def closed(schema: Mapping[str, Any], find: Find) -> dict[str, Any]:
    """Give a schema with the models that it refers to written into it.

    A model that contains itself cannot be written out; it goes into ``definitions``.

    Args:
        schema: The schema of a request.
        find: Gives the name and the schema behind a ``$ref``; the schema is None when there is none.
    """
    endless: dict[str, Any] = {}

    def written_out(value: Any, within: tuple[str, ...]) -> Any:
        if isinstance(value, list):
            return [written_out(item, within) for item in value]
        if not isinstance(value, Mapping):
            return value
        reference = value.get("$ref")
        is_reference = isinstance(reference, str) or is_intrinsic(reference)
        name, model = find(reference) if is_reference else ("", None)
        if model is None:
            return {key: written_out(item, within) for key, item in value.items()}
        if name in within:
            endless[name] = model
            return {"$ref": f"#/definitions/{name}"}
        return written_out(model, (*within, name))

    result: dict[str, Any] = written_out(schema, ())
    definitions: dict[str, Any] = {}
    while missing := [name for name in endless if name not in definitions]:
        definitions |= {name: written_out(endless[name], (name,)) for name in missing}
    return {**result, "definitions": definitions} if definitions else result
