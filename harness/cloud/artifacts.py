"""The bucket from which CloudFormation takes code, and a template that points there."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, translated
from harness.cloud.packaging import Package
from harness.errors import NotAllowed
from harness.system.model import System

__all__ = ["bucket_of", "place_template", "pointed", "upload"]

# CloudFormation takes a template of at most 51,200 bytes in a call, and 1 MB from a bucket.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
_LARGEST_BODY = 51_200

# What is uploaded goes by itself; CloudFormation takes it when it deploys, and when it has to roll back to it.
_KEPT_FOR_DAYS = 90
# What is older is uploaded once more, so that it does not go while it is deployed.
_FRESH_FOR_DAYS = 45
_DAY = 24 * 3600.0
_TAG = "harness:artifacts"

_MISSING = frozenset({"404", "NoSuchBucket", "NoSuchKey", "NotFound"})

# A resource whose condition is false is checked by CloudFormation all the same, so its code needs the right form.
_NOT_DEPLOYED = {
    "AWS::Lambda::Function": {"ZipFile": "raise RuntimeError('the condition of this function is false')"},
    "AWS::Lambda::LayerVersion": {"S3Bucket": "none", "S3Key": "none"},
}
_CODE = {"AWS::Lambda::Function": "Code", "AWS::Lambda::LayerVersion": "Content"}


def bucket_of(cloud: Cloud) -> str:
    """Give the name of the bucket for code and large templates."""
    return f"harness-artifacts-{cloud.account}-{cloud.region}"


def pointed(system: System, packages: Mapping[str, Package], *, bucket: str) -> dict[str, Any]:
    """Give the template with each local code replaced by where it lies in the bucket.

    Args:
        system: The system; its own template is left alone.
        packages: The packages of functions and layers by logical id.
        bucket: The bucket.
    """
    template = copy.deepcopy(dict(system.cloudformation))
    for name, resource in template.get("Resources", {}).items():
        kind = resource.get("Type")
        code = _CODE.get(kind, "")
        if code and isinstance(resource.get("Properties", {}).get(code), str):
            package = packages.get(name)
            where = {"S3Bucket": bucket, "S3Key": package.digest} if package else _NOT_DEPLOYED[kind]
            resource["Properties"][code] = where
    return template


def upload(
    packages: Mapping[str, Package],
    *,
    cloud: Cloud,
    progress: Callable[[str], None],
    now: Callable[[], float] = time.time,
) -> None:
    """Put archives into the bucket that are not there yet, or that would not be there for long."""
    if not packages:
        return
    _make_bucket(cloud, progress=progress)
    for package in {package.digest: package for package in packages.values()}.values():
        if not _is_there(cloud, package.digest, since=now() - _FRESH_FOR_DAYS * _DAY):
            progress(f"uploading {package.archive.stat().st_size / 1e6:.1f} MB")
            _put(cloud, key=package.digest, body=package.archive.read_bytes())


def place_template(
    template: Mapping[str, Any], *, cloud: Cloud, key: str, progress: Callable[[str], None]
) -> dict[str, str]:
    """Give the argument that tells CloudFormation the template: its text, or its address when it is too long."""
    body = json.dumps(template)
    if len(body.encode()) <= _LARGEST_BODY:
        return {"TemplateBody": body}
    _make_bucket(cloud, progress=progress)
    _put(cloud, key=key, body=body.encode())
    suffix = ".cn" if cloud.region.startswith("cn-") else ""
    address = cloud.endpoint or f"https://s3.{cloud.region}.amazonaws.com{suffix}"
    return {"TemplateURL": f"{address}/{bucket_of(cloud)}/{key}"}


def _make_bucket(cloud: Cloud, *, progress: Callable[[str], None]) -> None:
    """Create the bucket if it is missing, closed to the public; it must belong to this account.

    One that is there stays as it is.
    """
    s3, bucket = cloud.client("s3"), bucket_of(cloud)
    with translated(cloud):
        try:
            s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=cloud.account)
        except s3.exceptions.ClientError as fault:
            if code_of(fault) not in _MISSING:
                raise
        else:
            return
        # us-east-1 is the one region that must not be named.
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": cloud.region}}
        try:
            s3.create_bucket(Bucket=bucket, **({} if cloud.region == "us-east-1" else elsewhere))
        except s3.exceptions.BucketAlreadyOwnedByYou:
            return  # another process was first
        s3.put_public_access_block(
            Bucket=bucket,
            PublicAccessBlockConfiguration=dict.fromkeys(
                ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
            ),
        )
    _let_it_expire(cloud, progress=progress)


def _let_it_expire(cloud: Cloud, *, progress: Callable[[str], None]) -> None:
    """Say on the bucket what it is, and have its objects go by themselves; who may not do that deploys all the same."""
    s3, bucket = cloud.client("s3"), bucket_of(cloud)
    rule = {"ID": "harness", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": _KEPT_FOR_DAYS}}
    tag = {"Key": _TAG, "Value": "shared by all stages"}
    for set_up, wanted in (
        (s3.put_bucket_lifecycle_configuration, {"LifecycleConfiguration": {"Rules": [rule]}}),
        (s3.put_bucket_tagging, {"Tagging": {"TagSet": [tag]}}),
    ):
        try:
            with translated(cloud):
                set_up(Bucket=bucket, **wanted)
        except NotAllowed as error:
            progress(f"the new bucket {bucket} does without: {error.sentence}")


def _is_there(cloud: Cloud, key: str, *, since: float) -> bool:
    s3 = cloud.client("s3")
    with translated(cloud):
        try:
            found = s3.head_object(Bucket=bucket_of(cloud), Key=key)
        except s3.exceptions.ClientError as fault:
            if code_of(fault) not in _MISSING:
                raise
            return False
    return bool(found["LastModified"].timestamp() >= since)


def _put(cloud: Cloud, *, key: str, body: bytes) -> None:
    with translated(cloud):
        cloud.client("s3").put_object(Bucket=bucket_of(cloud), Key=key, Body=body)
