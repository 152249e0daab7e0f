"""What the harness needs to be allowed, and for what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.cloud.attributes import scope
from harness.cloud.names import Names
from harness.ledger.naming import TAP
from harness.system.intrinsics import resolve
from harness.system.model import System

__all__ = ["Need", "needs"]

_TAP = f"{TAP}doctor"


@dataclass(frozen=True, kw_only=True)
class Need:
    """Actions on one resource, and what they are needed for.

    Args:
        actions: IAM actions.
        resource: The ARN of the resource, or ``*`` for actions that know no resources.
        called: How the resource is called: its logical id, or in words.
        purpose: What fails without them.
        changes: Whether they create or change something, which nobody needs in a protected stage.
    """

    actions: tuple[str, ...]
    resource: str
    called: str
    purpose: str
    changes: bool = False


# By type of resource: actions, what for, and whether they change something.
_OF_TYPES: dict[str, tuple[tuple[tuple[str, ...], str, bool], ...]] = {
    "AWS::Cognito::UserPool": (
        (("cognito-idp:DescribeUserPool", "cognito-idp:DescribeUserPoolClient"), "to sign users in", False),
        (
            (
                "cognito-idp:AdminCreateUser",
                "cognito-idp:AdminInitiateAuth",
                "cognito-idp:AdminRespondToAuthChallenge",
                "cognito-idp:AdminDeleteUser",
            ),
            "to bring users",
            True,
        ),
    ),
    "AWS::DynamoDB::Table": (
        (("dynamodb:DescribeTable", "dynamodb:BatchGetItem"), "to read items", False),
        (("dynamodb:BatchWriteItem",), "to bring items", True),
        (
            ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"),
            "to write items and to take them away",
            True,
        ),
    ),
    "AWS::Events::EventBus": ((("events:PutEvents",), "to publish", True),),
    "AWS::Kinesis::Stream": (
        (("kinesis:ListShards", "kinesis:GetShardIterator", "kinesis:GetRecords"), "to tap a stream", False),
        (("kinesis:PutRecord",), "to put records", True),
    ),
    "AWS::Lambda::Function": (
        (("lambda:GetFunctionConfiguration",), "to know the names of the stage", False),
        (("lambda:InvokeFunction",), "for the mode invoke", True),
    ),
    "AWS::S3::Bucket": ((("s3:PutObject", "s3:GetObject", "s3:DeleteObject"), "to upload, and to take it away", True),),
    "AWS::SNS::Topic": (
        (("sns:ListSubscriptionsByTopic",), "to tap a topic", False),
        (("sns:Publish", "sns:Subscribe"), "to notify and to tap", True),
    ),
    "AWS::SQS::Queue": ((("sqs:GetQueueAttributes", "sqs:SendMessage"), "to send messages", True),),
    "AWS::StepFunctions::StateMachine": (
        (("states:StartExecution", "states:DescribeExecution"), "to start state machines", True),
    ),
}


def needs(system: System, *, names: Names, stack: str) -> Iterator[Need]:
    """Give what the harness needs for a system.

    Args:
        system: The system.
        names: The names of its stage.
        stack: The ARN of its stack.
    """
    partition = stack.split(":")[1]
    place = f"{names.region}:{names.account}"
    yield Need(
        actions=("cloudformation:DescribeStacks", "cloudformation:ListStackResources"),
        resource=stack,
        called="the stack",
        purpose="to know the names of the stage",
    )
    for function, one in names.functions.items():
        group = f"arn:{partition}:logs:{place}:log-group:/aws/lambda/{one.name}:*"
        yield Need(
            actions=("logs:FilterLogEvents",),
            resource=group,
            called=f"the log of {function}",
            purpose="to show what a function logged",
        )
    yield from _of_resources(system, names=names)
    buses, topics = system.of_type("AWS::Events::EventBus"), system.of_type("AWS::SNS::Topic")
    for bus in buses.keys() & names.physical.keys():
        rule = f"arn:{partition}:events:{place}:rule/{names.physical[bus]}/{_TAP}"
        yield Need(
            actions=(
                "events:PutRule",
                "events:PutTargets",
                "events:ListTargetsByRule",
                "events:RemoveTargets",
                "events:DeleteRule",
            ),
            resource=rule,
            called=f"rules of {bus}",
            purpose="to tap a bus",
            changes=True,
        )
    if buses or topics:
        yield Need(
            actions=(
                "sqs:CreateQueue",
                "sqs:ReceiveMessage",
                "sqs:DeleteMessage",
                "sqs:SendMessage",
                "sqs:DeleteQueue",
            ),
            resource=f"arn:{partition}:sqs:{place}:{_TAP}",
            called="the queue of the taps",
            purpose="to tap buses and topics",
            changes=True,
        )
    if system.rules:
        yield Need(
            actions=("events:TestEventPattern",),
            resource="*",
            called="any pattern",
            purpose="to know which rules match an event",
        )


def _of_resources(system: System, *, names: Names) -> Iterator[Need]:
    known = scope(system, names)
    for resource in system.resources.values():
        arn = resolve({"Fn::GetAtt": [resource.name, "Arn"]}, known)
        if resource.name not in names.physical or not isinstance(arn, str):
            continue
        for actions, purpose, changes in _OF_TYPES.get(resource.type, ()):
            on = f"{arn}/*" if resource.type == "AWS::S3::Bucket" else arn
            yield Need(actions=actions, resource=on, called=resource.name, purpose=purpose, changes=changes)
