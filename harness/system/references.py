"""What a template declares, and what its references point at.

A reference to a resource comes in many shapes: ``Ref``, ``Fn::GetAtt``, an ARN that ``Fn::Sub`` or ``Fn::Join``
builds around one of these, or an ARN or a name that is put together from parameters. All of them are resolved
into text in which a resource is a mark, ``${Table}`` or ``${Table.Arn}``, and then looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from harness.system.intrinsics import Scope, resolve
from harness.system.model import Resource

__all__ = ["Declared", "document", "entries", "flag", "number"]

_MARK = re.compile(r"\$\{(\w+)(?:\.[^}]+)?\}")
# The property that names a resource, and the service in its ARN.
_NAMES = {
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Events::EventBus": "Name",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::KinesisFirehose::DeliveryStream": "DeliveryStreamName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::Scheduler::Schedule": "Name",
}
_SERVICES = {
    "lambda": ("AWS::Lambda::Function",),
    "events": ("AWS::Events::EventBus",),
    "sns": ("AWS::SNS::Topic",),
    "sqs": ("AWS::SQS::Queue",),
    "kinesis": ("AWS::Kinesis::Stream",),
    "states": ("AWS::StepFunctions::StateMachine",),
    "logs": ("AWS::Logs::LogGroup",),
    "firehose": ("AWS::KinesisFirehose::DeliveryStream",),
    "s3": ("AWS::S3::Bucket",),
    "dynamodb": ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"),
    "scheduler": ("AWS::Scheduler::Schedule",),
}
# What stands in an ARN before the name, as in ``function:get-index`` and ``event-bus/orders``.
_ARN = re.compile(
    r"arn:[^:]+:(?P<service>[a-z0-9]+):[^:]*:[^:]*:"
    r"(?:(?:function|stateMachine|log-group)[:]|(?:event-bus|stream|deliverystream|table|schedule/[^/]+)/)?"
    r"(?P<name>[^:]+)"
)
# After these something may follow the name: the objects of a bucket, a table's stream, a consumer of a stream.
_FOLLOWED = frozenset({"s3", "dynamodb", "kinesis"})
# These stand for what they belong to, which the properties name.
_OF_OTHERS = {
    "AWS::Lambda::Alias": ("AWS::Lambda::Function", ("FunctionName",)),
    "AWS::Lambda::Version": ("AWS::Lambda::Function", ("FunctionName",)),
    "AWS::Kinesis::StreamConsumer": ("AWS::Kinesis::Stream", ("StreamARN",)),
    "AWS::StepFunctions::StateMachineVersion": ("AWS::StepFunctions::StateMachine", ("StateMachineArn",)),
    "AWS::StepFunctions::StateMachineAlias": (
        "AWS::StepFunctions::StateMachine",
        ("RoutingConfiguration", "DeploymentPreference"),
    ),
}
# Lambda takes the name of a function also with an account before it and a version or an alias after it.
# https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
_FUNCTION_NAME = re.compile(r"(?:[^:]+:function:)?(?P<name>[^:]+)(?::[^:]+)?")
_PSEUDO = ("AWS::StackName", "AWS::StackId")


@dataclass(frozen=True, kw_only=True)
class Declared:
    """The resources that the conditions admit, resolved as far as parameters go.

    Args:
        resources: By logical id.
        scope: What they were resolved with.
    """

    resources: Mapping[str, Resource]
    scope: Scope

    def of_type(self, *types: str) -> Iterator[Resource]:
        """Give the resources of these types in the order of the template."""
        return (resource for resource in self.resources.values() if resource.type in types)

    def text(self, value: Any) -> str:
        """Give a value as text; an intrinsic function that nobody can resolve yet becomes JSON."""
        return value if isinstance(value, str) else json.dumps(value)

    def reference(self, value: Any, *types: str) -> str:
        """Give the logical id that a value points at, or else the value as text."""
        return self.logical_id(value, *types) or self.text(value)

    def logical_id(self, value: Any, *types: str) -> str | None:
        """Give the logical id that a value points at; None when it is no declared resource.

        Args:
            value: A reference in any shape.
            types: The types of resources that can be meant; all when left out.
        """
        marked = self.marked(value)
        for mark in _MARK.finditer(marked):
            found = self._owner(mark[1])
            if found and (not types or self.resources[found].type in types):
                return found
        return self._by_name(marked, types)

    def marked(self, value: Any) -> str:
        """Give a value as text in which every resource is a mark."""
        return self.text(resolve(value, self._marking))

    def _owner(self, logical_id: str) -> str | None:
        if logical_id not in self.resources:
            return None
        resource = self.resources[logical_id]
        if resource.type in _OF_OTHERS:
            kind, names = _OF_OTHERS[resource.type]
            found = (self.logical_id(resource.properties.get(name), kind) for name in names)
            return next((owner for owner in found if owner), None)
        return logical_id

    def _by_name(self, marked: str, types: tuple[str, ...]) -> str | None:
        # An integration's URI is an ARN of API Gateway around the ARN of a function.
        arn = _ARN.match(marked.removesuffix("/invocations"), marked.rfind("arn:")) if "arn:" in marked else None
        if arn:
            name = arn["name"].partition("/")[0] if arn["service"] in _FOLLOWED else arn["name"]
            return self._first_named(name, _SERVICES.get(arn["service"], ()))
        function = _FUNCTION_NAME.fullmatch(marked) if "AWS::Lambda::Function" in types else None
        return self._first_named(function["name"] if function else marked, types)

    def _first_named(self, name: str, types: tuple[str, ...]) -> str | None:
        return next((self._named[kind, name] for kind in types if (kind, name) in self._named), None)

    @cached_property
    def _marking(self) -> Scope:
        def mark(logical_id: str, attribute: str | None) -> str | None:
            if logical_id not in self.resources:
                return None
            return f"${{{logical_id}}}" if attribute is None else f"${{{logical_id}.{attribute}}}"

        # The name of the stack is not known here, but two texts with the same unknown part are still equal.
        unknown = {name: f"<{name.removeprefix('AWS::')}>" for name in _PSEUDO}
        return replace(self.scope, pseudo={**unknown, **self.scope.pseudo}, lookup=mark)

    @cached_property
    def _named(self) -> Mapping[tuple[str, str], str]:
        return {
            (resource.type, self.marked(resource.properties[_NAMES[resource.type]])): resource.name
            for resource in self.of_type(*_NAMES)
            if _NAMES[resource.type] in resource.properties
        }


def entries(value: Any) -> list[Mapping[str, Any]]:
    """Give the mappings in a list; none for a list that only the cloud can make."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def document(value: Any) -> Any:
    """Give a JSON document, which CloudFormation also takes as text."""
    return json.loads(value) if isinstance(value, str) else value


def number(value: Any, *, default: float) -> float:
    """Give a number that a template may write as text; the default for what is not known."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return default


def flag(value: Any) -> bool:
    """Say whether a template means yes: CloudFormation takes the text ``true`` for the boolean."""
    return str(value).lower() == "true"
