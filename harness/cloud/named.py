"""Types of resources whose names are unique, and how one looks whether there is one of a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.cloud.account import Cloud
from harness.system.intrinsics import is_intrinsic

__all__ = ["KINDS", "Named"]

Look = Callable[[Cloud, str, Mapping[str, Any]], Any]


@dataclass(frozen=True, kw_only=True)
class Named:
    """A type of resource whose name is unique in its account and region, or in the world.

    Args:
        noun: What people call it.
        name: The property that names it.
        look: Asks for the one of a name, and raises what its service raises when there is none; what it gives is false
            when there is none.
        absent: The codes with which its service says that there is none.
        is_taken_over: Whether its service takes a second creation of the name for a change of the first one, or for
            the same. Where services refuse it, CloudFormation does.
    """

    noun: str
    name: str
    look: Look
    absent: frozenset[str] = frozenset({"ResourceNotFoundException"})
    is_taken_over: bool = False


def _by(service: str, operation: str, parameter: str) -> Look:
    """Give a look that names what it looks for in one parameter of one call."""

    def look(cloud: Cloud, name: str, _properties: Mapping[str, Any]) -> Any:
        return getattr(cloud.client(service), operation)(**{parameter: name})

    return look


def _by_arn(service: str, operation: str, parameter: str, *, within: str = "") -> Look:
    """Give a look that names an ARN of this account and region."""
    of = {"stepfunctions": "states"}.get(service, service)

    def look(cloud: Cloud, name: str, _properties: Mapping[str, Any]) -> Any:
        arn = f"arn:{cloud.partition}:{of}:{cloud.region}:{cloud.account}:{within}{name}"
        return getattr(cloud.client(service), operation)(**{parameter: arn})

    return look


def _log_group(cloud: Cloud, name: str, _properties: Mapping[str, Any]) -> bool:
    found = cloud.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    # The shortest of those that begin so comes first.
    return any(one["logGroupName"] == name for one in found)


def _rule(cloud: Cloud, name: str, properties: Mapping[str, Any]) -> Any:
    bus = properties.get("EventBusName", "default")
    # A bus that the template makes itself has no rules yet.
    return not is_intrinsic(bus) and cloud.client("events").describe_rule(Name=name, EventBusName=bus)


def _schedule(cloud: Cloud, name: str, properties: Mapping[str, Any]) -> Any:
    group = properties.get("GroupName", "default")
    return not is_intrinsic(group) and cloud.client("scheduler").get_schedule(Name=name, GroupName=group)


def _alarm(cloud: Cloud, name: str, _properties: Mapping[str, Any]) -> bool:
    # Alarms of both types share their names; without the types, those of metrics alone are given.
    types = ["MetricAlarm", "CompositeAlarm"]
    found = cloud.client("cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=types)
    return bool(found.get("MetricAlarms") or found.get("CompositeAlarms"))


def _managed_policy(cloud: Cloud, name: str, properties: Mapping[str, Any]) -> Any:
    path = properties.get("Path", "/")
    arn = f"arn:{cloud.partition}:iam::{cloud.account}:policy{path}{name}"
    return not is_intrinsic(path) and cloud.client("iam").get_policy(PolicyArn=arn)


def _domain(cloud: Cloud, name: str, _properties: Mapping[str, Any]) -> Any:
    # Of a domain that is not there Cognito gives an empty description.
    return cloud.client("cognito-idp").describe_user_pool_domain(Domain=name)["DomainDescription"]


_NO_ENTITY = frozenset({"NoSuchEntity"})
_NOT_FOUND = frozenset({"NotFoundException"})

# Of those that are taken over: CreateTopic, CreateQueue with the same attributes, CreateStateMachine with the same
# definition and CreateActivity give what is there; PutRule, PutMetricAlarm and PutCompositeAlarm overwrite it.
# https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
KINDS: Mapping[str, Named] = {
    "AWS::S3::Bucket": Named(
        noun="bucket",
        name="BucketName",
        look=_by("s3", "head_bucket", "Bucket"),
        absent=frozenset({"404", "NoSuchBucket", "NotFound"}),
    ),
    "AWS::DynamoDB::Table": Named(noun="table", name="TableName", look=_by("dynamodb", "describe_table", "TableName")),
    "AWS::SQS::Queue": Named(
        noun="queue",
        name="QueueName",
        look=_by("sqs", "get_queue_url", "QueueName"),
        absent=frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}),
        is_taken_over=True,
    ),
    "AWS::SNS::Topic": Named(
        noun="topic",
        name="TopicName",
        look=_by_arn("sns", "get_topic_attributes", "TopicArn"),
        absent=frozenset({"NotFound", "NotFoundException"}),
        is_taken_over=True,
    ),
    "AWS::Lambda::Function": Named(
        noun="function", name="FunctionName", look=_by("lambda", "get_function_configuration", "FunctionName")
    ),
    "AWS::IAM::Role": Named(noun="role", name="RoleName", look=_by("iam", "get_role", "RoleName"), absent=_NO_ENTITY),
    "AWS::IAM::User": Named(noun="user", name="UserName", look=_by("iam", "get_user", "UserName"), absent=_NO_ENTITY),
    "AWS::IAM::Group": Named(
        noun="group", name="GroupName", look=_by("iam", "get_group", "GroupName"), absent=_NO_ENTITY
    ),
    "AWS::IAM::InstanceProfile": Named(
        noun="instance profile",
        name="InstanceProfileName",
        look=_by("iam", "get_instance_profile", "InstanceProfileName"),
        absent=_NO_ENTITY,
    ),
    "AWS::IAM::ManagedPolicy": Named(noun="policy", name="ManagedPolicyName", look=_managed_policy, absent=_NO_ENTITY),
    "AWS::SSM::Parameter": Named(
        noun="parameter", name="Name", look=_by("ssm", "get_parameter", "Name"), absent=frozenset({"ParameterNotFound"})
    ),
    "AWS::SecretsManager::Secret": Named(
        noun="secret", name="Name", look=_by("secretsmanager", "describe_secret", "SecretId")
    ),
    "AWS::KMS::Alias": Named(
        noun="alias", name="AliasName", look=_by("kms", "describe_key", "KeyId"), absent=_NOT_FOUND
    ),
    "AWS::Cognito::UserPoolDomain": Named(noun="domain", name="Domain", look=_domain),
    "AWS::Events::EventBus": Named(noun="bus", name="Name", look=_by("events", "describe_event_bus", "Name")),
    "AWS::Events::Rule": Named(noun="rule", name="Name", look=_rule, is_taken_over=True),
    "AWS::Events::Archive": Named(
        noun="archive", name="ArchiveName", look=_by("events", "describe_archive", "ArchiveName")
    ),
    "AWS::Scheduler::Schedule": Named(noun="schedule", name="Name", look=_schedule),
    "AWS::Scheduler::ScheduleGroup": Named(
        noun="schedule group", name="Name", look=_by("scheduler", "get_schedule_group", "Name")
    ),
    "AWS::Pipes::Pipe": Named(noun="pipe", name="Name", look=_by("pipes", "describe_pipe", "Name"), absent=_NOT_FOUND),
    "AWS::Kinesis::Stream": Named(
        noun="stream", name="Name", look=_by("kinesis", "describe_stream_summary", "StreamName")
    ),
    "AWS::StepFunctions::StateMachine": Named(
        noun="state machine",
        name="StateMachineName",
        look=_by_arn("stepfunctions", "describe_state_machine", "stateMachineArn", within="stateMachine:"),
        absent=frozenset({"StateMachineDoesNotExist"}),
        is_taken_over=True,
    ),
    "AWS::StepFunctions::Activity": Named(
        noun="activity",
        name="Name",
        look=_by_arn("stepfunctions", "describe_activity", "activityArn", within="activity:"),
        absent=frozenset({"ActivityDoesNotExist"}),
        is_taken_over=True,
    ),
    "AWS::CloudWatch::Alarm": Named(noun="alarm", name="AlarmName", look=_alarm, is_taken_over=True),
    "AWS::CloudWatch::CompositeAlarm": Named(noun="alarm", name="AlarmName", look=_alarm, is_taken_over=True),
    "AWS::Logs::LogGroup": Named(noun="log group", name="LogGroupName", look=_log_group),
}
