"""Intrinsic functions of CloudFormation, resolved as far as one knows.

What cannot be resolved stays as the template writes it, so that whoever knows more can try again.
Reference: "Intrinsic function reference" in the AWS CloudFormation Template Reference.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.system.model import System
from harness.system.parameters import seen_by_ref

__all__ = ["Scope", "holds", "is_intrinsic", "resolve", "scope_of"]

Lookup = Callable[[str, str | None], Any]


def _nothing_known(_logical_id: str, _attribute: str | None) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What intrinsic functions may refer to.

    Args:
        parameters: What ``Ref`` gives for each parameter: text, or a list for a list parameter.
        mappings: The section ``Mappings``.
        conditions: The section ``Conditions``, as the template writes it.
        pseudo: Pseudo parameters with their full names, such as ``AWS::Region``.
        lookup: Gives the attribute of a resource, or what ``Ref`` gives when the attribute is None;
            None for what it does not know.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    pseudo: Mapping[str, str] = field(default_factory=dict)
    lookup: Lookup = _nothing_known


def scope_of(system: System, *, pseudo: Mapping[str, str], lookup: Lookup) -> Scope:
    """Give the scope of a system whose resources have become real.

    Args:
        system: The system that was deployed.
        pseudo: The pseudo parameters of the stack, such as ``AWS::StackName``.
        lookup: See `Scope`.
    """
    return Scope(
        parameters=seen_by_ref(system.cloudformation, system.parameters),
        mappings=system.cloudformation.get("Mappings") or {},
        conditions=system.cloudformation.get("Conditions") or {},
        pseudo=pseudo,
        lookup=lookup,
    )


class _Unknown(Exception):
    """Something is not known yet."""


# A function whose argument is not what it should be is CloudFormation's to judge.
_LEFT = (_Unknown, LookupError, TypeError, ValueError)


class _NoValue:
    """What ``AWS::NoValue`` becomes until the property around it is dropped."""


_NO_VALUE = _NoValue()


def resolve(value: Any, scope: Scope) -> Any:
    """Give a value of a template with its intrinsic functions resolved where the scope allows it.

    >>> resolve({"Fn::Sub": "${Service}-${Table}"}, Scope(parameters={"Service": "shop"}))
    {'Fn::Sub': '${Service}-${Table}'}
    >>> resolve({"Fn::Join": ["-", [{"Ref": "Service"}, "dev"]]}, Scope(parameters={"Service": "shop"}))
    'shop-dev'

    A property or an item that is ``AWS::NoValue`` disappears; a whole value that is becomes None.
    """
    resolved = _resolve(value, scope)
    return None if resolved is _NO_VALUE else resolved


def holds(condition: str, scope: Scope) -> bool | None:
    """Say whether a named condition holds; None when that is not known."""
    try:
        return _holds({"Condition": condition}, scope)
    except _LEFT:
        return None


def is_intrinsic(value: Any) -> bool:
    """Say whether a value is an intrinsic function."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    (key,) = value
    return key == "Ref" or str(key).startswith("Fn::")


def _resolve(value: Any, scope: Scope) -> Any:
    if isinstance(value, list):
        items = (_resolve(item, scope) for item in value)
        return [item for item in items if item is not _NO_VALUE]
    if not isinstance(value, Mapping):
        return value
    if is_intrinsic(value):
        return _call(value, scope)
    properties = ((key, _resolve(item, scope)) for key, item in value.items())
    return {key: item for key, item in properties if item is not _NO_VALUE}


def _call(value: Mapping[str, Any], scope: Scope) -> Any:
    ((name, argument),) = value.items()
    try:
        return _FUNCTIONS[name](argument, scope)
    except _LEFT:
        return value


def _known(value: Any, scope: Scope) -> Any:
    """Give the resolved value, or give up when a part of it is not known."""
    resolved = _resolve(value, scope)
    if resolved is _NO_VALUE or not _is_known(resolved):
        raise _Unknown
    return resolved


def _is_known(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_known, value))
    if isinstance(value, Mapping):
        return not is_intrinsic(value) and all(map(_is_known, value.values()))
    return True


def _text(value: Any) -> str:
    """Give a scalar as CloudFormation writes it into a text: true, not True."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise _Unknown


def _ref(name: Any, scope: Scope) -> Any:
    if name == "AWS::NoValue":
        return _NO_VALUE
    if name in scope.pseudo:
        return scope.pseudo[name]
    if name in scope.parameters:
        return scope.parameters[name]
    return _looked_up(name, None, scope)


def _looked_up(logical_id: str, attribute: str | None, scope: Scope) -> Any:
    found = scope.lookup(logical_id, attribute)
    if found is None:
        raise _Unknown
    return found


def _get_att(argument: Any, scope: Scope) -> Any:
    if isinstance(argument, str):
        logical_id, _, attribute = argument.partition(".")
    else:
        logical_id, *rest = argument
        attribute = ".".join(_text(_known(part, scope)) for part in rest)
    return _looked_up(logical_id, attribute, scope)


_VARIABLE = re.compile(r"\$\{(!?)\s*([^}]*?)\s*\}")


def _sub(argument: Any, scope: Scope) -> str:
    template, variables = (argument, {}) if isinstance(argument, str) else argument

    def value_of(match: re.Match[str]) -> str:
        literal, name = match.groups()
        if literal:
            # "${!Literal}" resolves to "${Literal}", says the page of Fn::Sub.
            return f"${{{name}}}"
        if name in variables:
            return _text(_known(variables[name], scope))
        return _text(_known({"Fn::GetAtt": name} if "." in name else {"Ref": name}, scope))

    return _VARIABLE.sub(value_of, template)


def _join(argument: Any, scope: Scope) -> str:
    delimiter, items = argument
    return str(delimiter).join(_text(item) for item in _listed(items, scope))


def _listed(value: Any, scope: Scope) -> list[Any]:
    items = _known(value, scope)
    if not isinstance(items, list):
        raise _Unknown
    return items


def _select(argument: Any, scope: Scope) -> Any:
    index, items = argument
    position = int(_known(index, scope))
    # Only the chosen item must be known, unless another function makes the list.
    chosen: Any = _known(items[position] if isinstance(items, list) else _listed(items, scope)[position], scope)
    return chosen


def _split(argument: Any, scope: Scope) -> list[str]:
    delimiter, text = argument
    return _text(_known(text, scope)).split(delimiter)


def _if(argument: Any, scope: Scope) -> Any:
    condition, when_true, when_false = argument
    return _resolve(when_true if _holds({"Condition": condition}, scope) else when_false, scope)


def _find_in_map(argument: Any, scope: Scope) -> Any:
    name, first, second, *options = argument
    keys = [_text(_known(key, scope)) for key in (name, first, second)]
    found: Any = scope.mappings
    for key in keys:
        if key not in found:
            # The fourth item comes with the transform AWS::LanguageExtensions.
            return _resolve(options[0]["DefaultValue"], scope)
        found = found[key]
    return _resolve(found, scope)


def _base64(argument: Any, scope: Scope) -> str:
    return base64.b64encode(_text(_known(argument, scope)).encode()).decode()


def _holds(expression: Any, scope: Scope) -> bool:
    ((name, argument),) = expression.items()
    if name == "Condition":
        if argument not in scope.conditions:
            raise _Unknown
        return _holds(scope.conditions[argument], scope)
    if name == "Fn::Equals":
        left, right = (_comparable(_known(side, scope)) for side in argument)
        return bool(left == right)
    if name == "Fn::Not":
        return not _holds(argument[0], scope)
    return _combined(name, argument, scope)


def _combined(name: str, argument: list[Any], scope: Scope) -> bool:
    if name not in {"Fn::And", "Fn::Or"}:
        raise _Unknown
    decisive = name == "Fn::Or"
    unknown = False
    for expression in argument:
        try:
            if _holds(expression, scope) is decisive:
                return decisive
        except _Unknown:
            unknown = True
    if unknown:
        raise _Unknown
    return not decisive


def _comparable(value: Any) -> Any:
    # Conditions compare text: a parameter is text, whatever the template's YAML makes of the other side.
    return value if isinstance(value, list | Mapping) else _text(value)


def _condition(name: str) -> Callable[[Any, Scope], bool]:
    return lambda argument, scope: _holds({name: argument}, scope)


_FUNCTIONS: Mapping[str, Callable[[Any, Scope], Any]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::Base64": _base64,
    "Fn::Equals": _condition("Fn::Equals"),
    "Fn::And": _condition("Fn::And"),
    "Fn::Or": _condition("Fn::Or"),
    "Fn::Not": _condition("Fn::Not"),
}
