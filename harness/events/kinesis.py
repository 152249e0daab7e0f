"""The event that Lambda makes of records in a Kinesis data stream.

https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from harness.events.bodies import as_base64
from harness.events.numbers import next_number

__all__ = ["event", "record", "record_of"]

_SHARD = "shardId-000000000000"
# Sequence numbers have 56 digits and begin with the version 495…; the rest is the order within the shard.
_FIRST_NUMBER = 495 * 10**53


def record(  # noqa: PLR0913 - the fields of a record
    data: bytes,
    *,
    key: str,
    stream_arn: str,
    region: str | None = None,
    sequence_number: str | None = None,
    shard: str = _SHARD,
    arrived: float | None = None,
    role_arn: str | None = None,
) -> dict[str, Any]:
    """Give a record as it stands in the event of a function.

    >>> stream = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"
    >>> found = record(b"hello", key="o-1", stream_arn=stream, sequence_number="4955", arrived=1795255200.25)
    >>> found["kinesis"]  # doctest: +NORMALIZE_WHITESPACE
    {'kinesisSchemaVersion': '1.0', 'partitionKey': 'o-1', 'sequenceNumber': '4955', 'data': 'aGVsbG8=',
     'approximateArrivalTimestamp': 1795255200.25}
    >>> found["eventID"]
    'shardId-000000000000:4955'

    Args:
        data: The content; it arrives as base64.
        key: The partition key.
        stream_arn: The ARN of the stream.
        region: That of the ARN unless given.
        sequence_number: Unless given, one after all before it.
        shard: The id of the shard.
        arrived: In seconds since 1970, now unless given.
        role_arn: The role with which Lambda reads the stream, which is the function's; a made-up one unless given.
    """
    number = sequence_number or str(_FIRST_NUMBER + next_number())
    _, partition, _, region_of_stream, account, _ = stream_arn.split(":", 5)
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": key,
            "sequenceNumber": number,
            "data": as_base64(data),
            # Kinesis knows milliseconds.
            "approximateArrivalTimestamp": round(time.time() if arrived is None else arrived, 3),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard}:{number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": role_arn or f"arn:{partition}:iam::{account}:role/lambda-role",
        "awsRegion": region or region_of_stream,
        "eventSourceARN": stream_arn,
    }


def record_of(
    read: Mapping[str, Any],
    *,
    stream_arn: str,
    region: str | None = None,
    shard: str = _SHARD,
    role_arn: str | None = None,
) -> dict[str, Any]:
    """Give a record as it stands in the event of a function, from one that was read.

    Args:
        read: As ``GetRecords`` of Kinesis gives it.
        stream_arn: The ARN of the stream.
        region: That of the ARN unless given.
        shard: The id of the shard from which it was read.
        role_arn: The role with which Lambda reads the stream; a made-up one unless given.
    """
    return record(
        read["Data"],
        key=read["PartitionKey"],
        stream_arn=stream_arn,
        region=region,
        sequence_number=read["SequenceNumber"],
        shard=shard,
        arrived=read["ApproximateArrivalTimestamp"].timestamp(),
        role_arn=role_arn,
    )


def event(records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the event of a function for a batch of records.

    >>> stream = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"
    >>> sent = event([record(b"a", key="1", stream_arn=stream), record(b"b", key="1", stream_arn=stream)])
    >>> first, second = [one["kinesis"]["sequenceNumber"] for one in sent["Records"]]
    >>> first < second, len(first)
    (True, 56)
    """
    return {"Records": [dict(one) for one in records]}
