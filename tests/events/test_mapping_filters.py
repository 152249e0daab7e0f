"""What the filters of event source mappings let through."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import MisusedStep
from harness.events import dynamodb, kinesis, sqs
from harness.events.mapping_filters import Kind, accepts
from harness.events.sns import attributes

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"
STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"
TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-11-21T10:00:00.000"

MESSAGE = sqs.record({"id": "o-1", "total": 12}, queue_arn=QUEUE, attributes=attributes({"kind": "order"}))
TEXT = sqs.record("Result: SUCCESS", queue_arn=QUEUE)
RECORD = kinesis.record(b'{"city": "Seattle"}', key="1", stream_arn=STREAM)
BINARY = kinesis.record(b"\xff\x00", key="1", stream_arn=STREAM)
CHANGE = dynamodb.record("INSERT", keys={"id": 101}, new={"state": "open"}, stream_arn=TABLE)

PREFIX = {"body": [{"prefix": "Result: "}]}
KIND = {"messageAttributes": {"kind": {"stringValue": ["order"]}}}
PARTITION = {"partitionKey": ["1"]}


@pytest.mark.parametrize(
    ("record", "pattern", "accepted"),
    [
        (MESSAGE, {"body": {"id": ["o-1"]}}, True),
        (MESSAGE, {"body": {"id": ["o-2"]}}, False),
        (MESSAGE, {"body": {"total": [{"numeric": [">", 10]}]}, **KIND}, True),
        (MESSAGE, {"body": {"none": [{"exists": False}]}}, True),
        (MESSAGE, KIND, True),
        (MESSAGE, {"messageAttributes": {"kind": {"stringValue": ["other"]}}}, False),
        (TEXT, PREFIX, True),
        (TEXT, {"body": [{"prefix": "Other"}]}, False),
        (TEXT, {"eventSource": ["aws:sqs"]}, True),
        (TEXT, {"eventSource": ["aws:sns"]}, False),
    ],
)
def test_messages_are_told_apart(record: dict[str, Any], pattern: dict[str, Any], accepted: bool) -> None:  # noqa: FBT001
    """By their content, as JSON or as text, and by what is told about them."""
    assert accepts(record, patterns=[pattern], kind="queue") is accepted


@pytest.mark.parametrize(
    ("record", "pattern"),
    [
        (MESSAGE, {"body": [{"prefix": "{"}]}),
        (sqs.record("123", queue_arn=QUEUE), {"body": ["123"]}),
        (TEXT, {"body": {"id": [{"exists": False}]}}),
        (TEXT, {"body": {"id": [{"anything-but": "o-1"}]}}),
        (MESSAGE, {**PREFIX, **KIND}),
    ],
)
def test_a_mismatch_of_formats_drops_a_message(record: dict[str, Any], pattern: dict[str, Any]) -> None:
    """Whatever the pattern asks for: text is no JSON, and JSON is no text."""
    assert not accepts(record, patterns=[pattern], kind="queue")


@pytest.mark.parametrize(
    ("record", "pattern", "accepted"),
    [
        (RECORD, {"data": {"city": ["Seattle"]}}, True),
        (RECORD, {"data": {"city": ["Seattle"]}, **PARTITION}, True),
        (RECORD, {"data": {"city": ["Austin"]}}, False),
        (RECORD, {"partitionKey": ["2"]}, False),
        (RECORD, {"eventSource": ["aws:kinesis"]}, True),
        (RECORD, {"kinesis": PARTITION}, False),
        (BINARY, {"data": {"city": [{"exists": False}]}}, False),
        (BINARY, PARTITION, True),
    ],
)
def test_records_are_told_apart(record: dict[str, Any], pattern: dict[str, Any], accepted: bool) -> None:  # noqa: FBT001
    """By their data where it is JSON, and by what is told about them."""
    assert accepts(record, patterns=[pattern], kind="stream") is accepted


@pytest.mark.parametrize(
    ("pattern", "accepted"),
    [
        ({"dynamodb": {"Keys": {"id": {"N": ["101"]}}}}, True),
        ({"dynamodb": {"Keys": {"id": {"N": [101]}}}}, False),
        ({"dynamodb": {"NewImage": {"state": {"S": [{"prefix": "o"}]}}}, "eventName": ["INSERT"]}, True),
        ({"dynamodb": {"OldImage": {"state": {"S": ["open"]}}}}, False),
        ({"eventName": ["MODIFY"]}, False),
    ],
)
def test_changes_are_told_apart(pattern: dict[str, Any], accepted: bool) -> None:  # noqa: FBT001
    """By the item with its type descriptors, where numbers are text, and by what was done."""
    assert accepts(CHANGE, patterns=[pattern], kind="table") is accepted


def test_without_filters_all_is_accepted() -> None:
    """As without the criteria at all."""
    assert accepts(BINARY, patterns=[], kind="stream")


def test_one_of_the_filters_is_enough() -> None:
    """They are joined by or, also within a pattern."""
    other = {"body": {"id": ["o-2"]}}

    assert accepts(TEXT, patterns=[other, PREFIX], kind="queue")
    assert accepts(TEXT, patterns=[{"$or": [other, PREFIX]}], kind="queue")
    assert not accepts(TEXT, patterns=[other, KIND], kind="queue")


@pytest.mark.parametrize(("record", "name", "kind"), [(RECORD, "data", "stream"), (CHANGE, "dynamodb", "table")])
def test_a_pattern_for_text_is_refused_in_streams(record: dict[str, Any], name: str, kind: Kind) -> None:
    """Lambda refuses the mapping: InvalidParameterValueException."""
    with pytest.raises(MisusedStep) as caught:
        accepts(record, patterns=[{name: ["text", {"prefix": "a"}]}], kind=kind)

    assert str(caught.value) == (
        f"A filter cannot ask for 'text' or a prefix 'a' at {name!r}.\n  allowed: an object, for the content is JSON"
    )
