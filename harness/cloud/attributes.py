"""What ``Ref`` and ``Fn::GetAtt`` give for the resources of a deployed stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.cloud.names import Names
from harness.system.intrinsics import Scope, scope_of
from harness.system.model import System
from harness.system.partitions import partition_of

__all__ = ["scope"]

# ARNs that follow from the physical id: service, then what comes before the id.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_ARNS = {
    "AWS::Cognito::UserPool": ("cognito-idp", "userpool/"),
    "AWS::DynamoDB::Table": ("dynamodb", "table/"),
    "AWS::Events::EventBus": ("events", "event-bus/"),
    "AWS::KMS::Key": ("kms", "key/"),
    "AWS::Kinesis::Stream": ("kinesis", "stream/"),
    "AWS::Lambda::Function": ("lambda", "function:"),
    "AWS::SSM::Parameter": ("ssm", "parameter"),
}
# Attributes that give what `Ref` gives, under a name of their own.
_REPEAT_REF = frozenset({"ApiId", "ClientId", "KeyId", "Name", "QueueUrl", "RestApiId", "StageName", "UserPoolId"})

_ROLE = "AWS::IAM::Role"

_ARN_IS_REF = frozenset({"AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "AWS::SecretsManager::Secret"})


def scope(system: System, names: Names) -> Scope:
    """Give the scope in which the template of a deployed stage can be resolved."""
    partition, suffix = partition_of(names.region)
    pseudo = {
        "AWS::AccountId": names.account,
        "AWS::Partition": partition,
        "AWS::Region": names.region,
        "AWS::StackName": names.stack,
        "AWS::URLSuffix": suffix,
    }
    return scope_of(system, pseudo=pseudo, lookup=_lookup(system, names, partition=partition, suffix=suffix))


def _lookup(system: System, names: Names, *, partition: str, suffix: str) -> Callable[[str, str | None], Any]:
    def attribute_of(logical_id: str, attribute: str | None) -> Any:
        physical = names.physical.get(logical_id)
        if physical is None or attribute is None:
            return physical
        kind = system.resources[logical_id].type if logical_id in system.resources else ""
        if attribute in {"Arn", "TopicArn"}:
            path = system.resources[logical_id].properties.get("Path", "/") if kind == _ROLE else ""
            return _arn(kind, f"{path}{physical}", names=names, partition=partition)
        if attribute in {"QueueName", "TopicName"} or (attribute == "Name" and kind in _ARN_IS_REF):
            return physical.replace(":", "/").rsplit("/", 1)[-1]
        if attribute == "ProviderName" and kind == "AWS::Cognito::UserPool":
            return f"cognito-idp.{names.region}.{suffix}/{physical}"
        if attribute == "ProviderURL" and kind == "AWS::Cognito::UserPool":
            return f"https://cognito-idp.{names.region}.{suffix}/{physical}"
        return physical if attribute in _REPEAT_REF else None

    return attribute_of


def _arn(kind: str, physical: str, *, names: Names, partition: str) -> str | None:
    if kind in _ARN_IS_REF or physical.startswith("arn:"):
        return physical
    place = f"{names.region}:{names.account}"
    if kind == "AWS::SQS::Queue":
        return f"arn:{partition}:sqs:{place}:{physical.rsplit('/', 1)[-1]}"
    if kind == _ROLE:
        return f"arn:{partition}:iam::{names.account}:role{physical}"
    if kind == "AWS::S3::Bucket":
        return f"arn:{partition}:s3:::{physical}"
    if kind not in _ARNS:
        return None
    service, before = _ARNS[kind]
    return f"arn:{partition}:{service}:{place}:{before}{physical}"
