"""Buckets of the embedded cloud: functions that they may start, and names in each account."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError

from harness._text import new_uuid
from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.deploying import deploy, undeploy
from harness.errors import DeploymentFailed
from harness.system.model import System

from .support import Said
from .test_mending import function, role
from .test_mending_permissions import admit, arn_of, has_run

__all__ = ["function", "role"]


@pytest.fixture
def name(function: Callable[..., str]) -> str:
    """A function whose policy admits nobody."""
    return function("return 'started'")


@pytest.fixture
def bucket(cloud: Cloud) -> Iterator[str]:
    s3, name = cloud.client("s3"), f"b-{new_uuid()}"
    s3.create_bucket(Bucket=name)
    yield name
    s3.delete_object(Bucket=name, Key="a")
    s3.delete_bucket(Bucket=name)


def tell(cloud: Cloud, bucket: str, function: str, **more: Any) -> None:
    """Let a bucket tell a function of new objects."""
    configuration = {"LambdaFunctionArn": arn_of(cloud, function), "Events": ["s3:ObjectCreated:*"]}
    cloud.client("s3").put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [configuration]}, **more
    )


def test_a_function_that_admits_nobody_cannot_be_told(cloud: Cloud, bucket: str, name: str) -> None:
    """S3 validates it when it is configured."""
    sentence = f"Unable to validate the following destination configurations: {arn_of(cloud, name)}"

    with pytest.raises(ClientError, match=sentence):
        tell(cloud, bucket, name)


def test_a_function_that_admits_another_bucket_cannot_be_told(cloud: Cloud, bucket: str, name: str) -> None:
    """The source is part of the permission."""
    admit(cloud, name, "s3.amazonaws.com", SourceArn="arn:aws:s3:::another")

    with pytest.raises(ClientError, match="Unable to validate"):
        tell(cloud, bucket, name)


@pytest.mark.parametrize("limit", ["SourceArn", "SourceAccount"])
def test_a_function_that_admits_the_bucket_is_told(cloud: Cloud, bucket: str, name: str, limit: str) -> None:
    """SAM limits the permission to the account, since a bucket that names its function cannot be named by it."""
    admit(
        cloud,
        name,
        "s3.amazonaws.com",
        **{limit: cloud.account if limit == "SourceAccount" else f"arn:aws:s3:::{bucket}"},
    )
    tell(cloud, bucket, name)

    cloud.client("s3").put_object(Bucket=bucket, Key="a")

    # A busy machine takes its time.
    assert any(has_run(cloud, name) for _ in range(10))


def test_a_function_that_admits_the_bucket_no_longer_is_not_started(cloud: Cloud, bucket: str, name: str) -> None:
    """The permission is asked for at each object."""
    tell(cloud, bucket, name, SkipDestinationValidation=True)

    cloud.client("s3").put_object(Bucket=bucket, Key="a")

    assert not has_run(cloud, name)


TEMPLATE = """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
  Resize:
    Type: AWS::Lambda::Function
    Properties: {Code: {ZipFile: "x"}, Handler: index.handler, Runtime: python3.12, Role: !GetAtt Role.Arn}
  Photos:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        LambdaConfigurations: [{Event: "s3:ObjectCreated:*", Function: !GetAtt Resize.Arn}]
"""


def test_a_stack_without_the_permission_is_refused(cloud: Cloud, stack: str, system_of: Callable[..., System]) -> None:
    """So one finds out before AWS says it."""
    with pytest.raises(DeploymentFailed, match="Unable to validate the following destination configurations"):
        deploy(system_of(TEMPLATE), cloud=cloud, stack=stack, progress=Said())


@pytest.fixture
def other(cloud: Cloud) -> Cloud:
    """Another account of the same cloud."""
    return embedded_cloud(cloud.endpoint or "", folder=cloud.folder, region=cloud.region, account="000000000078")


@pytest.fixture
def both(cloud: Cloud, other: Cloud) -> Iterator[str]:
    """The name of a bucket that a template gives, and that is there in two accounts."""
    name = f"b-{new_uuid()}"
    template = json.dumps({"Resources": {"Photos": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}}})
    for one in (cloud, other):
        one.client("cloudformation").create_stack(StackName=name, TemplateBody=template)
        one.client("cloudformation").get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
        one.client("s3").put_object(Bucket=name, Key="whose", Body=one.account.encode())
    yield name
    for one in (cloud, other):
        undeploy(cloud=one, stack=name, progress=Said())


def test_accounts_have_buckets_of_one_name(cloud: Cloud, other: Cloud, both: str) -> None:
    """So a muted stage stands beside the usual one, also when its template names its bucket."""
    found = [one.client("s3").get_object(Bucket=both, Key="whose")["Body"].read().decode() for one in (cloud, other)]

    assert found == [cloud.account, other.account]


def test_a_presigned_address_means_the_bucket_of_who_signed_it(cloud: Cloud, other: Cloud, both: str) -> None:
    """The signature stands in the address, and not in a header."""
    addresses = [
        one.client("s3").generate_presigned_url("get_object", Params={"Bucket": both, "Key": "whose"})
        for one in (cloud, other)
    ]

    found = [urlopen(address).read().decode() for address in addresses]

    assert found == [cloud.account, other.account]


def test_a_name_of_another_account_can_be_had(cloud: Cloud, other: Cloud, bucket: str) -> None:
    """Through S3's own API as well."""
    other.client("s3").create_bucket(Bucket=bucket)

    assert bucket in [one["Name"] for one in other.client("s3").list_buckets()["Buckets"]]
    other.client("s3").delete_bucket(Bucket=bucket)


def test_a_bucket_of_another_account_is_closed(cloud: Cloud, other: Cloud, bucket: str) -> None:
    """As before, whoever has none of that name asks for the other's."""
    cloud.client("s3").put_object(Bucket=bucket, Key="a")

    with pytest.raises(ClientError, match="AccessDenied"):
        other.client("s3").get_object(Bucket=bucket, Key="a")
