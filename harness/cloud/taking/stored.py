"""What is kept under a key: objects of a bucket, items of a table."""

from __future__ import annotations

import json
from base64 import b64decode

from harness.cloud.taking.removal import Removal, gone_is_fine

__all__ = ["remove_item", "remove_object"]


def remove_object(removal: Removal) -> None:
    """Delete an object.

    A bucket that keeps versions keeps them, under a marker: nobody knows which of them are ours.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
    """
    with gone_is_fine():
        removal.client("s3").delete_object(Bucket=removal.thing.within, Key=removal.thing.name)


def remove_item(removal: Removal) -> None:
    """Delete an item by its key."""
    key = {name: _as_boto3_takes_it(typed) for name, typed in json.loads(removal.thing.name).items()}
    with gone_is_fine():
        removal.client("dynamodb").delete_item(TableName=removal.thing.within, Key=key)


def _as_boto3_takes_it(typed: dict[str, str]) -> dict[str, str | bytes]:
    """Give the value of a key, of which DynamoDB's JSON and the AWS CLI have bytes in base64."""
    return {kind: b64decode(value) if kind == "B" else value for kind, value in typed.items()}
