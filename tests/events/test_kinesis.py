"""The events that Lambda makes of records in a stream."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from harness.events.kinesis import event, record, record_of

STREAM = "arn:aws-cn:kinesis:cn-north-1:123456789012:stream/orders"
NUMBER = "49590338271490256608559692538361571095921575989136588898"


def test_a_record_has_the_fields_of_lambda() -> None:
    """The whole record, in the order of AWS."""
    found = record(b"Hello", key="o-1", stream_arn=STREAM, sequence_number=NUMBER, arrived=1545084650.9876)

    assert list(found.items()) == [
        (
            "kinesis",
            {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": "o-1",
                "sequenceNumber": NUMBER,
                "data": "SGVsbG8=",
                "approximateArrivalTimestamp": 1545084650.988,
            },
        ),
        ("eventSource", "aws:kinesis"),
        ("eventVersion", "1.0"),
        ("eventID", f"shardId-000000000000:{NUMBER}"),
        ("eventName", "aws:kinesis:record"),
        ("invokeIdentityArn", "arn:aws-cn:iam::123456789012:role/lambda-role"),
        ("awsRegion", "cn-north-1"),
        ("eventSourceARN", STREAM),
    ]


def test_a_record_is_of_now_and_after_the_one_before() -> None:
    """Where neither is given."""
    before = time.time()

    first, second = (record(b"", key="k", stream_arn=STREAM)["kinesis"] for _ in range(2))

    assert before - 0.001 <= first["approximateArrivalTimestamp"] <= time.time() + 0.001
    assert first["sequenceNumber"] < second["sequenceNumber"]
    assert len(first["sequenceNumber"]) == len(NUMBER)


def test_a_record_may_be_of_another_shard_and_role() -> None:
    """As they were given."""
    found = record(b"", key="k", stream_arn=STREAM, shard="shardId-7", sequence_number="1", role_arn="r", region="x-1")

    assert (found["eventID"], found["invokeIdentityArn"], found["awsRegion"]) == ("shardId-7:1", "r", "x-1")


def test_a_record_that_was_read_is_one_of_an_event() -> None:
    """With all that Kinesis says of it."""
    read = {
        "SequenceNumber": NUMBER,
        "ApproximateArrivalTimestamp": datetime(2026, 11, 21, 10, 0, 0, 250000, tzinfo=UTC),
        "Data": b"Hello",
        "PartitionKey": "o-1",
    }

    found = record_of(read, stream_arn=STREAM, shard="shardId-7", role_arn="r")

    assert found == record(
        b"Hello",
        key="o-1",
        stream_arn=STREAM,
        sequence_number=NUMBER,
        shard="shardId-7",
        arrived=1795255200.25,
        role_arn="r",
    )


def test_an_event_is_a_batch() -> None:
    """In the order that was given."""
    sent = event(record(b"", key=key, stream_arn=STREAM) for key in ("a", "b"))

    assert ["a", "b"] == [one["kinesis"]["partitionKey"] for one in sent["Records"]]
