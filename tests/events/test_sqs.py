"""The events that Lambda makes of messages in a queue."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
from typing import Any

import pytest

from harness.errors import MisusedStep
from harness.events.sns import attributes
from harness.events.sqs import event, record, record_of

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"
FIFO = f"{QUEUE}.fifo"


def test_a_record_has_the_fields_of_lambda() -> None:
    """The whole record, in the order of AWS."""
    found = record("Howdy?", queue_arn=QUEUE, message_id="m-1", receipt_handle="AQEB", sent=1795255200.25)

    assert list(found.items()) == [
        ("messageId", "m-1"),
        ("receiptHandle", "AQEB"),
        ("body", "Howdy?"),
        (
            "attributes",
            {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1795255200250",
                "SenderId": "AIDAEXAMPLE0SENDER000",
                "ApproximateFirstReceiveTimestamp": "1795255200250",
            },
        ),
        ("messageAttributes", {}),
        ("md5OfBody", "47b68d3722ece13893e9c5fcb3cac906"),
        ("eventSource", "aws:sqs"),
        ("eventSourceARN", QUEUE),
        ("awsRegion", "eu-west-1"),
    ]


def test_a_record_is_of_now_and_has_ids_of_its_own() -> None:
    """Where none are given."""
    before = int(time.time() * 1000)

    first, second = record("a", queue_arn=QUEUE), record("a", queue_arn=QUEUE)

    assert before <= int(first["attributes"]["SentTimestamp"]) <= int(time.time() * 1000) + 1
    assert uuid.UUID(first["messageId"]) != uuid.UUID(second["messageId"])
    assert first["receiptHandle"].startswith("AQEB")
    assert first["receiptHandle"] != second["receiptHandle"]


def test_a_message_may_have_been_received_before() -> None:
    """The count goes on, the first time stays."""
    found = record("a", queue_arn=QUEUE, receives=3, sent=1.0, first_received=2.5, sender_id="AROA:pay", region="x-1")

    assert found["attributes"] == {
        "ApproximateReceiveCount": "3",
        "SentTimestamp": "1000",
        "SenderId": "AROA:pay",
        "ApproximateFirstReceiveTimestamp": "2500",
    }
    assert found["awsRegion"] == "x-1"


@pytest.mark.parametrize(("body", "text"), [("é", "é"), ({"id": "é"}, '{"id": "é"}'), ([1], "[1]"), (None, "null")])
def test_a_body_is_text(body: Any, text: str) -> None:
    """What is none is written as JSON; the digest is of the text's bytes."""
    found = record(body, queue_arn=QUEUE)

    assert (found["body"], found["md5OfBody"]) == (text, hashlib.md5(text.encode()).hexdigest())


def test_a_message_of_a_fifo_queue_has_its_order() -> None:
    """As it was given."""
    found = record("a", queue_arn=FIFO, group="g", deduplication="d", sequence_number="18849496460467696128")

    assert list(found["attributes"].items())[4:] == [
        ("SequenceNumber", "18849496460467696128"),
        ("MessageGroupId", "g"),
        ("MessageDeduplicationId", "d"),
    ]


def test_a_fifo_queue_gives_what_is_missing() -> None:
    """Numbers that grow, and the digest of the body against duplicates."""
    first, second = (record("a", queue_arn=FIFO, group="g")["attributes"] for _ in range(2))

    assert first["SequenceNumber"] < second["SequenceNumber"]
    assert len(first["SequenceNumber"]) == 20
    assert first["MessageDeduplicationId"] == hashlib.sha256(b"a").hexdigest()


def test_a_fifo_queue_wants_a_group() -> None:
    """SQS refuses it too: MissingParameter."""
    with pytest.raises(MisusedStep) as caught:
        record("a", queue_arn=FIFO)

    assert str(caught.value) == (
        f"A message of a FIFO queue needs a message group.\n  queue: {FIFO}\n  give it with group=…"
    )


def test_a_message_of_a_fair_queue_has_its_group_alone() -> None:
    """A standard queue takes a group as well."""
    found = record("a", queue_arn=QUEUE, group="tenant-1")["attributes"]

    assert list(found.items())[4:] == [("MessageGroupId", "tenant-1")]


def test_attributes_are_spelled_as_lambda_does() -> None:
    """With lists that are empty, and binary as base64."""
    found = record("a", queue_arn=QUEUE, attributes=attributes({"kind": "é", "total": 9.5, "seal": b"\x02\xff"}))

    empty: dict[str, list[str]] = {"stringListValues": [], "binaryListValues": []}
    assert found["messageAttributes"] == {
        "kind": {"stringValue": "é", **empty, "dataType": "String"},
        "total": {"stringValue": "9.5", **empty, "dataType": "Number"},
        "seal": {"binaryValue": base64.b64encode(b"\x02\xff").decode(), **empty, "dataType": "Binary"},
    }


def test_attributes_have_the_digest_of_aws() -> None:
    """Seen in an event of AWS."""
    found = record("Howdy?", queue_arn=QUEUE, attributes={"someattr": {"DataType": "String", "StringValue": "someval"}})

    assert found["md5OfMessageAttributes"] == "1e4b169c724503f3886d943e5bbe88e5"


def test_the_digest_of_attributes_knows_no_order_but_the_kind() -> None:
    """Names are sorted; text and the same bytes differ."""

    def digest(values: dict[str, Any]) -> str:
        return str(record("a", queue_arn=QUEUE, attributes=attributes(values))["md5OfMessageAttributes"])

    assert digest({"a": "1", "b": b"2"}) == digest({"b": b"2", "a": "1"})
    assert digest({"a": "1"}) != digest({"a": b"1"})


def test_a_message_that_was_received_is_a_record() -> None:
    """With all that SQS says of it."""
    message = {
        "MessageId": "m-1",
        "ReceiptHandle": "AQEB",
        "Body": "hello",
        "Attributes": {"ApproximateReceiveCount": "2", "AWSTraceHeader": "Root=1"},
        "MessageAttributes": attributes({"kind": "order"}),
    }

    found = record_of(message, queue_arn=QUEUE)

    assert found == record("hello", queue_arn=QUEUE, message_id="m-1", receipt_handle="AQEB") | {
        "attributes": {"ApproximateReceiveCount": "2", "AWSTraceHeader": "Root=1"},
        "messageAttributes": record("", queue_arn=QUEUE, attributes=attributes({"kind": "order"}))["messageAttributes"],
        "md5OfMessageAttributes": found["md5OfMessageAttributes"],
    }


def test_a_message_without_attributes_is_a_record() -> None:
    """SQS leaves out what there is none of."""
    found = record_of({"MessageId": "m", "ReceiptHandle": "r", "Body": "b"}, queue_arn=QUEUE, region="x-1")

    assert (found["attributes"], found["messageAttributes"], found["awsRegion"]) == ({}, {}, "x-1")
    assert "md5OfMessageAttributes" not in found


def test_an_event_is_a_batch() -> None:
    """In the order that was given, sharing no record with it."""
    batch = [record("a", queue_arn=QUEUE), record("b", queue_arn=QUEUE)]

    sent = event(batch)
    batch[0]["body"] = "changed"

    assert ["a", "b"] == [one["body"] for one in sent["Records"]]
