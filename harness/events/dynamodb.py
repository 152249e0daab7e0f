"""The event that Lambda makes of the stream of a DynamoDB table.

https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from harness._text import new_uuid
from harness.errors import MisusedStep
from harness.events.marshalled import marshalled, size_of, written
from harness.events.numbers import next_number

__all__ = ["event", "record", "record_of"]

Operation = Literal["INSERT", "MODIFY", "REMOVE"]
View = Literal["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]

# An item that expired was deleted by this service, and the record says so (API_streams_Record.html, userIdentity).
_TIME_TO_LIVE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
_BOTH = "NEW_AND_OLD_IMAGES"


class _Image(NamedTuple):
    name: str
    given_as: str
    operations: tuple[str, ...]
    views: tuple[str, ...]


_NEW = _Image("NewImage", given_as="new", operations=("INSERT", "MODIFY"), views=("NEW_IMAGE", _BOTH))
_OLD = _Image("OldImage", given_as="old", operations=("MODIFY", "REMOVE"), views=("OLD_IMAGE", _BOTH))


def record(  # noqa: PLR0913 - the fields of a record
    operation: Operation,
    *,
    keys: Mapping[str, Any],
    new: Mapping[str, Any] | None = None,
    old: Mapping[str, Any] | None = None,
    stream_arn: str,
    region: str | None = None,
    view: View = "NEW_AND_OLD_IMAGES",
    sequence_number: str | None = None,
    created: float | None = None,
    expired: bool = False,
) -> dict[str, Any]:
    """Give a change of an item as it stands in the event of a function.

    The images are there as view and operation have them: an insertion has no old image, a removal no new one.

    >>> stream = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-11-21T10:00:00.000"
    >>> found = record("MODIFY", keys={"id": "o-1"}, new={"total": 10}, old={"total": 9}, stream_arn=stream,
    ...                view="NEW_IMAGE", sequence_number="111", created=1795255200.25)
    >>> found["dynamodb"]  # doctest: +NORMALIZE_WHITESPACE
    {'ApproximateCreationDateTime': 1795255200.0, 'Keys': {'id': {'S': 'o-1'}},
     'NewImage': {'total': {'N': '10'}, 'id': {'S': 'o-1'}}, 'SequenceNumber': '111', 'SizeBytes': 17,
     'StreamViewType': 'NEW_IMAGE'}

    Args:
        operation: What was done to the item.
        keys: The key attributes, as Python values.
        new: The item afterwards, as Python values; its key may be left out.
        old: The item before, as Python values; its key may be left out.
        stream_arn: The ARN of the stream: ``…:table/<name>/stream/<label>``.
        region: That of the ARN unless given.
        view: What the stream tells of a change (``StreamViewType``).
        sequence_number: Unless given, one after all before it.
        created: In seconds since 1970, now unless given; the stream knows whole seconds.
        expired: Whether the item was removed because its time to live was over.

    Raises:
        MisusedStep: An image that the view asks for is missing, or the operation leaves no such image.
    """
    given = [(_NEW, new), (_OLD, old)]
    images = {
        # An image is the whole item, and the key is a part of it.
        image.name: marshalled({**(item or {}), **keys})
        for image, item in given
        if _told(image, operation=operation, view=view, given=item is not None)
    }
    return _record(
        operation,
        change=_change(marshalled(keys), images, view=view, number=sequence_number, created=created),
        stream_arn=stream_arn,
        region=region,
        identity=_TIME_TO_LIVE if expired else None,
    )


def record_of(read: Mapping[str, Any], *, stream_arn: str, region: str | None = None) -> dict[str, Any]:
    """Give a change of an item as it stands in the event of a function, from one that was read.

    Args:
        read: As ``GetRecords`` of DynamoDB Streams gives it.
        stream_arn: The ARN of the stream.
        region: That of the ARN unless given.
    """
    told = read["dynamodb"]
    change = _change(
        written(told["Keys"]),
        {name: written(told[name]) for name in ("NewImage", "OldImage") if name in told},
        view=told["StreamViewType"],
        number=told["SequenceNumber"],
        created=told["ApproximateCreationDateTime"].timestamp(),
    )
    # The API says PrincipalId and Type, the event of a function principalId and type.
    found = read.get("userIdentity")
    identity = {name[0].lower() + name[1:]: value for name, value in found.items()} if found else None
    return _record(
        read["eventName"],
        change=change,
        stream_arn=stream_arn,
        region=region,
        identity=identity,
        event_id=read.get("eventID"),
    )


def event(records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the event of a function for a batch of changes.

    >>> stream = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-11-21T10:00:00.000"
    >>> sent = event([record("REMOVE", keys={"id": "o-1"}, stream_arn=stream, view="KEYS_ONLY")])
    >>> sent["Records"][0]["eventName"], list(sent["Records"][0]["dynamodb"])  # doctest: +NORMALIZE_WHITESPACE
    ('REMOVE', ['ApproximateCreationDateTime', 'Keys', 'SequenceNumber', 'SizeBytes', 'StreamViewType'])
    """
    return {"Records": [dict(one) for one in records]}


def _told(image: _Image, *, operation: str, view: str, given: bool) -> bool:
    there = operation in image.operations
    told = there and view in image.views
    if given and not there:
        raise MisusedStep(f"{operation} leaves no {image.name}.", remedy=f"leave {image.given_as}=… out")
    if told and not given:
        raise MisusedStep(
            f"{operation} in a stream with the view {view} tells the {image.name}.",
            remedy=f"give it with {image.given_as}=…",
        )
    return told


def _change(
    keys: dict[str, Any], images: dict[str, dict[str, Any]], *, view: str, number: str | None, created: float | None
) -> dict[str, Any]:
    return {
        "ApproximateCreationDateTime": float(int(time.time() if created is None else created)),
        "Keys": keys,
        **images,
        "SequenceNumber": number or f"{next_number():021d}",
        "SizeBytes": size_of(keys) + sum(size_of(image) for image in images.values()),
        "StreamViewType": view,
    }


def _record(  # noqa: PLR0913 - the fields of a record
    operation: str,
    *,
    change: dict[str, Any],
    stream_arn: str,
    region: str | None,
    identity: dict[str, str] | None,
    event_id: str | None = None,
) -> dict[str, Any]:
    found = {
        "eventID": event_id or new_uuid().replace("-", ""),
        "eventName": operation,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": region or stream_arn.split(":")[3],
        "dynamodb": change,
        "eventSourceARN": stream_arn,
    }
    return found | ({"userIdentity": dict(identity)} if identity else {})
