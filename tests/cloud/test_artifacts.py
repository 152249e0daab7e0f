"""The bucket of the artifacts: how it is made, and what goes from it by itself."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.artifacts import upload
from harness.cloud.packaging import Package

from .support import Said

BUCKET = "harness-artifacts-000000000000-eu-north-1"


@pytest.fixture
def unused(cloud: Cloud, tmp_path: Path) -> Iterator[Cloud]:
    """A region in which nobody has deployed anything, without its bucket."""
    found = embedded_cloud(cloud.endpoint or "", folder=tmp_path, region="eu-north-1")
    yield found
    for key in [one["Key"] for one in found.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]:
        found.client("s3").delete_object(Bucket=BUCKET, Key=key)
    found.client("s3").delete_bucket(Bucket=BUCKET)


@pytest.fixture
def package(tmp_path: Path) -> Package:
    (tmp_path / "code.zip").write_bytes(b"...")
    return Package(archive=tmp_path / "code.zip", digest="d")


def test_what_is_in_the_bucket_goes_by_itself(unused: Cloud, package: Package) -> None:
    """The bucket says what it is."""
    upload({"F": package}, cloud=unused, progress=Said())

    s3 = unused.client("s3")
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert ("Enabled", {"Prefix": ""}, {"Days": 90}) == (rule["Status"], rule["Filter"], rule["Expiration"])
    tags = s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"]
    assert [{"Key": "harness:artifacts", "Value": "shared by all stages"}] == tags


def test_a_bucket_that_was_there_is_left_as_it_is(unused: Cloud, package: Package) -> None:
    """Somebody may have other plans for it."""
    s3 = unused.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": unused.region})

    upload({"F": package}, cloud=unused, progress=Said())

    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        s3.get_bucket_tagging(Bucket=BUCKET)


def test_what_would_soon_go_is_uploaded_again(unused: Cloud, package: Package) -> None:
    """CloudFormation finds it there, and still there when it has to roll back to it."""
    days, now, said = 24 * 3600, time.time(), Said()

    for passed in (0, 44, 46):
        upload({"F": package}, cloud=unused, progress=said, now=lambda passed=passed: now + passed * days)

    assert ["uploading 0.0 MB"] * 2 == said.lines


def test_who_may_not_set_it_up_deploys_all_the_same(
    unused: Cloud, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told what is missing."""
    for name, value in limited(unused, "s3:PutLifecycleConfiguration", "s3:PutBucketTagging").items():
        monkeypatch.setenv(name, value)
    there, said = Cloud(folder=unused.folder, region=unused.region, endpoint=unused.endpoint), Said()

    upload({"F": package}, cloud=there, progress=said)

    assert said.lines == [
        f"the new bucket {BUCKET} does without: The credentials do not allow 'PutBucketLifecycleConfiguration'.",
        f"the new bucket {BUCKET} does without: The credentials do not allow 'PutBucketTagging'.",
        "uploading 0.0 MB",
    ]


def limited(cloud: Cloud, *denied: str) -> dict[str, str]:
    """Give the environment of somebody who may do everything but some calls."""
    iam, name = cloud.client("iam"), f"tester-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    statements = [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": list(denied), "Resource": "*"},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName=name, PolicyName="limited", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
