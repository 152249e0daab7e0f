"""What is kept under a key: objects of a bucket, items of a table."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from harness._files import write
from harness.cloud.faults import code_of, gone_is_fine, message_of
from harness.cloud.taking.by_hand import VERSIONS_STAY, command
from harness.cloud.taking.removal import Removal
from harness.errors import FileNotWritten, NotRemoved

__all__ = ["remove_item", "remove_object"]


# What each call on versions needs. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
_PERMISSIONS = {"ListObjectVersions": "s3:ListBucketVersions", "DeleteObject": "s3:DeleteObjectVersion"}


def remove_object(removal: Removal) -> None:
    """Delete an object; a bucket that keeps versions is then as it was before there was one of that key.

    There a deletion only puts a marker over the versions, and they are paid for as long as they are there.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html

    Raises:
        NotRemoved: The object has gone, but its versions may not be deleted.
    """
    s3, of_key = removal.client("s3"), {"Bucket": removal.thing.within, "Key": removal.thing.name}
    markers = _Markers(removal)
    with gone_is_fine():
        marker = s3.delete_object(**of_key)
        if marker.get("DeleteMarker"):
            markers.add(marker["VersionId"])
            _remove_versions(removal, markers)
    markers.forget()


def _remove_versions(removal: Removal, markers: _Markers) -> None:
    s3, of_key = removal.client("s3"), {"Bucket": removal.thing.within, "Key": removal.thing.name}
    try:
        for version in _ours(s3, markers.ids, **of_key):
            s3.delete_object(**of_key, VersionId=version)
    except s3.exceptions.ClientError as fault:
        if code_of(fault) != "AccessDenied":
            raise
        permission, reason = _PERMISSIONS[fault.operation_name], message_of(fault).rstrip(".")
        raise NotRemoved(
            f"{VERSIONS_STAY}: the credentials do not allow {permission!r} ({reason}).",
            facts=[("thing", removal.thing)],
            remedy=command(removal.thing, why=VERSIONS_STAY),
        ) from None


class _Markers:
    """The markers that removals of an object have put where they could not delete its versions.

    The next removal finds the versions below them, and takes them for no deletion of somebody else.
    """

    def __init__(self, removal: Removal) -> None:
        digest = hashlib.sha256(repr(removal.thing.identity).encode()).hexdigest()
        self._path = removal.cloud.folder / "brought" / f"{digest}.markers"
        self.ids = self._path.read_text().split() if self._path.exists() else []

    def add(self, version: str) -> None:
        self.ids.append(version)
        # Taking away needs no room: where the versions may be deleted now, nobody will ask for this.
        with suppress(FileNotWritten):
            write(self._path, "\n".join(self.ids).encode())

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)


def _ours(s3: Any, markers: Collection[str], **of_key: str) -> list[str]:
    """Give the versions above the last marker of somebody else: what is below was there, and deleted, before.

    Our own markers come last: as long as there is one the object has gone.
    """
    found: list[Mapping[str, Any]] = []
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=of_key["Bucket"], Prefix=of_key["Key"])
    for page in pages:
        found += [one for kind in ("DeleteMarkers", "Versions") for one in page.get(kind, [])]
    of_this = [one for one in found if one["Key"] == of_key["Key"]]
    foreign = [one for one in of_this if "Size" not in one and one["VersionId"] not in markers]
    # S3 tells the time to the second: of that second a marker counts as the later one, so that too little goes.
    before = max((one["LastModified"] for one in foreign), default=None)
    ours = [one for one in of_this if before is None or one["LastModified"] > before]
    return [one["VersionId"] for one in sorted(ours, key=lambda one: "Size" not in one)]


def remove_item(removal: Removal) -> None:
    """Delete an item by its key."""
    key = {name: _typed(value) for name, value in json.loads(removal.thing.name).items()}
    with gone_is_fine():
        removal.client("dynamodb").delete_item(TableName=removal.thing.within, Key=key)


def _typed(value: Mapping[str, str]) -> dict[str, Any]:
    """Give a value as boto3 takes it: JSON has no bytes."""
    return {kind: base64.b64decode(text) if kind == "B" else text for kind, text in value.items()}
