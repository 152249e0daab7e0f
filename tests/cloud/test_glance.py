"""A glance at a stack says what boto3 says, or nothing."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.glance import glance

TEMPLATE = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})


@pytest.fixture
def stack(cloud: Cloud) -> Iterator[str]:
    name = f"glanced-{uuid.uuid4()}"
    cloudformation = cloud.client("cloudformation")
    tags = [{"Key": "harness:fingerprint", "Value": "a<b&c"}]
    cloudformation.create_stack(StackName=name, TemplateBody=TEMPLATE, Tags=tags)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0})
    yield name
    cloudformation.delete_stack(StackName=name)


def test_it_says_what_boto3_says(cloud: Cloud, stack: str) -> None:
    """Id, status and tags are those of DescribeStacks."""
    described = cloud.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]

    assert glance(cloud, stack) == {name: described[name] for name in ("StackId", "StackStatus", "Tags")}


def test_a_stack_that_is_not_there_is_for_boto3(cloud: Cloud) -> None:
    """The glance has no words for it."""
    assert glance(cloud, "nowhere") is None


def test_a_cloud_that_does_not_answer_is_for_boto3(tmp_path: Path) -> None:
    """Nor for this."""
    assert glance(embedded_cloud("http://127.0.0.1:9", folder=tmp_path, region="us-east-1"), "any") is None
