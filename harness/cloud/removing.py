"""Removal of a stack, and the story of one that failed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from harness.cloud import stacks
from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, message_of, translated
from harness.cloud.stacks import Clock, Watch
from harness.errors import DeploymentFailed

__all__ = ["delete", "failure", "place", "undeploy"]


def undeploy(
    *,
    cloud: Cloud,
    stack: str,
    progress: Callable[[str], None],
    timeout: float = 900.0,
    clock: Clock | None = None,
) -> bool:
    """Delete a stack; say whether there was one.

    CloudFormation does not delete a bucket that holds objects. In the embedded cloud its objects
    are deleted first; in AWS they may be somebody's, and the deletion fails.

    Raises:
        DeploymentFailed: CloudFormation could not delete all of it.
    """
    clock = clock or Clock()
    found = stacks.settled(cloud, stack, timeout=timeout, clock=clock)
    if found is None:
        return False
    if cloud.embedded:
        _empty_buckets(cloud, stack)
    progress(f"deleting {stack}")
    delete(cloud, found, progress=progress, timeout=timeout, clock=clock)
    progress(f"{stack} DELETE_COMPLETE")
    return True


def delete(
    cloud: Cloud, found: Mapping[str, Any], *, progress: Callable[[str], None], timeout: float, clock: Clock
) -> None:
    """Delete a stack that was found and wait until it is gone.

    Raises:
        DeploymentFailed: CloudFormation could not delete all of it.
    """
    token = f"harness-{uuid.uuid4().hex}"
    watch = Watch(cloud=cloud, stack=found["StackId"], progress=progress, token=token)
    cloudformation = cloud.client("cloudformation")
    sentence = f"The stack {found['StackName']!r} could not be deleted."
    with translated(cloud):
        try:
            cloudformation.delete_stack(StackName=found["StackId"], ClientRequestToken=token)
        except cloudformation.exceptions.ClientError as fault:
            if code_of(fault) != "ValidationError":
                raise
            facts = [("reason", message_of(fault)), ("status", found["StackStatus"]), *place(cloud)]
            raise DeploymentFailed(sentence, facts=facts) from None
    left = stacks.settled(cloud, found["StackId"], timeout=timeout, clock=clock, watch=watch)
    if left is not None:
        raise failure(sentence, cloud=cloud, found=left, watch=watch)


def failure(
    sentence: str, *, cloud: Cloud, found: Mapping[str, Any] | None, watch: Watch, remedy: str = ""
) -> DeploymentFailed:
    """Give the error that tells which resource failed first, and why.

    Later failures are mostly consequences of the first: "Resource creation cancelled".
    """
    facts: list[tuple[str, object]] = []
    if watch.failures:
        first = watch.failures[0]
        facts.append(("first failure", f"{first['LogicalResourceId']} ({first['ResourceType']})"))
        facts.append(("reason", first.get("ResourceStatusReason", "not given")))
    elif found and found.get("StackStatusReason"):
        facts.append(("reason", found["StackStatusReason"]))
    facts.append(("status", found["StackStatus"] if found else "deleted by somebody else"))
    return DeploymentFailed(sentence, facts=[*facts, *place(cloud)], remedy=remedy)


def place(cloud: Cloud) -> list[tuple[str, object]]:
    """Give the facts that say where something was to be."""
    return [("account", cloud.account), ("region", cloud.region)]


def _empty_buckets(cloud: Cloud, stack: str) -> None:
    pages = cloud.client("cloudformation").get_paginator("list_stack_resources")
    s3 = cloud.client("s3")
    with translated(cloud):
        for page in pages.paginate(StackName=stack):
            for resource in page["StackResourceSummaries"]:
                if resource["ResourceType"] == "AWS::S3::Bucket" and resource.get("PhysicalResourceId"):
                    _empty(s3, resource["PhysicalResourceId"])


def _empty(s3: Any, bucket: str) -> None:
    """Delete all versions of all objects; a page holds a thousand, as much as one call deletes."""
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            keys = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
            if keys:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
    except s3.exceptions.NoSuchBucket:
        return  # gone before the stack knew
