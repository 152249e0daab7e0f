"""From a template to a `System`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness._text import listed
from harness.errors import MalformedTemplate
from harness.system import code, muting
from harness.system.apis import apis_of
from harness.system.asynchronous import asynchronous_of
from harness.system.buckets import buckets_on_bus_of, notifications_of
from harness.system.functions import functions_of
from harness.system.intrinsics import Scope, holds, resolve
from harness.system.machines import machines_of
from harness.system.mappings import mappings_of
from harness.system.model import Resource, System
from harness.system.muted_machines import with_activities
from harness.system.parameters import seen_by_ref, values_of
from harness.system.partitions import partition_of
from harness.system.plain import plain
from harness.system.queues import queues_of
from harness.system.references import Declared
from harness.system.schedules import schedules_of
from harness.system.wiring import rules_of, subscriptions_of

__all__ = ["read"]


def read(  # noqa: PLR0913 - they are what CloudFormation asks for as well
    template: Path,
    *,
    name: str,
    parameters: Mapping[str, str] | None = None,
    region: str = "us-east-1",
    account: str = "000000000000",
    cache: Path | None = None,
    muted: bool = False,
) -> System:
    """Give the system that a template declares: SAM or plain CloudFormation, YAML or JSON.

    Args:
        template: The file; local code is looked for relative to its folder.
        name: The name that the project gives the system.
        parameters: Values for the template's parameters; the others have their defaults.
        region: Where it is, or will be, deployed.
        account: The account in which it is, or will be, deployed.
        cache: A folder for translated templates; with it a template that has not changed is read in milliseconds.
        muted: Whether rules, subscriptions and the like lead to no function, so that whoever tests can deliver instead.

    Raises:
        NoTemplate: There is no such file.
        MalformedTemplate: The file cannot be read, or the parameters do not fit it.
    """
    template = template.absolute()
    pseudo = _pseudo_parameters(region, account)
    document = plain(template, parameters or {}, pseudo=pseudo, cache=cache)
    values = values_of(document, parameters or {}, template=template)
    if muted:
        document = muting.muted(document, parameters=values)
    code.anchored(document, template=template)
    declared = _declared(document, values, pseudo, template=template)
    machines = machines_of(declared)
    if muted:
        document = with_activities(document, machines)
    return System(
        name=name,
        template=template,
        cloudformation=document,
        parameters=values,
        functions=functions_of(declared),
        apis=apis_of(declared),
        rules=rules_of(declared),
        subscriptions=subscriptions_of(declared),
        queues=queues_of(declared),
        mappings=mappings_of(declared),
        asynchronous=asynchronous_of(declared),
        notifications=notifications_of(declared),
        buckets_on_bus=buckets_on_bus_of(declared),
        schedules=schedules_of(declared),
        machines=machines,
        resources=declared.resources,
    )


def _pseudo_parameters(region: str, account: str) -> dict[str, str]:
    partition, suffix = partition_of(region)
    return {
        "AWS::AccountId": account,
        "AWS::Region": region,
        "AWS::Partition": partition,
        "AWS::URLSuffix": suffix,
    }


def _declared(
    document: Mapping[str, Any], values: Mapping[str, str], pseudo: Mapping[str, str], *, template: Path
) -> Declared:
    scope = Scope(
        parameters=seen_by_ref(document, values),
        mappings=document.get("Mappings") or {},
        conditions=document.get("Conditions") or {},
        pseudo=pseudo,
    )
    resources = {
        name: Resource(name=name, type=resource["Type"], properties=resolve(resource.get("Properties") or {}, scope))
        for name, resource in document["Resources"].items()
        if _is_admitted(name, resource, scope, template=template)
    }
    return Declared(resources=resources, scope=scope)


def _is_admitted(name: str, resource: Mapping[str, Any], scope: Scope, *, template: Path) -> bool:
    condition = resource.get("Condition")
    if condition is None:
        return True
    if condition not in scope.conditions:
        raise MalformedTemplate(
            f"The resource {name!r} has the condition {condition!r}, which does not exist.",
            facts=[(f"declared in {template}", listed(scope.conditions))],
        )
    # A condition that only the cloud can judge, such as one on an SSM parameter, leaves the resource in.
    return holds(condition, scope) is not False
