"""What Lambda tells of invocations that are over."""

from __future__ import annotations

import time
from typing import Any

import pytest

from harness.events import dynamodb, kinesis
from harness.events.destinations import (
    Condition,
    batch_record,
    bus_event,
    dead_letter_attributes,
    invocation_record,
)

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:pay"
STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"
TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-11-21T10:00:00.000"
BUS = "arn:aws:events:eu-west-1:123456789012:event-bus/results"
REFUSED = {"errorMessage": "no", "errorType": "Refused", "stackTrace": []}


def told(condition: Condition, **changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"request_id": "r-1", "attempts": 3, "request": {"id": "o-1"}, "timestamp": 1795255200.25}
    return invocation_record(condition=condition, **{"function_arn": FUNCTION, **usual, **changes})


def given_up(records: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    return batch_record(records, function_arn=FUNCTION, request_id="r-1", attempts=2, **changes)


def test_a_failure_is_told_with_its_error() -> None:
    """The whole record, in the order of AWS; the status is that of Lambda, which has done its part."""
    assert list(told("RetriesExhausted", error=REFUSED).items()) == [
        ("version", "1.0"),
        ("timestamp", "2026-11-21T10:00:00.250Z"),
        (
            "requestContext",
            {
                "requestId": "r-1",
                "functionArn": f"{FUNCTION}:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 3,
            },
        ),
        ("requestPayload", {"id": "o-1"}),
        ("responseContext", {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}),
        ("responsePayload", REFUSED),
    ]


@pytest.mark.parametrize("response", [{"done": True}, "done", None])
def test_a_success_is_told_with_its_response(response: Any) -> None:
    """And without an error."""
    found = told("Success", attempts=1, response=response)

    assert found["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    assert (found["responsePayload"], found["requestContext"]["condition"]) == (response, "Success")


def test_a_version_stays() -> None:
    """Only a function without one gets ``$LATEST``."""
    assert told("Success", function_arn=f"{FUNCTION}:live")["requestContext"]["functionArn"] == f"{FUNCTION}:live"


def test_a_record_is_of_now() -> None:
    """Where no moment is given, of either kind."""
    before = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())

    records = [told("Success", timestamp=None), given_up([kinesis.record(b"", key="k", stream_arn=STREAM)])]

    assert [before <= one["timestamp"] for one in records] == [True, True]


def test_a_batch_of_a_stream_is_told_by_its_place() -> None:
    """The whole record, in the order of AWS."""
    batch = [
        kinesis.record(b"", key="k", stream_arn=STREAM, shard="shardId-7", sequence_number=number, arrived=moment)
        for number, moment in [("4955", 1795255200.25), ("4956", 1795255201.5)]
    ]

    assert list(given_up(batch, timestamp=1795255202).items()) == [
        (
            "requestContext",
            {
                "requestId": "r-1",
                "functionArn": FUNCTION,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": 2,
            },
        ),
        ("responseContext", {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}),
        ("version", "1.0"),
        ("timestamp", "2026-11-21T10:00:02.000Z"),
        (
            "KinesisBatchInfo",
            {
                "shardId": "shardId-7",
                "startSequenceNumber": "4955",
                "endSequenceNumber": "4956",
                "approximateArrivalOfFirstRecord": "2026-11-21T10:00:00.250Z",
                "approximateArrivalOfLastRecord": "2026-11-21T10:00:01.500Z",
                "batchSize": 2,
                "streamArn": STREAM,
            },
        ),
    ]


def test_a_batch_of_a_table_is_told_by_its_place() -> None:
    """In whole seconds."""
    batch = [
        dynamodb.record("INSERT", keys={"id": 1}, new={}, stream_arn=TABLE, sequence_number=number, created=moment)
        for number, moment in [("111", 1795255200.25), ("222", 1795255201.5)]
    ]

    assert given_up(batch, shard="shardId-8", condition="Other")["DDBStreamBatchInfo"] == {
        "shardId": "shardId-8",
        "startSequenceNumber": "111",
        "endSequenceNumber": "222",
        "approximateArrivalOfFirstRecord": "2026-11-21T10:00:00Z",
        "approximateArrivalOfLastRecord": "2026-11-21T10:00:01Z",
        "batchSize": 2,
        "streamArn": TABLE,
    }
    assert given_up(batch)["DDBStreamBatchInfo"]["shardId"].startswith("shardId-")


@pytest.mark.parametrize(
    ("condition", "result"),
    [("Success", "Success"), ("RetriesExhausted", "Failure"), ("EventAgeExceeded", "Failure")],
)
def test_a_bus_gets_the_record_as_detail(condition: Condition, result: str) -> None:
    """With the bus and the function as what it is about."""
    record = told(condition)

    assert bus_event(record, bus_arn=BUS, time=1795255200, event_id="e-1") == {
        "version": "0",
        "id": "e-1",
        "detail-type": f"Lambda Function Invocation Result - {result}",
        "source": "lambda",
        "account": "123456789012",
        "time": "2026-11-21T10:00:00Z",
        "region": "eu-west-1",
        "resources": [BUS, f"{FUNCTION}:$LATEST"],
        "detail": record,
    }


def test_a_dead_letter_tells_the_beginning_of_its_error() -> None:
    """A kilobyte, and no half a letter at its end."""
    found = dead_letter_attributes(request_id="r-1", error_message="a" + "é" * 600)

    assert found["ErrorMessage"] == {"DataType": "String", "StringValue": "a" + "é" * 511}
    assert (found["RequestID"]["StringValue"], found["ErrorCode"]["StringValue"]) == ("r-1", "200")
