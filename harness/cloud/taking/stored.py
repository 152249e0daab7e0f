"""What is kept under a key: objects of a bucket, items of a table."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any

from harness.cloud.faults import code_of, gone_is_fine
from harness.cloud.taking.removal import Removal

__all__ = ["remove_item", "remove_object"]


def remove_object(removal: Removal) -> None:
    """Delete an object; a bucket that keeps versions is then as it was before there was one of that key.

    There a deletion only puts a marker over the versions, and they are paid for as long as they are there.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
    """
    s3, of_key = removal.client("s3"), {"Bucket": removal.thing.within, "Key": removal.thing.name}
    with gone_is_fine():
        marker = s3.delete_object(**of_key)
        if not marker.get("DeleteMarker"):
            return
        try:
            for version in [*_since_it_was_not_there(s3, **of_key), marker]:
                s3.delete_object(**of_key, VersionId=version["VersionId"])
        except s3.exceptions.ClientError as fault:
            # Whoever may not delete versions, or must keep them, has deleted the object all the same.
            if code_of(fault) != "AccessDenied":
                raise


def _since_it_was_not_there(s3: Any, **of_key: str) -> Iterator[Mapping[str, Any]]:
    """Give the versions above the last marker but the newest: what is below was there, and deleted, before."""
    found: list[Mapping[str, Any]] = []
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=of_key["Bucket"], Prefix=of_key["Key"])
    for page in pages:
        ours = [one for kind in ("DeleteMarkers", "Versions") for one in page.get(kind, [])]
        found += [one for one in ours if one["Key"] == of_key["Key"] and not (one["IsLatest"] and "Size" not in one)]
    # S3 tells the time to the second: of that second a marker counts as the later one, so that too little goes.
    newest_first = sorted(found, key=lambda one: (one["LastModified"], "Size" not in one), reverse=True)
    return takewhile(lambda one: "Size" in one, newest_first)


def remove_item(removal: Removal) -> None:
    """Delete an item by its key."""
    key = {name: _typed(value) for name, value in json.loads(removal.thing.name).items()}
    with gone_is_fine():
        removal.client("dynamodb").delete_item(TableName=removal.thing.within, Key=key)


def _typed(value: Mapping[str, str]) -> dict[str, Any]:
    """Give a value as boto3 takes it: JSON has no bytes."""
    return {kind: base64.b64decode(text) if kind == "B" else text for kind, text in value.items()}
