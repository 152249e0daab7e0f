"""Whether what the template declares is there at all: in the stack, and where the stack says it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.cloud.attributes import scope
from harness.cloud.drift.difference import Difference, missing
from harness.cloud.drift.place import Absent, Place
from harness.system.intrinsics import holds
from harness.system.model import Resource

__all__ = ["SERVICES", "look"]

# SAM puts a hash of their content into their logical ids, which differs from one version of SAM to the next.
_CALLED_ANEW = frozenset({"AWS::ApiGateway::Deployment", "AWS::Lambda::LayerVersion", "AWS::Lambda::Version"})


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """How a service is asked for one of its things: its client, the call, the argument that names the thing."""

    service: str
    call: str
    argument: str
    action: str


_ASKED: Mapping[str, _Asked] = {
    "AWS::Cognito::UserPool": _Asked(
        service="cognito-idp", call="describe_user_pool", argument="UserPoolId", action="cognito-idp:DescribeUserPool"
    ),
    "AWS::DynamoDB::Table": _Asked(
        service="dynamodb", call="describe_table", argument="TableName", action="dynamodb:DescribeTable"
    ),
    "AWS::Events::EventBus": _Asked(
        service="events", call="describe_event_bus", argument="Name", action="events:DescribeEventBus"
    ),
    "AWS::Kinesis::Stream": _Asked(
        service="kinesis",
        call="describe_stream_summary",
        argument="StreamName",
        action="kinesis:DescribeStreamSummary",
    ),
    "AWS::S3::Bucket": _Asked(service="s3", call="head_bucket", argument="Bucket", action="s3:ListBucket"),
    "AWS::SNS::Topic": _Asked(
        service="sns", call="get_topic_attributes", argument="TopicArn", action="sns:GetTopicAttributes"
    ),
    "AWS::SQS::Queue": _Asked(
        service="sqs", call="get_queue_attributes", argument="QueueUrl", action="sqs:GetQueueAttributes"
    ),
    "AWS::StepFunctions::StateMachine": _Asked(
        service="stepfunctions",
        call="describe_state_machine",
        argument="stateMachineArn",
        action="states:DescribeStateMachine",
    ),
}
SERVICES = {kind: asked.service for kind, asked in _ASKED.items()}


def look(place: Place) -> Iterator[Difference]:
    """Give the resources that are not in the stack, or are gone although the stack has them."""
    for resource in place.system.resources.values():
        if resource.name not in place.names.physical and _is_certain(resource, place=place):
            yield missing("resource", resource.name, template=resource.type)
    wanted = [one for one in place.resources(*_ASKED) if one.name in place.names.physical]
    for resource, found in zip(wanted, place.each(_asking(place), wanted), strict=True):
        if found is Absent.GONE:
            yield missing("resource", resource.name, template=resource.type)


def _is_certain(resource: Resource, *, place: Place) -> bool:
    """Say whether a resource must be in the stack: its condition may rest on what only the cloud knows."""
    written = place.system.cloudformation["Resources"].get(resource.name, {})
    condition = written.get("Condition")
    return resource.type not in _CALLED_ANEW and (
        condition is None or holds(condition, scope(place.system, place.names)) is True
    )


def _asking(place: Place) -> Callable[[Resource], Any]:
    def there(resource: Resource) -> Any:
        asked = _ASKED[resource.type]
        call = getattr(place.client(asked.service), asked.call)
        named = {asked.argument: place.names.physical[resource.name]}
        return place.ask(f"resources of {asked.service}", action=asked.action, call=lambda: call(**named))

    return there
