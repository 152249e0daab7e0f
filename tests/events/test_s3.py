"""What S3 tells of its objects."""

from __future__ import annotations

import base64
import re
import time
from typing import Any, get_args

import pytest

from harness.errors import MisusedStep
from harness.events.s3 import BusKind, bus_event, encoded, event, record

HELLO = "5d41402abc4b2a76b9719d911017c592"


def told(**changes: Any) -> dict[str, Any]:
    usual = {"bucket": "photos", "region": "eu-west-1", "size": 5, "etag": HELLO, "sequencer": "617f08299329d189"}
    return record("my photos/é.jpg", **{**usual, **changes})


def sent(**changes: Any) -> dict[str, Any]:
    usual = {"bucket": "photos", "region": "eu-west-1", "account": "123456789012", "size": 5, "etag": HELLO}
    return bus_event("my photos/é.jpg", **{**usual, "sequencer": "617f08299329d189", **changes})


def test_a_record_has_the_fields_of_s3() -> None:
    """The whole record, in the order of AWS."""
    found = told(time=1795255200.25, request_id="N4N7GDK58NMKJ12R", configuration_id="thumbnails")

    host = found["responseElements"].pop("x-amz-id-2")
    assert base64.b64decode(host)
    assert list(found.items()) == [
        ("eventVersion", "2.6"),
        ("eventSource", "aws:s3"),
        ("awsRegion", "eu-west-1"),
        ("eventTime", "2026-11-21T10:00:00.250Z"),
        ("eventName", "ObjectCreated:Put"),
        ("userIdentity", {"principalId": "AWS:AIDAEXAMPLE0CALLER000"}),
        ("requestParameters", {"sourceIPAddress": "127.0.0.1"}),
        ("responseElements", {"x-amz-request-id": "N4N7GDK58NMKJ12R"}),
        (
            "s3",
            {
                "s3SchemaVersion": "1.0",
                "configurationId": "thumbnails",
                "bucket": {
                    "name": "photos",
                    "ownerIdentity": {"principalId": "A3EXAMPLEOWNER"},
                    "arn": "arn:aws:s3:::photos",
                },
                "object": {
                    "key": "my+photos/%C3%A9.jpg",
                    "size": 5,
                    "eTag": HELLO,
                    "sequencer": "617f08299329d189",
                },
            },
        ),
    ]


def test_a_record_is_of_now_and_has_ids_of_its_own() -> None:
    """Where none are given; without content it is of an empty object."""
    before = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())

    first, second = (record("a", bucket="photos", region="eu-west-1") for _ in range(2))

    assert before <= first["eventTime"]
    assert first["s3"]["object"]["sequencer"] < second["s3"]["object"]["sequencer"]
    assert re.fullmatch("[0-9A-F]{16}", first["s3"]["object"]["sequencer"])
    assert re.fullmatch("[0-9A-F]{16}", first["responseElements"]["x-amz-request-id"])
    assert (first["s3"]["object"]["size"], first["s3"]["object"]["eTag"]) == (0, "d41d8cd98f00b204e9800998ecf8427e")


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("ObjectCreated:Put", {"key", "size", "eTag", "sequencer"}),
        ("ObjectCreated:CompleteMultipartUpload", {"key", "size", "eTag", "sequencer"}),
        ("ObjectRestore:Completed", {"key", "size", "eTag", "sequencer"}),
        ("ObjectRestore:Delete", {"key", "size", "eTag", "sequencer"}),
        ("ObjectRemoved:Delete", {"key", "sequencer"}),
        ("ObjectRemoved:DeleteMarkerCreated", {"key", "sequencer"}),
        ("LifecycleExpiration:Delete", {"key", "sequencer"}),
        ("ObjectTagging:Put", {"key", "eTag"}),
        ("ObjectAcl:Put", {"key", "eTag"}),
    ],
)
def test_an_event_tells_what_it_can(name: str, fields: set[str]) -> None:
    """A version only where the bucket keeps versions."""
    found, kept = told(event=f"s3:{name}"), told(event=name, version_id="v-1")

    assert (found["eventName"], found["s3"]["object"].keys()) == (name, fields)
    assert kept["s3"]["object"] == found["s3"]["object"] | {"versionId": "v-1"}


def test_a_pattern_is_no_event() -> None:
    """A notification is asked for by a pattern, and tells what has happened."""
    with pytest.raises(MisusedStep) as caught:
        told(event="s3:ObjectCreated:*")

    assert str(caught.value) == (
        "'s3:ObjectCreated:*' is no event but a pattern of events.\n  give what has happened, as ObjectCreated:Put"
    )


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("red flower.jpg", "red+flower.jpg"),
        ("a@b", "a%40b"),
        ("dt=2026-11-21/_SUCCESS", "dt%3D2026-11-21/_SUCCESS"),
        ("1+1 (copy)~*.txt", "1%2B1+%28copy%29%7E*.txt"),
        ("日本", "%E6%97%A5%E6%9C%AC"),
    ],
)
def test_a_key_is_encoded_as_in_a_form(key: str, written: str) -> None:
    """But with its slashes."""
    assert encoded(key) == written


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("ap-southeast-2", "aws")]
)
def test_a_bucket_is_in_the_partition_of_its_region(region: str, partition: str) -> None:
    """Its ARN says so, here and on the bus."""
    assert told(region=region)["s3"]["bucket"]["arn"] == f"arn:{partition}:s3:::photos"
    assert sent(region=region)["resources"] == [f"arn:{partition}:s3:::photos"]


def test_an_event_is_a_batch() -> None:
    """As functions and queues get it."""
    assert event([told(configuration_id="c", request_id="r")])["Records"][0]["s3"]["configurationId"] == "c"


def test_an_event_of_the_bus_has_the_fields_of_s3() -> None:
    """The key is not encoded there."""
    found = sent(time=1795255200, event_id="e-1", request_id="N4N7GDK58NMKJ12R", version_id="v-1")

    assert found == {
        "version": "0",
        "id": "e-1",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "123456789012",
        "time": "2026-11-21T10:00:00Z",
        "region": "eu-west-1",
        "resources": ["arn:aws:s3:::photos"],
        "detail": {
            "version": "0",
            "event-version": "1.0",
            "bucket": {"name": "photos"},
            "object": {
                "key": "my photos/é.jpg",
                "size": 5,
                "etag": HELLO,
                "version-id": "v-1",
                "sequencer": "617f08299329d189",
            },
            "request-id": "N4N7GDK58NMKJ12R",
            "requester": "123456789012",
            "source-ip-address": "127.0.0.1",
            "reason": "PutObject",
        },
    }


@pytest.mark.parametrize(
    ("kind", "fields", "reasons"),
    [
        ("Object Created", {"key", "size", "etag", "sequencer"}, {"reason": "PutObject"}),
        (
            "Object Deleted",
            {"key", "sequencer"},
            {"reason": "DeleteObject", "deletion-type": "Permanently Deleted"},
        ),
        ("Object Tags Added", {"key", "etag"}, {}),
        ("Object Tags Deleted", {"key", "etag"}, {}),
        ("Object ACL Updated", {"key", "etag"}, {}),
    ],
)
def test_an_event_of_the_bus_tells_what_it_can(kind: BusKind, fields: set[str], reasons: dict[str, str]) -> None:
    """With its reason where there may be several."""
    detail = sent(kind=kind)["detail"]

    assert kind in get_args(BusKind)
    assert detail["object"].keys() == fields
    assert {name: detail[name] for name in ("reason", "deletion-type") if name in detail} == reasons


def test_reason_and_requester_may_be_others() -> None:
    """As for an object that a lifecycle rule has taken."""
    found = sent(
        kind="Object Deleted",
        reason="Lifecycle Expiration",
        deletion_type="Delete Marker Created",
        requester="s3.amazonaws.com",
    )["detail"]

    assert (found["reason"], found["deletion-type"]) == ("Lifecycle Expiration", "Delete Marker Created")
    assert found["requester"] == "s3.amazonaws.com"
