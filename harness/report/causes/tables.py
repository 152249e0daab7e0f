"""Tables: a key that is not the one which the template declares."""

from __future__ import annotations

import re
from collections.abc import Mapping

from harness.report.causes.heard import Heard
from harness.report.causes.wording import plain
from harness.report.record import Cause
from harness.report.surface.referring import declared_by, referred
from harness.system.model import System

__all__ = ["tables"]

# What DynamoDB says of a key; which table it was it says of none.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/CommonErrors.html
_KEY = re.compile(
    r"The provided key element does not match the schema"
    r"|Missing the key (?P<missing>[\w.-]+) in the item"
    r"|Type mismatch for key (?P<mistyped>[\w.-]+) expected: \w+ actual: \w+"
    r"|Query condition missed key schema element: (?P<unasked>[\w.-]+)"
    r"|Condition parameter type does not match schema type"
    r"|The number of conditions on the keys is invalid"
)
_TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
_MOST = 4


def tables(error: Heard, *, system: System) -> Cause | None:
    """Give the cause of an error about the key of a table, with the key in the template; None for other errors."""
    match = _KEY.search(error.message)
    if match is None:
        return None
    keys = _keys(error.function, system)
    named = next((name for name in match.groups() if name), "")
    about = {table: key for table, key in keys.items() if named in key} if named else {}
    said = plain(match[0])
    who = error.function or "the test"
    declared = ", ".join(f"{table} {_written(key)}" for table, key in list((about or keys).items())[:_MOST])
    text = f"{who} does not use the key that the template gives a table: ValidationException: {said}"
    # Which of the two is wrong nobody can say; both are in the project, and all modes see it.
    return Cause(area="code", text=f"{text}; in the template: {declared}" if declared else text)


def _keys(function: str, system: System) -> dict[str, dict[str, str]]:
    """Give the keys of the tables that a function knows of, each attribute with its type; of all if none is known."""
    keys = {name: _key(resource.properties) for kind in _TABLES for name, resource in system.of_type(kind).items()}
    declared = system.functions.get(function)
    known = set(referred(declared.environment, declared_by(system))) & keys.keys() if declared else set()
    return {name: key for name, key in keys.items() if name in (known or keys)}


def _key(properties: Mapping[str, object]) -> dict[str, str]:
    definitions, schema = properties.get("AttributeDefinitions"), properties.get("KeySchema")
    types = {one.get("AttributeName"): one.get("AttributeType", "") for one in _entries(definitions)}
    return {str(one.get("AttributeName")): str(types.get(one.get("AttributeName"), "")) for one in _entries(schema)}


def _entries(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _written(key: Mapping[str, str]) -> str:
    return " and ".join(f"{name} ({kind})" if kind else name for name, kind in key.items())
