"""What S3 tells when an object comes or goes: to functions, queues and topics, and to EventBridge.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
What is there for which event is taken from events recorded in AWS: `test_s3_notifications_*.snapshot.json` in
https://github.com/localstack/localstack/tree/main/tests/aws/services/s3
"""

from __future__ import annotations

import base64
import time as clock
from collections.abc import Iterable, Mapping
from typing import Any, Literal
from urllib.parse import quote_plus

from harness._text import new_uuid
from harness.errors import MisusedStep
from harness.events import eventbridge
from harness.events.numbers import next_number
from harness.events.times import iso_milliseconds

__all__ = ["bus_event", "encoded", "event", "record"]

BusKind = Literal["Object Created", "Object Deleted", "Object Tags Added", "Object Tags Deleted", "Object ACL Updated"]

_EMPTY = "d41d8cd98f00b204e9800998ecf8427e"
_CALLER = "AWS:AIDAEXAMPLE0CALLER000"
_OWNER = "A3EXAMPLEOWNER"
_REASONS = {"Object Created": "PutObject", "Object Deleted": "DeleteObject"}
# "Starting with version 2.4, Amazon S3 uses a single unified version for all event types, and the version increments
# consistently across all event types whenever the schema evolves." Functions are to compare the major version.
_VERSION = "2.6"
# What is not told of an object: there is nothing left to tell of one that is gone, and tags and lists of access have
# no order.
_GONE = ("size", "eTag", "etag")
_BESIDE = ("size", "sequencer")
_HIDDEN = {
    "ObjectRemoved": _GONE,
    "LifecycleExpiration": _GONE,
    "Object Deleted": _GONE,
    "ObjectTagging": _BESIDE,
    "Object Tags": _BESIDE,
    "ObjectAcl": _BESIDE,
    "Object ACL": _BESIDE,
}


def record(  # noqa: PLR0913 - the fields of a record
    key: str,
    *,
    bucket: str,
    region: str,
    event: str = "ObjectCreated:Put",
    size: int = 0,
    etag: str = _EMPTY,
    version_id: str | None = None,
    sequencer: str | None = None,
    configuration_id: str | None = None,
    time: float | None = None,
    principal_id: str = _CALLER,
    owner_id: str = _OWNER,
    source_ip: str = "127.0.0.1",
    request_id: str | None = None,
) -> dict[str, Any]:
    """Give a notification as it stands in the event of a function, or in the message to a queue or topic.

    >>> found = record("my photos/é.jpg", bucket="photos", region="eu-west-1", size=5,
    ...                etag="5d41402abc4b2a76b9719d911017c592", sequencer="617f08299329d189")
    >>> found["s3"]["object"]  # doctest: +NORMALIZE_WHITESPACE
    {'key': 'my+photos/%C3%A9.jpg', 'size': 5, 'eTag': '5d41402abc4b2a76b9719d911017c592',
     'sequencer': '617f08299329d189'}
    >>> gone = record("é.jpg", bucket="photos", region="eu-west-1", event="ObjectRemoved:Delete")
    >>> list(gone["s3"]["object"])
    ['key', 'sequencer']

    Args:
        key: The key of the object, as people write it; it arrives `encoded`.
        bucket: The name of the bucket.
        region: Such as ``eu-west-1``.
        event: What has happened, with or without ``s3:`` before it.
        size: In bytes; not told of an object that is gone.
        etag: That of an empty object unless given; not told of an object that is gone.
        version_id: Of a bucket that keeps versions.
        sequencer: A hexadecimal number; unless given, one after all before it.
        configuration_id: The id of the notification in the configuration of the bucket; a made-up one unless given.
        time: In seconds since 1970, now unless given.
        principal_id: Who did it.
        owner_id: Who owns the bucket.
        source_ip: Where the request came from.
        request_id: Sixteen letters and digits; made up unless given.

    Raises:
        MisusedStep: The event is a pattern of events.
    """
    name = event.removeprefix("s3:")
    if "*" in name:
        raise MisusedStep(
            f"{event!r} is no event but a pattern of events.", remedy="give what has happened, as ObjectCreated:Put"
        )
    request = request_id or new_uuid().replace("-", "")[:16].upper()
    return {
        "eventVersion": _VERSION,
        "eventSource": "aws:s3",
        "awsRegion": region,
        "eventTime": iso_milliseconds(clock.time() if time is None else time),
        "eventName": name,
        "userIdentity": {"principalId": principal_id},
        "requestParameters": {"sourceIPAddress": source_ip},
        "responseElements": {
            "x-amz-request-id": request,
            "x-amz-id-2": base64.b64encode(f"{request}{new_uuid()}".encode()).decode("ascii"),
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration_id or new_uuid(),
            "bucket": {
                "name": bucket,
                "ownerIdentity": {"principalId": owner_id},
                "arn": f"arn:{_partition(region)}:s3:::{bucket}",
            },
            "object": _told(
                name,
                {"key": encoded(key), "size": size, "eTag": etag, "versionId": version_id, "sequencer": sequencer},
            ),
        },
    }


def event(records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the event of a function, which is also the message to a queue or topic; S3 sends each record by itself.

    >>> sent = event([record("a.txt", bucket="photos", region="eu-west-1")])
    >>> sent["Records"][0]["eventName"]
    'ObjectCreated:Put'
    """
    return {"Records": [dict(one) for one in records]}


def encoded(key: str) -> str:
    """Give a key as a notification writes it: as in a form, but with its slashes.

    "red flower.jpg" becomes "red+flower.jpg"; that slashes stay is seen at
    https://github.com/minio/minio/issues/11665

    >>> encoded("red flower/a+b@c (1).jpg")
    'red+flower/a%2Bb%40c+%281%29.jpg'
    """
    # A form keeps the asterisk and encodes the tilde, the other way round than Python does.
    return quote_plus(key, safe="/*").replace("~", "%7E")


def bus_event(  # noqa: PLR0913 - the fields of an event
    key: str,
    *,
    bucket: str,
    account: str,
    region: str,
    kind: BusKind = "Object Created",
    size: int = 0,
    etag: str = _EMPTY,
    version_id: str | None = None,
    sequencer: str | None = None,
    reason: str | None = None,
    deletion_type: str | None = None,
    requester: str | None = None,
    source_ip: str = "127.0.0.1",
    request_id: str | None = None,
    time: float | None = None,
    event_id: str | None = None,
) -> dict[str, Any]:
    """Give the event that S3 sends to the default bus, for a bucket that sends to EventBridge.

    The key is as people write it: here S3 does not encode it.

    >>> sent = bus_event("my photos/é.jpg", bucket="photos", account="123456789012", region="eu-west-1", size=5,
    ...                  etag="5d41402abc4b2a76b9719d911017c592", sequencer="617f08299329d189",
    ...                  request_id="N4N7GDK58NMKJ12R")
    >>> sent["detail"]  # doctest: +NORMALIZE_WHITESPACE
    {'version': '0', 'event-version': '1.0', 'bucket': {'name': 'photos'},
     'object': {'key': 'my photos/é.jpg', 'size': 5, 'etag': '5d41402abc4b2a76b9719d911017c592',
                'sequencer': '617f08299329d189'},
     'request-id': 'N4N7GDK58NMKJ12R', 'requester': '123456789012', 'source-ip-address': '127.0.0.1',
     'reason': 'PutObject'}

    Args:
        key: The key of the object.
        bucket: The name of the bucket.
        account: Of the owner, twelve digits.
        region: Such as ``eu-west-1``.
        kind: The detail-type.
        size: In bytes; told of an object that was created.
        etag: That of an empty object unless given; not told of an object that is gone.
        version_id: Of a bucket that keeps versions.
        sequencer: A hexadecimal number; unless given, one after all before it.
        reason: The operation; ``PutObject`` or ``DeleteObject`` unless given.
        deletion_type: ``Permanently Deleted`` unless given, or ``Delete Marker Created``.
        requester: An account or a service; the owner's account unless given.
        source_ip: Where the request came from.
        request_id: Sixteen letters and digits; made up unless given.
        time: In seconds since 1970, now unless given.
        event_id: A UUID; a new one unless given.
    """
    found = {"key": key, "size": size, "etag": etag, "version-id": version_id, "sequencer": sequencer}
    detail = {
        "version": "0",
        "event-version": "1.0",
        "bucket": {"name": bucket},
        "object": _told(kind, found),
        "request-id": request_id or new_uuid().replace("-", "")[:16].upper(),
        "requester": requester or account,
        "source-ip-address": source_ip,
    }
    if kind in _REASONS:
        detail["reason"] = reason or _REASONS[kind]
    if kind == "Object Deleted":
        detail["deletion-type"] = deletion_type or "Permanently Deleted"
    return eventbridge.event(
        source="aws.s3",
        detail_type=kind,
        detail=detail,
        account=account,
        region=region,
        resources=[f"arn:{_partition(region)}:s3:::{bucket}"],
        time=time,
        event_id=event_id,
    )


def _told(event: str, object_: dict[str, Any]) -> dict[str, Any]:
    told = object_ | {"sequencer": object_["sequencer"] or f"{next_number():016X}"}
    hidden = next((names for start, names in _HIDDEN.items() if event.startswith(start)), ())
    return {name: value for name, value in told.items() if value is not None and name not in hidden}


def _partition(region: str) -> str:
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rpartition("-")[0].rpartition("-")[0], "aws")
