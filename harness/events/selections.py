"""Which fields of an answer a query of GraphQL asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["selections"]


def selections(info: Any) -> list[str]:
    """Give the fields that are asked for below a field, each with its path; an alias counts for its field.

    "Aliased fields are only referenced by the alias name."
    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
    """
    return list(dict.fromkeys(path for node in info.field_nodes for path in _below(node, info.fragments, above="")))


def _below(node: Any, fragments: Mapping[str, Any], *, above: str) -> Iterator[str]:
    for chosen in node.selection_set.selections if node.selection_set else ():
        if chosen.kind == "field":
            path = f"{above}{(chosen.alias or chosen.name).value}"
            yield path
            yield from _below(chosen, fragments, above=f"{path}/")
        else:
            fragment = fragments[chosen.name.value] if chosen.kind == "fragment_spread" else chosen
            yield from _below(fragment, fragments, above=above)
