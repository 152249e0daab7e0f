"""The values of a template's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness._text import did_you_mean, listed
from harness.errors import MalformedTemplate

__all__ = ["seen_by_ref", "values_of"]


def values_of(document: Mapping[str, Any], given: Mapping[str, str], *, template: Path) -> dict[str, str]:
    """Give the value of each parameter as CloudFormation takes it: as text.

    Raises:
        MalformedTemplate: A parameter is given that does not exist, has no value, or one that is not allowed.
    """
    declared: Mapping[str, Any] = document.get("Parameters") or {}
    for name in given:
        if name not in declared:
            raise MalformedTemplate(
                f"The template has no parameter {name!r}.",
                facts=[(f"declared in {template}", listed(declared))],
                remedy=did_you_mean(name, declared),
            )
    return {name: _value_of(name, declared[name], given, template=template) for name in declared}


def _value_of(name: str, declaration: Mapping[str, Any], given: Mapping[str, str], *, template: Path) -> str:
    if name not in given and "Default" not in declaration:
        raise MalformedTemplate(
            f"The parameter {name!r} has neither a value nor a default.",
            facts=[("declared in", template)],
            remedy="Give it a value where the system is declared.",
        )
    value = _text(given[name] if name in given else declaration["Default"])
    allowed = [_text(item) for item in declaration.get("AllowedValues", [value])]
    if value not in allowed:
        raise MalformedTemplate(
            f"The parameter {name!r} cannot be {value!r}.",
            facts=[("allowed", ", ".join(allowed)), ("declared in", template)],
            remedy=did_you_mean(value, allowed),
        )
    return value


def seen_by_ref(document: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Give what ``Ref`` gives for each parameter: text, or a list for a list parameter.

    A parameter of a type ``AWS::SSM::Parameter::Value<…>`` is left out: its value is the name of an entry
    in the Parameter Store, and ``Ref`` gives what is stored there, which only the cloud knows.
    """
    types = {name: str(declaration.get("Type")) for name, declaration in (document.get("Parameters") or {}).items()}
    return {
        name: _split(value) if _is_list(types[name]) else value
        for name, value in values.items()
        if not types[name].startswith("AWS::SSM::Parameter::Value<")
    }


def _is_list(kind: str) -> bool:
    return kind == "CommaDelimitedList" or kind.startswith("List<")


def _split(value: str) -> list[str]:
    # CloudFormation trims the space around each item of a CommaDelimitedList.
    return [item.strip() for item in value.split(",")]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
