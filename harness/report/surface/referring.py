"""Which things of a template a value refers to, in whatever shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.system.intrinsics import is_intrinsic, scope_of
from harness.system.model import System
from harness.system.references import Declared

__all__ = ["KINDS", "declared_by", "referred"]

# What stands in the picture beside functions, machines and front doors.
KINDS = {
    "AWS::Lambda::Function": "function",
    "AWS::StepFunctions::StateMachine": "machine",
    "AWS::Events::EventBus": "bus",
    "AWS::SNS::Topic": "topic",
    "AWS::SQS::Queue": "queue",
    "AWS::Kinesis::Stream": "stream",
    "AWS::DynamoDB::Table": "table",
    "AWS::DynamoDB::GlobalTable": "table",
    "AWS::S3::Bucket": "bucket",
    "AWS::Cognito::UserPool": "pool",
}
# The model does not keep where a stage is, and it is all the same here.
_ANYWHERE = {
    "AWS::Partition": "aws",
    "AWS::Region": "region",
    "AWS::AccountId": "account",
    "AWS::URLSuffix": "amazonaws.com",
}


def declared_by(system: System) -> Declared:
    """Give the resources of a system so that they can be asked what a value refers to."""
    return Declared(
        resources=system.resources, scope=scope_of(system, pseudo=_ANYWHERE, lookup=lambda _name, _attribute: None)
    )


def referred(value: Any, declared: Declared) -> Iterator[str]:
    """Give the logical ids of what the picture shows and a value refers to, one for each leaf at most."""
    if isinstance(value, Mapping) and not is_intrinsic(value):
        for part in value.values():
            yield from referred(part, declared)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from referred(part, declared)
    elif isinstance(value, str | Mapping):
        found = declared.logical_id(value, *KINDS)
        if found:
            yield found
