"""What functions get from Kinesis: in this process, invoked, and deployed behind the embedded cloud's own stream."""

from __future__ import annotations

import base64

import pytest

from harness.stage import Stage

from .differing import differing, masked
from .seeing import Triggers

OWN = ("kinesis/sequenceNumber", "kinesis/approximateArrivalTimestamp", "eventID")
# Numbers of AWS have 56 digits: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
# In handler mode a record really is in a stream of the embedded cloud.
DIGITS = {"handler": 30, "invoke": 56, "http": 30}
DATA = ("text é ☕", b"\x00\xff\xfe", b"", b"aGVsbG8=", {"a": "é"})


def put(stage: Stage, mark: str) -> None:
    """Text, bytes that are no text, none, what looks like base64, and JSON."""
    stage.put_record("Stream", *DATA, key=mark)


@pytest.mark.parametrize("mode", ["handler", "invoke"])
def test_records_are_the_same(triggers: Triggers, mode: str) -> None:
    """Field by field, with the role of the function."""
    ours, theirs = triggers.events(put, mode, count=5), triggers.events(put, "http", count=5)

    for mine, real in zip(ours, theirs, strict=True):
        assert {} == differing(masked(mine, OWN), masked(real, OWN))
    assert "arn:aws:iam::ACCOUNT:role/<EchoRole>" == theirs[0]["invokeIdentityArn"]


@pytest.mark.parametrize("mode", ["handler", "invoke", "http"])
def test_data_arrives_in_its_order(triggers: Triggers, mode: str) -> None:
    """As base64."""
    events = triggers.events(put, mode, count=5)

    wanted = ["text é ☕".encode(), b"\x00\xff\xfe", b"", b"aGVsbG8=", '{"a": "é"}'.encode()]
    assert wanted == [base64.b64decode(one["kinesis"]["data"]) for one in events]


@pytest.mark.parametrize("mode", ["handler", "invoke", "http"])
def test_sequence_numbers_of_the_embedded_cloud_are_short(triggers: Triggers, mode: str) -> None:
    """And rise, as in AWS; the id of a record has shard and number."""
    events = triggers.events(put, mode, count=5)

    numbers = [one["kinesis"]["sequenceNumber"] for one in events]
    assert sorted(numbers) == numbers
    assert {DIGITS[mode]} == {len(number) for number in numbers}
    assert [f"shardId-000000000000:{number}" for number in numbers] == [one["eventID"] for one in events]
