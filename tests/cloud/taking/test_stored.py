"""Objects whose bucket keeps versions, and items whose key is no text."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from typing import Any

import pytest

from harness.cloud.taking import remove, take_away
from harness.errors import NotRemoved
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


REFUSED = {"delete": "s3:DeleteObjectVersion", "list": "s3:ListBucketVersions"}


def refusing(standing: Standing, what: str, *, code: str = "AccessDenied") -> Any:
    """Give what refuses to list versions, or to delete one; all else is handed on."""
    refused = Answer(403, f"<Error><Code>{code}</Code><Message>Not you.</Message></Error>".encode())
    bucket = standing.where["object"]
    refusals = {"list": (f"GET /{bucket}", 0), "delete": (f"DELETE /{bucket}/photo", 1)}
    operation, first = refusals[what]
    # A deletion of the object comes first, and then those of its versions.
    return lambda asked, times: refused if (asked, times >= first) == (operation, True) else None


@pytest.mark.parametrize("what", REFUSED)
def test_versions_that_may_not_be_deleted_are_told(versioned: Standing, through: Any, what: str) -> None:
    """The object itself has gone; they are paid for, so they stay in the ledger."""
    there, _ = through(refusing(versioned, what))
    thing = versioned.thing("object", "photo")
    versioned.bring("object", "photo")

    gone = take_away(thing, cloud=there)

    (left,) = read(there.ledger.path).left
    assert (False, []) == (gone, versioned.there("object"))
    assert ["DeleteMarkers", "Versions", "Versions"] == sorted(kind for kind, *_ in versions(versioned))
    assert left.why == f"Its versions stay: the credentials do not allow {REFUSED[what]!r} (Not you)."


def test_the_whole_message(versioned: Standing, through: Any) -> None:
    """With the command that deletes them: a marker put by hand would not."""
    there, _ = through(refusing(versioned, "delete"))

    with pytest.raises(NotRemoved) as caught:
        remove(versioned.thing("object", "photo"), cloud=there)

    assert str(caught.value) == (
        "Its versions stay: the credentials do not allow 's3:DeleteObjectVersion' (Not you).\n"
        f"  thing: object 'photo' of {versioned.where['object']!r}\n"
        "  harness sweep --stage embedded"
    )


def test_who_may_delete_versions_deletes_those_that_stayed(versioned: Standing, through: Any) -> None:
    """Also below the markers that earlier tries have put; not below that of somebody else."""
    versioned.bring("object", "photo")
    versioned.cloud.client("s3").delete_object(Bucket=versioned.where["object"], Key="photo")
    before = versions(versioned)
    time.sleep(1.1)  # S3 tells the time to the second.
    thing = versioned.thing("object", "photo")
    there, _ = through(refusing(versioned, "list"))
    tried = [take_away(thing, cloud=there), take_away(thing, cloud=there)]

    gone = take_away(thing, cloud=versioned.cloud)

    assert ([False, False], True, before) == (tried, gone, versions(versioned))
    assert [] == list((versioned.cloud.folder / "brought").glob("*.markers"))


@pytest.fixture
def full() -> Iterator[None]:
    """No file may grow, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("full")
def test_a_full_disk_keeps_no_version(versioned: Standing) -> None:
    """Taking away needs no room."""
    thing = versioned.thing("object", "photo")
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

    gone = take_away(thing, cloud=versioned.cloud)

    assert (True, []) == (gone, versions(versioned))


def test_what_is_no_matter_of_permissions_is_told_as_it_is(versioned: Standing, through: Any) -> None:
    """In the words of S3."""
    there, _ = through(refusing(versioned, "list", code="InvalidRequest"))

    gone = take_away(versioned.thing("object", "photo"), cloud=there)

    (left,) = read(there.ledger.path).left
    assert (False, "It could not be taken away, InvalidRequest: Not you.") == (gone, left.why)


def test_without_versions_nothing_else_is_asked(standing: Standing, through: Any) -> None:
    """So it needs no other permission."""
    there, front = through(lambda _operation, _times: None)

    gone = take_away(standing.thing("object", "photo"), cloud=there)

    asked = [one for one in front.asked if one != "GetCallerIdentity"]
    assert (True, [f"DELETE /{standing.where['object']}/photo"]) == (gone, asked)


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
