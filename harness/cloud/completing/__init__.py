"""What a template asks for and the embedded cloud leaves out, done through the services' own APIs.

Every gap is found by looking: what the template wants is compared with what the service says it has. So an
embedded cloud that does more needs less of this, and what cannot be done is named and never passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.attributes import scope
from harness.cloud.completing import functions, http_apis, messages, rest_apis, tables
from harness.cloud.completing.wanted import Wanted
from harness.cloud.faults import translated
from harness.cloud.names import Names
from harness.system.intrinsics import resolve
from harness.system.model import System

__all__ = ["complete"]

# CloudFormation's own types that the embedded cloud plays; the others it records and does nothing.
_PLAYED = frozenset({
    "AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Stack", "AWS::CloudFormation::WaitCondition",
    "AWS::CloudFormation::WaitConditionHandle",
})  # fmt: skip


def complete(system: System, *, cloud: Cloud, names: Names) -> list[str]:
    """Do what the embedded cloud left out, and say in a line each what was done and what could not be.

    Call it after a deployment that changed something. A second call finds nothing to do.

    Args:
        system: What was deployed.
        cloud: The embedded cloud; for AWS there is nothing to do.
        names: The names of the stage.
    """
    if not cloud.embedded:
        return []
    known = scope(system, names)
    lines: list[str] = []
    with translated(cloud):
        for resource in system.resources.values():
            if resource.name in names.physical:
                wanted = Wanted(
                    name=resource.name,
                    kind=resource.type,
                    properties=_resolved(resource.properties, known),
                    physical=names.physical[resource.name],
                )
                lines += _completed(wanted, system=system, cloud=cloud, names=names)
    return lines


def _resolved(properties: Mapping[str, Any], known: Any) -> dict[str, Any]:
    return resolve(dict(properties), known) or {}


def _completed(wanted: Wanted, *, system: System, cloud: Cloud, names: Names) -> list[str]:
    match wanted.kind:
        case "AWS::ApiGateway::RestApi":
            return rest_apis.complete(wanted, cloud=cloud, stages=_stages_of(system, wanted, names))
        case "AWS::ApiGateway::Method":
            return rest_apis.complete_method(wanted, cloud=cloud)
        case "AWS::ApiGatewayV2::Api":
            return http_apis.complete(wanted, cloud=cloud, declared=frozenset(names.physical.values()))
        case "AWS::Lambda::Function":
            return functions.complete(wanted, cloud=cloud, names=names)
        case "AWS::SNS::Topic":
            return messages.complete_topic(wanted, cloud=cloud)
        case "AWS::SNS::Subscription":
            return messages.complete_subscription(wanted, cloud=cloud)
        case "AWS::Events::Rule":
            return messages.complete_rule(wanted, cloud=cloud)
        case "AWS::DynamoDB::Table":
            return tables.complete(wanted, cloud=cloud)
        case kind if kind.startswith("AWS::CloudFormation::") and kind not in _PLAYED:
            return [wanted.not_done(f"the embedded cloud records {kind} and does nothing")]
    return []


def _stages_of(system: System, wanted: Wanted, names: Names) -> list[str]:
    """Give the API Gateway stages of a REST API, which serve what was last deployed to them."""
    return [
        names.physical[resource.name]
        for resource in system.resources.values()
        if resource.type == "AWS::ApiGateway::Stage"
        and resource.properties.get("RestApiId") == {"Ref": wanted.name}
        and resource.name in names.physical
    ]
