"""Permissions of functions: who may invoke them.

Without them API Gateway, EventBridge, SNS and S3 fail where nobody sees it: the first answers 500, the others drop.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from harness.cloud.completing.wanted import is_known
from harness.cloud.drift.difference import Difference
from harness.cloud.drift.place import Absent, Place
from harness.system.model import Resource

__all__ = ["look"]

_PERMISSION = "AWS::Lambda::Permission"


def look(place: Place) -> Iterator[Difference]:
    """Give the permissions of the template that the policies of the functions lack."""
    declared = [_with_source(one, place=place) for one in place.resources(_PERMISSION)]
    permissions = [one for one in declared if isinstance(one.properties.get("FunctionName"), str)]
    functions = list(dict.fromkeys(one.properties["FunctionName"] for one in permissions))
    policies = dict(zip(functions, place.each(lambda name: _policy(name, place=place), functions), strict=True))
    for permission in permissions:
        function = permission.properties["FunctionName"]
        if policies[function] is not Absent.UNREAD and not _is_in(permission, policies[function]):
            source = permission.properties.get("SourceArn")
            by = place.called(source) if isinstance(source, str) else None
            yield Difference(
                kind="permission",
                name=permission.name,
                what="existence",
                template=f"{permission.properties['Principal']} may invoke {_called(function, place=place)}"
                + (f" for {by}" if by else ""),
                deployed="nothing",
            )


def _with_source(permission: Resource, *, place: Place) -> Resource:
    """Give a permission whose source is known, if that is a rule, whose ARN follows from its name."""
    source = permission.properties.get("SourceArn")
    rules = {str({"Fn::GetAtt": [name, "Arn"]}): name for name in place.system.rules}
    rule = rules.get(str(source))
    arn = place.arn_of_rule(rule) if rule else source
    return replace(permission, properties={**permission.properties, "SourceArn": arn}) if arn else permission


def _called(function: str, *, place: Place) -> str:
    name = place.called(function)
    # With an alias after it, or as an ARN.
    return name if name != function else place.called(function.rpartition(":function:")[2].partition(":")[0])


def _policy(function: str, *, place: Place) -> Any:
    """Give the statements of a function's policy, or of an alias's; none where it has no policy."""
    client = place.client("lambda")
    found = place.ask(
        "policies of functions",
        action="lambda:GetPolicy",
        call=lambda: json.loads(client.get_policy(FunctionName=function)["Policy"])["Statement"],
    )
    return [] if found is Absent.GONE else found


def _is_in(permission: Resource, statements: list[Mapping[str, Any]]) -> bool:
    return any(_allows(statement, permission.properties) for statement in statements)


def _allows(statement: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Say whether a statement is the one that AddPermission makes of a permission; what is not known is not judged."""
    conditions = {
        name.lower(): value for clause in (statement.get("Condition") or {}).values() for name, value in clause.items()
    }
    pairs = (
        (wanted.get("Action"), statement.get("Action")),
        (wanted.get("SourceArn"), conditions.get("aws:sourcearn")),
        (wanted.get("SourceAccount"), conditions.get("aws:sourceaccount")),
    )
    return (
        statement.get("Effect") == "Allow"
        and _is_for(statement.get("Principal"), wanted.get("Principal"))
        and all(value == there for value, there in pairs if is_known(value))
    )


def _is_for(principal: Any, wanted: Any) -> bool:
    there = list(principal.values()) if isinstance(principal, Mapping) else [principal]
    # Lambda writes an account as the ARN of its root.
    return not isinstance(wanted, str) or any(wanted == one or f"::{wanted}:root" in str(one) for one in there)
