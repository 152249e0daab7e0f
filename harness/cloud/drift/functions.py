"""Functions: whether they are there, and how they are configured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.cloud.addresses import translate
from harness.cloud.drift.difference import Difference, compared, extra, missing
from harness.cloud.drift.place import Absent, Place
from harness.system.model import Resource

__all__ = ["look"]

_FUNCTION = "AWS::Lambda::Function"
# What is compared, its name in CloudFormation as in Lambda's API, its default, and the unit that is told.
_SETTINGS = (
    ("timeout", "Timeout", 3, " s"),
    ("memory", "MemorySize", 128, " MB"),
    ("handler", "Handler", None, ""),
    ("runtime", "Runtime", None, ""),
    ("role", "Role", None, ""),
)


def look(place: Place) -> Iterator[Difference]:
    """Give what differs of the functions. Of variables only the names are told: a value may be a secret."""
    functions = place.resources(_FUNCTION)
    client = place.client("lambda")

    def configuration(function: Resource) -> Any:
        return place.ask(
            "functions",
            action="lambda:GetFunctionConfiguration",
            call=lambda: client.get_function_configuration(FunctionName=place.names.physical[function.name]),
        )

    for function, have in zip(functions, place.each(configuration, functions), strict=True):
        if have is Absent.GONE:
            yield missing("function", function.name)
        elif have is not Absent.UNREAD:
            yield from compared("function", function.name, place.pairs(_settings(function, have)))
            yield from _environment(function, have.get("Environment", {}), place=place)


def _settings(function: Resource, have: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    declared = {what: (function.properties.get(name, default), name, unit) for what, name, default, unit in _SETTINGS}
    return {
        what: (value if isinstance(value, Mapping) else f"{value}{unit}", f"{have.get(name)}{unit}")
        for what, (value, name, unit) in declared.items()
        if value is not None
    }


def _environment(function: Resource, have: Mapping[str, Any], *, place: Place) -> Iterator[Difference]:
    declared = (function.properties.get("Environment") or {}).get("Variables") or {}
    # Lambda gives an error in place of the variables where their key may not be used.
    # https://docs.aws.amazon.com/lambda/latest/api/API_EnvironmentResponse.html
    if not isinstance(declared, Mapping) or "Error" in have:
        return
    there = have.get("Variables") or {}
    for name in declared:
        what = f"environment {name}"
        if name not in there:
            yield missing("function", function.name, what=what)
        elif _differs(_literal(function.name, name, place=place), there[name], place=place):
            yield Difference(
                kind="function", name=function.name, what=what, template="one value", deployed="another one"
            )
    for name in there if place.is_whole else ():
        if name not in declared:
            yield extra("function", function.name, "a variable", what=f"environment {name}")


def _literal(function: str, variable: str, *, place: Place) -> Any:
    """Give a value as the template writes it; a parameter may have had another value at the deployment."""
    written = place.system.cloudformation["Resources"][function]["Properties"]["Environment"]
    variables = written.get("Variables")
    return variables.get(variable) if isinstance(variables, Mapping) else None


def _differs(literal: Any, there: str, *, place: Place) -> bool:
    # `{{resolve:ssm:…}}` is CloudFormation's to resolve.
    if isinstance(literal, bool):
        return there != str(literal).lower()
    if isinstance(literal, int):
        return there != str(literal)
    if not isinstance(literal, str) or "{{resolve:" in literal:
        return False
    return there not in (literal, translate(literal, cloud=place.cloud, names=place.names))
