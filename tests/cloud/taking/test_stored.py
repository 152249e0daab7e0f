"""Objects whose bucket keeps versions, and items whose key is no text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from harness.cloud.taking import take_away
from harness.ledger import read

from .standing import Answer, Standing


@pytest.fixture
def versioned(standing: Standing) -> Iterator[Standing]:
    """A bucket that keeps versions, emptied in the end."""
    s3, bucket = standing.cloud.client("s3"), standing.where["object"]
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    yield standing
    for _, _, key, version in versions(standing):
        s3.delete_object(Bucket=bucket, Key=key, VersionId=version)


def versions(standing: Standing) -> list[tuple[str, Any, str, str]]:
    """Give what is kept, oldest first: what it is, since when, its key and its id."""
    answer = standing.cloud.client("s3").list_object_versions(Bucket=standing.where["object"])
    found = [
        (kind, one["LastModified"], one["Key"], one["VersionId"])
        for kind in ("DeleteMarkers", "Versions")
        for one in answer.get(kind, [])
    ]
    return sorted(found, key=lambda one: one[1])


def test_no_version_is_left(versioned: Standing) -> None:
    """However often a test has written it; what begins with the same key stays."""
    beside = versioned.thing("object", "photo-beside")
    thing = versioned.thing("object", "photo")
    versioned.bring("object", "photo")

    gone = take_away(thing, cloud=versioned.cloud)
    again = take_away(thing, cloud=versioned.cloud)

    kept = [(kind, key) for kind, _, key, _ in versions(versioned)]
    assert (True, True, [("Versions", beside.name)]) == (gone, again, kept)


def test_versions_from_before_are_left_alone(versioned: Standing) -> None:
    """Somebody has deleted an object of that key, and may want it back."""
    versioned.bring("object", "photo")
    versioned.cloud.client("s3").delete_object(Bucket=versioned.where["object"], Key="photo")
    before = versions(versioned)
    time.sleep(1.1)  # S3 tells the time to the second.
    thing = versioned.thing("object", "photo")

    take_away(thing, cloud=versioned.cloud)

    assert before == versions(versioned)


@pytest.mark.parametrize(("code", "gone"), [("AccessDenied", True), ("InvalidRequest", False)])
def test_who_may_not_delete_versions_leaves_them(versioned: Standing, through: Any, *, code: str, gone: bool) -> None:
    """The object itself has gone."""
    refused = Answer(403, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode())
    listing = f"GET /{versioned.where['object']}"
    there, _ = through(lambda operation, _times: refused if operation == listing else None)
    thing = versioned.thing("object", "photo")

    assert gone == take_away(thing, cloud=there)
    assert ([], gone) == (versioned.there("object"), not read(there.ledger.path).left)


def test_an_item_may_have_a_binary_key(standing: Standing) -> None:
    """A ledger has it in base64."""
    dynamodb, table = standing.cloud.client("dynamodb"), f"{standing.where['item']}-binary"
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "B"}],
    )
    dynamodb.put_item(TableName=table, Item={"id": {"B": b"\x00\xff"}})

    take_away(standing.cloud.creating("item", '{"id": {"B": "AP8="}}', within=table), cloud=standing.cloud)

    assert [] == dynamodb.scan(TableName=table)["Items"]
    dynamodb.delete_table(TableName=table)
