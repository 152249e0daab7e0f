"""What is there already under a name that the template gives, and is not our stack's.

CloudFormation finds that out in the middle of a deployment, or not at all: SNS, SQS and EventBridge take a second
creation of the same name for the first one's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, translated
from harness.errors import ForeignThing, NotAllowed
from harness.system.intrinsics import is_intrinsic, resolve, scope_of
from harness.system.model import System
from harness.system.partitions import partition_of

__all__ = ["refuse_foreign_things"]

Look = Callable[[Cloud, str, Mapping[str, Any]], Any]


@dataclass(frozen=True, kw_only=True)
class _Named:
    """A type of resource whose name is unique in its account and region, or in the world.

    Args:
        noun: What people call it.
        name: The property that names it.
        look: Asks for the one of a name, and raises what its service raises when there is none; what it gives is false
            when there is none.
    """

    noun: str
    name: str
    look: Look


@dataclass(frozen=True, kw_only=True)
class _Foreign:
    """Something that is there and not ours."""

    logical_id: str
    type: str
    noun: str
    name: str
    elsewhere: bool


def refuse_foreign_things(system: System, *, cloud: Cloud, stack: str, found: Mapping[str, Any] | None) -> None:
    """Refuse to deploy over what belongs to somebody else; a name that nobody can know yet is left to CloudFormation.

    Args:
        system: What is to be deployed.
        cloud: Where to.
        stack: The name of its stack.
        found: What CloudFormation says of the stack; None when there is none.

    Raises:
        ForeignThing: Something of a name that the template gives is there and is none of the stack's.
    """
    named = list(_names(system, cloud=cloud, stack=stack))
    if not named:
        return
    ours = _ours(cloud, found["StackId"]) if found else {}
    foreign = [
        one
        for logical_id, type_, name, properties in named
        if not _is_among(name, ours.get(type_, ()))
        and (one := _looked_at(logical_id, type_, name, properties, cloud=cloud)) is not None
    ]
    if foreign:
        raise _refusal(foreign, system=system, cloud=cloud, stack=stack)


def _refusal(foreign: list[_Foreign], *, system: System, cloud: Cloud, stack: str) -> ForeignThing:
    first, *others = foreign
    owner = "belongs to somebody else" if first.elsewhere else f"is none of the stack {stack!r}"
    return ForeignThing(
        f"The {first.noun} {first.name!r} is there already and {owner}, so nothing is deployed.",
        facts=[
            (f"declared in {system.template}", f"{first.logical_id} ({first.type})"),
            *(("likewise", f"{one.noun} {one.name!r} ({one.logical_id})") for one in others),
            ("account", cloud.account),
            ("region", cloud.region),
        ],
        remedy="give it another name in the template, for example one with the stage in it;\n"
        "if nobody needs what is there, take it away by hand",
    )


def _names(system: System, *, cloud: Cloud, stack: str) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    """Give what the template names itself: logical id, type, name and properties."""
    partition, suffix = partition_of(cloud.region)
    pseudo = {
        "AWS::AccountId": cloud.account,
        "AWS::Region": cloud.region,
        "AWS::Partition": partition,
        "AWS::URLSuffix": suffix,
        "AWS::StackName": stack,
    }
    declared = system.cloudformation.get("Parameters") or {}
    known = replace(system, parameters={key: value for key, value in system.parameters.items() if key in declared})
    scope = scope_of(known, pseudo=pseudo, lookup=lambda _logical_id, _attribute: None)
    for resource in system.resources.values():
        kind = _KINDS.get(resource.type)
        if kind is None or kind.name not in resource.properties:
            continue
        properties = resolve(resource.properties, scope)
        name = properties.get(kind.name)
        if isinstance(name, str) and name:
            yield resource.name, resource.type, name, properties


def _ours(cloud: Cloud, stack: str) -> dict[str, set[str]]:
    """Give the physical ids of the stack's resources by type."""
    pages = cloud.client("cloudformation").get_paginator("list_stack_resources")
    found: dict[str, set[str]] = {}
    with translated(cloud):
        for page in pages.paginate(StackName=stack):
            for resource in page["StackResourceSummaries"]:
                if resource.get("PhysicalResourceId") and resource["ResourceStatus"] != "DELETE_COMPLETE":
                    found.setdefault(resource["ResourceType"], set()).add(resource["PhysicalResourceId"])
    return found


def _is_among(name: str, physical_ids: Iterable[str]) -> bool:
    """Say whether a name is that of a physical id: the id itself, or the end of an ARN, of a URL or of a pair.

    >>> _is_among("jobs", {"https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"}), _is_among("jobs", {"old-jobs"})
    (True, False)
    >>> _is_among("key", {"arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-Ab12Cd"})
    True
    """
    # Secrets Manager adds six characters. https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
    end = re.compile(rf"(.*[:/|])?{re.escape(name)}|arn:.*:secret:{re.escape(name)}-\w{{6}}")
    return any(end.fullmatch(one) for one in physical_ids)


def _looked_at(
    logical_id: str, type_: str, name: str, properties: Mapping[str, Any], *, cloud: Cloud
) -> _Foreign | None:
    """Give what is there under a name; None when nothing is, or when the tester may not know."""
    from botocore.exceptions import ClientError, ParamValidationError  # noqa: PLC0415 - `import harness` must not load botocore

    kind = _KINDS[type_]
    foreign = _Foreign(logical_id=logical_id, type=type_, noun=kind.noun, name=name, elsewhere=False)
    try:
        with translated(cloud):
            return foreign if kind.look(cloud, name, properties) else None
    except NotAllowed:
        # S3 says 403 of a bucket of somebody else, whose name nobody else can have.
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
        # The accounts of the embedded cloud are all the project's: there it is the bucket of a muted stage.
        is_theirs = type_ == "AWS::S3::Bucket" and not cloud.embedded
        return replace(foreign, elsewhere=True) if is_theirs else None
    except (ClientError, ParamValidationError) as fault:
        # There is none, or the name is none that can be; 301 is that of a bucket in another region.
        return replace(foreign, elsewhere=True) if code_of(fault) == "301" else None


def _by(service: str, operation: str, parameter: str) -> Look:
    """Give a look that names what it looks for in one parameter of one call."""

    def look(cloud: Cloud, name: str, _properties: Mapping[str, Any]) -> Any:
        return getattr(cloud.client(service), operation)(**{parameter: name})

    return look


def _topic(cloud: Cloud, name: str, _properties: Mapping[str, Any]) -> Any:
    arn = f"arn:{cloud.partition}:sns:{cloud.region}:{cloud.account}:{name}"
    return cloud.client("sns").get_topic_attributes(TopicArn=arn)


def _machine(cloud: Cloud, name: str, _properties: Mapping[str, Any]) -> Any:
    arn = f"arn:{cloud.partition}:states:{cloud.region}:{cloud.account}:stateMachine:{name}"
    return cloud.client("stepfunctions").describe_state_machine(stateMachineArn=arn)


def _log_group(cloud: Cloud, name: str, _properties: Mapping[str, Any]) -> bool:
    found = cloud.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    # The shortest of those that begin so comes first.
    return any(one["logGroupName"] == name for one in found)


def _rule(cloud: Cloud, name: str, properties: Mapping[str, Any]) -> Any:
    bus = properties.get("EventBusName", "default")
    # A bus that the template makes itself has no rules yet.
    return not is_intrinsic(bus) and cloud.client("events").describe_rule(Name=name, EventBusName=bus)


_KINDS: Mapping[str, _Named] = {
    "AWS::S3::Bucket": _Named(noun="bucket", name="BucketName", look=_by("s3", "head_bucket", "Bucket")),
    "AWS::DynamoDB::Table": _Named(noun="table", name="TableName", look=_by("dynamodb", "describe_table", "TableName")),
    "AWS::SQS::Queue": _Named(noun="queue", name="QueueName", look=_by("sqs", "get_queue_url", "QueueName")),
    "AWS::SNS::Topic": _Named(noun="topic", name="TopicName", look=_topic),
    "AWS::Lambda::Function": _Named(
        noun="function", name="FunctionName", look=_by("lambda", "get_function_configuration", "FunctionName")
    ),
    "AWS::IAM::Role": _Named(noun="role", name="RoleName", look=_by("iam", "get_role", "RoleName")),
    "AWS::SSM::Parameter": _Named(noun="parameter", name="Name", look=_by("ssm", "get_parameter", "Name")),
    "AWS::SecretsManager::Secret": _Named(
        noun="secret", name="Name", look=_by("secretsmanager", "describe_secret", "SecretId")
    ),
    "AWS::Events::EventBus": _Named(noun="bus", name="Name", look=_by("events", "describe_event_bus", "Name")),
    "AWS::Events::Rule": _Named(noun="rule", name="Name", look=_rule),
    "AWS::Kinesis::Stream": _Named(
        noun="stream", name="Name", look=_by("kinesis", "describe_stream_summary", "StreamName")
    ),
    "AWS::StepFunctions::StateMachine": _Named(noun="state machine", name="StateMachineName", look=_machine),
    "AWS::Logs::LogGroup": _Named(noun="log group", name="LogGroupName", look=_log_group),
}
