"""What references point at, for the kinds that start functions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.system.model import System

RESOURCES = """
    Resources:
      Photos: {{Type: AWS::S3::Bucket, Properties: {{BucketName: shop-photos}}}}
      Orders: {{Type: AWS::DynamoDB::Table, Properties: {{TableName: orders}}}}
      Machine: {{Type: AWS::StepFunctions::StateMachine, Properties: {{StateMachineName: pay, Definition: {{}}}}}}
      First: {{Type: AWS::StepFunctions::StateMachineVersion, Properties: {{StateMachineArn: !Ref Machine}}}}
      Live:
        Type: AWS::StepFunctions::StateMachineAlias
        Properties: {{RoutingConfiguration: [{{StateMachineVersionArn: !Ref First, Weight: 100}}]}}
      Gradual:
        Type: AWS::StepFunctions::StateMachineAlias
        Properties: {{DeploymentPreference: {{StateMachineVersionArn: !Ref First, Type: ALL_AT_ONCE}}}}
      Lost: {{Type: AWS::StepFunctions::StateMachineAlias, Properties: {{}}}}
      Nightly:
        Type: AWS::Scheduler::Schedule
        Properties: {{Name: nightly, ScheduleExpression: rate(1 day), Target: {{Arn: a, RoleArn: r}}}}
      Rule: {{Type: AWS::Events::Rule, Properties: {{EventPattern: {{}}, Targets: [{{Id: it, Arn: {arn}}}]}}}}
"""


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("!GetAtt Photos.Arn", "Photos"),
        ("arn:aws:s3:::shop-photos", "Photos"),
        ("arn:aws:s3:::shop-photos/in/*", "Photos"),
        ("arn:aws:s3:::other", "arn:aws:s3:::other"),
        ('"arn:aws:dynamodb:us-east-1:000000000000:table/orders"', "Orders"),
        ('"arn:aws:dynamodb:us-east-1:000000000000:table/orders/index/by-user"', "Orders"),
        ("!Ref Machine", "Machine"),
        ("!Ref First", "Machine"),
        ("!Ref Live", "Machine"),
        ("!Ref Gradual", "Machine"),
        ("!Ref Lost", '{"Ref": "Lost"}'),
        ('"arn:aws:states:us-east-1:000000000000:stateMachine:pay"', "Machine"),
        ('"arn:aws:states:us-east-1:000000000000:stateMachine:pay:live"', "Machine"),
        ('"arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly"', "Nightly"),
    ],
)
def test_a_reference_is_understood(system_of: Callable[..., System], arn: str, name: str) -> None:
    """By reference or by a literal ARN; what is not declared stays as it is."""
    [target] = system_of(RESOURCES.format(arn=arn)).rules["Rule"].targets

    assert name == target.resource
