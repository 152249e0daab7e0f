"""What a template asks for and the embedded cloud leaves out, done through the services' own APIs.

Every gap is found by looking: what the template wants is compared with what the service says it has. So an
embedded cloud that does more needs less of this, and what cannot be done is named and never passed over.
A type of resource that the embedded cloud does not know needs no word here: it refuses the whole stack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.cloud.account import Cloud
from harness.cloud.attributes import scope
from harness.cloud.completing import (
    functions,
    http_apis,
    mappings,
    messages,
    rest_apis,
    rest_resources,
    streams,
    tables,
    targets,
)
from harness.cloud.completing.wanted import Wanted
from harness.cloud.faults import translated
from harness.cloud.names import Names
from harness.system.intrinsics import resolve
from harness.system.model import Resource, System

__all__ = ["complete"]


@dataclass(frozen=True, kw_only=True)
class _Stage:
    """Where the resources are, and the others beside them."""

    system: System
    cloud: Cloud
    names: Names

    def wanted(self, resource: Resource) -> Wanted:
        """Give a resource with its properties resolved."""
        return Wanted(
            name=resource.name,
            kind=resource.type,
            properties=resolve(dict(resource.properties), scope(self.system, self.names)) or {},
            physical=self.names.physical[resource.name],
        )

    def validators(self) -> dict[str, Wanted]:
        """Give the request validators that are resources of their own, by physical id."""
        found = (resource for resource in self.system.resources.values() if resource.name in self.names.physical)
        wanted = (self.wanted(resource) for resource in found if resource.type == "AWS::ApiGateway::RequestValidator")
        return {validator.physical: validator for validator in wanted}

    def role_behind(self, mapping: str) -> str | None:
        """Give the role with which Lambda reads for a mapping: that of its function."""
        found = self.system.mappings.get(mapping)
        function = self.names.functions.get(found.function) if found else None
        return function.role if function else None

    def stages_of(self, api: str) -> list[str]:
        """Give the API Gateway stages of a REST API, which serve what was last deployed to them."""
        return [
            self.names.physical[resource.name]
            for resource in self.system.resources.values()
            if resource.type == "AWS::ApiGateway::Stage"
            and resource.properties.get("RestApiId") == {"Ref": api}
            and resource.name in self.names.physical
        ]


_COMPLETIONS: Mapping[str, Callable[[Wanted, _Stage], list[str]]] = {
    "AWS::ApiGateway::Method": lambda wanted, at: rest_resources.complete_method(
        wanted, cloud=at.cloud, validators=at.validators()
    ),
    "AWS::ApiGateway::RestApi": lambda wanted, at: rest_apis.complete(
        wanted, cloud=at.cloud, stages=at.stages_of(wanted.name)
    ),
    "AWS::ApiGatewayV2::Api": lambda wanted, at: http_apis.complete(
        wanted, cloud=at.cloud, declared=frozenset(at.names.physical.values())
    ),
    "AWS::Lambda::Url": lambda wanted, at: streams.of_url(wanted),  # noqa: ARG005 - as all completions
    "AWS::DynamoDB::Table": lambda wanted, at: tables.complete(wanted, cloud=at.cloud),
    "AWS::Events::Rule": lambda wanted, at: [
        *messages.complete_rule(wanted, cloud=at.cloud),
        *targets.left_of_rule(wanted),
    ],
    "AWS::Lambda::EventSourceMapping": lambda wanted, at: mappings.complete(
        wanted, cloud=at.cloud, mapping=at.system.mappings.get(wanted.name), role=at.role_behind(wanted.name)
    ),
    "AWS::Lambda::Function": lambda wanted, at: functions.complete(wanted, cloud=at.cloud, names=at.names),
    "AWS::SNS::Subscription": lambda wanted, at: messages.complete_subscription(wanted, cloud=at.cloud),
    "AWS::SNS::Topic": lambda wanted, at: messages.complete_topic(wanted, cloud=at.cloud),
    "AWS::Scheduler::Schedule": lambda wanted, _at: targets.left_of_schedule(wanted),
}


def complete(system: System, *, cloud: Cloud, names: Names) -> list[str]:
    """Do what the embedded cloud left out, and say in a line each what was done and what could not be.

    A second call finds nothing to do, and names again what cannot be done.

    Args:
        system: What was deployed.
        cloud: The embedded cloud; for AWS there is nothing to do.
        names: The names of the stage.
    """
    if not cloud.embedded:
        return []
    stage = _Stage(system=system, cloud=cloud, names=names)
    lines: list[str] = []
    with translated(cloud):
        for resource in system.resources.values():
            if resource.type in _COMPLETIONS and resource.name in names.physical:
                lines += _COMPLETIONS[resource.type](stage.wanted(resource), stage)
    return lines
