"""Topics of the embedded cloud admit whom those of AWS admit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from harness._text import new_uuid
from harness.cloud.account import Cloud

TEMPLATE = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}
        ],
    }
)


@pytest.fixture
def topic(cloud: Cloud) -> Iterator[str]:
    """A topic of a stack, whose template gives it no policy."""
    name = f"t-{new_uuid()}"
    stacks = cloud.client("cloudformation")
    stacks.create_stack(StackName=name, TemplateBody=TEMPLATE)
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    [resource] = stacks.describe_stack_resources(StackName=name)["StackResources"]
    yield resource["PhysicalResourceId"]
    stacks.delete_stack(StackName=name)


@pytest.fixture
def sns_of(cloud: Cloud) -> Callable[..., Any]:
    """Gives SNS as a role sees it that may do these actions."""

    def client(*actions: str) -> Any:
        name, iam = f"r-{new_uuid()}", cloud.client("iam")
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=policy)
        keys = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="publisher")["Credentials"]
        return boto3.client(
            "sns",
            region_name=cloud.region,
            endpoint_url=cloud.endpoint,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )

    return client


def test_a_role_without_a_permission_does_not_publish(topic: str, sns_of: Callable[..., Any]) -> None:
    """The default policy of a topic is for its owner."""
    with pytest.raises(ClientError, match="not authorized to perform: sns:Publish"):
        sns_of("sns:ListTopics").publish(TopicArn=topic, Message="no")


def test_a_role_with_a_permission_publishes(topic: str, sns_of: Callable[..., Any]) -> None:
    """Its own policy is enough."""
    assert sns_of("sns:Publish").publish(TopicArn=topic, Message="yes")["MessageId"]


def test_the_owner_publishes(cloud: Cloud, topic: str) -> None:
    """As without the mending."""
    assert cloud.client("sns").publish(TopicArn=topic, Message="yes")["MessageId"]
