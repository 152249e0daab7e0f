"""What Lambda tells a destination of an asynchronous invocation, or of a stream's batch that it has given up.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
Fields and their order are those of records sent by AWS: `test_lambda_destinations.snapshot.json` and
`test_lambda_integration_dynamodbstreams.snapshot.json` in
https://github.com/localstack/localstack/tree/main/tests/aws/services/lambda_
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from harness.events import eventbridge
from harness.events.times import iso_milliseconds, iso_seconds

__all__ = ["batch_record", "bus_event", "dead_letter_attributes", "invocation_record"]

Condition = Literal["Success", "RetriesExhausted", "EventAgeExceeded"]

_UNQUALIFIED = 7
_ERROR_MESSAGE = 1024


def invocation_record(  # noqa: PLR0913 - the fields of a record
    *,
    function_arn: str,
    request_id: str,
    condition: Condition,
    attempts: int,
    request: Any,
    response: Any = None,
    error: Mapping[str, Any] | None = None,
    timestamp: float | None = None,
) -> dict[str, Any]:
    """Give the record of an asynchronous invocation: the body of a message, or the event of a function.

    >>> told = invocation_record(function_arn="arn:aws:lambda:eu-west-1:123456789012:function:pay", request_id="r-1",
    ...                          condition="RetriesExhausted", attempts=3, request={"id": "o-1"},
    ...                          error={"errorMessage": "no", "errorType": "Refused"}, timestamp=1795255200.25)
    >>> told  # doctest: +NORMALIZE_WHITESPACE
    {'version': '1.0', 'timestamp': '2026-11-21T10:00:00.250Z',
     'requestContext': {'requestId': 'r-1',
                        'functionArn': 'arn:aws:lambda:eu-west-1:123456789012:function:pay:$LATEST',
                        'condition': 'RetriesExhausted', 'approximateInvokeCount': 3},
     'requestPayload': {'id': 'o-1'},
     'responseContext': {'statusCode': 200, 'executedVersion': '$LATEST', 'functionError': 'Unhandled'},
     'responsePayload': {'errorMessage': 'no', 'errorType': 'Refused'}}

    Args:
        function_arn: With or without a version; without one it is ``$LATEST``.
        request_id: That of the invocation, the same for each attempt.
        condition: Why it is told.
        attempts: How often the function was run.
        request: The event of the invocation.
        response: What the function returned.
        error: What the last attempt failed with, as Lambda answers it: ``errorMessage``, ``errorType``,
            ``stackTrace``; None for a success.
        timestamp: In seconds since 1970, now unless given.
    """
    arn = f"{function_arn}:$LATEST" if function_arn.count(":") < _UNQUALIFIED else function_arn
    return {
        "version": "1.0",
        "timestamp": iso_milliseconds(time.time() if timestamp is None else timestamp),
        "requestContext": _request(request_id, arn, condition=condition, attempts=attempts),
        "requestPayload": request,
        "responseContext": _response(failed=error is not None),
        "responsePayload": response if error is None else dict(error),
    }


def batch_record(  # noqa: PLR0913 - the fields of a record
    records: Sequence[Mapping[str, Any]],
    *,
    function_arn: str,
    request_id: str,
    attempts: int,
    shard: str | None = None,
    condition: str = "RetryAttemptsExhausted",
    timestamp: float | None = None,
) -> dict[str, Any]:
    """Give the record of a stream's batch that was given up; it tells where the batch is, not what is in it.

    >>> from harness.events import kinesis
    >>> stream = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"
    >>> batch = [kinesis.record(b"hello", key="o-1", stream_arn=stream, sequence_number="4955", arrived=1795255200.25)]
    >>> told = batch_record(batch, function_arn="arn:aws:lambda:eu-west-1:123456789012:function:pay", request_id="r-1",
    ...                     attempts=2)
    >>> told["requestContext"]["condition"], told["requestContext"]["approximateInvokeCount"]
    ('RetryAttemptsExhausted', 2)
    >>> told["KinesisBatchInfo"]  # doctest: +NORMALIZE_WHITESPACE
    {'shardId': 'shardId-000000000000', 'startSequenceNumber': '4955', 'endSequenceNumber': '4955',
     'approximateArrivalOfFirstRecord': '2026-11-21T10:00:00.250Z',
     'approximateArrivalOfLastRecord': '2026-11-21T10:00:00.250Z', 'batchSize': 1,
     'streamArn': 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders'}

    Args:
        records: The batch, as it stood in ``Records`` of the function's event.
        function_arn: The ARN of the function, as it stands in the mapping.
        request_id: That of the last attempt.
        attempts: How often the function was run.
        shard: The id of the shard; a record of Kinesis tells it, one of a table does not.
        condition: Why it was given up.
        timestamp: In seconds since 1970, now unless given.
    """
    kinesis = records[0]["eventSource"] == "aws:kinesis"
    return {
        "requestContext": _request(request_id, function_arn, condition=condition, attempts=attempts),
        "responseContext": _response(failed=True),
        "version": "1.0",
        "timestamp": iso_milliseconds(time.time() if timestamp is None else timestamp),
        "KinesisBatchInfo" if kinesis else "DDBStreamBatchInfo": (_of_kinesis if kinesis else _of_table)(
            records, shard=shard
        ),
    }


def bus_event(
    record: Mapping[str, Any], *, bus_arn: str, time: float | None = None, event_id: str | None = None
) -> dict[str, Any]:
    """Give the event that Lambda puts on a bus which is a destination of asynchronous invocations.

    >>> told = invocation_record(function_arn="arn:aws:lambda:eu-west-1:123456789012:function:pay", request_id="r-1",
    ...                          condition="Success", attempts=1, request={}, response="done")
    >>> sent = bus_event(told, bus_arn="arn:aws:events:eu-west-1:123456789012:event-bus/orders")
    >>> sent["source"], sent["detail-type"], sent["detail"]["responsePayload"]
    ('lambda', 'Lambda Function Invocation Result - Success', 'done')

    Args:
        record: As `invocation_record` gives it.
        bus_arn: The ARN of the bus.
        time: In seconds since 1970, now unless given.
        event_id: A UUID; a new one unless given.
    """
    region, account = bus_arn.split(":")[3:5]
    request = record["requestContext"]
    result = "Success" if request["condition"] == "Success" else "Failure"
    return eventbridge.event(
        source="lambda",
        detail_type=f"Lambda Function Invocation Result - {result}",
        detail=record,
        account=account,
        region=region,
        # The guide: "The resource event field contains the function and destination Amazon Resource Names (ARNs)."
        resources=[bus_arn, request["functionArn"]],
        time=time,
        event_id=event_id,
    )


def dead_letter_attributes(*, request_id: str, error_message: str) -> dict[str, dict[str, str]]:
    """Give the attributes of a message in a dead-letter queue or topic; its body is the event itself.

    >>> dead_letter_attributes(request_id="r-1", error_message="no")  # doctest: +NORMALIZE_WHITESPACE
    {'RequestID': {'DataType': 'String', 'StringValue': 'r-1'},
     'ErrorCode': {'DataType': 'Number', 'StringValue': '200'},
     'ErrorMessage': {'DataType': 'String', 'StringValue': 'no'}}

    Args:
        request_id: That of the invocation.
        error_message: What the last attempt failed with; "the first 1 KB of the error message" is kept.
    """
    kept = error_message.encode()[:_ERROR_MESSAGE].decode(errors="ignore")
    return {
        "RequestID": {"DataType": "String", "StringValue": request_id},
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {"DataType": "String", "StringValue": kept},
    }


def _request(request_id: str, function_arn: str, *, condition: str, attempts: int) -> dict[str, Any]:
    return {
        "requestId": request_id,
        "functionArn": function_arn,
        "condition": condition,
        "approximateInvokeCount": attempts,
    }


def _response(*, failed: bool) -> dict[str, Any]:
    # 200 also for a failure: Lambda has run the function, and the function has failed.
    told = {"statusCode": 200, "executedVersion": "$LATEST"}
    return told | ({"functionError": "Unhandled"} if failed else {})


def _of_kinesis(records: Sequence[Mapping[str, Any]], *, shard: str | None) -> dict[str, Any]:
    first, last = records[0], records[-1]
    return {
        "shardId": shard or first["eventID"].partition(":")[0],
        "startSequenceNumber": first["kinesis"]["sequenceNumber"],
        "endSequenceNumber": last["kinesis"]["sequenceNumber"],
        "approximateArrivalOfFirstRecord": iso_milliseconds(first["kinesis"]["approximateArrivalTimestamp"]),
        "approximateArrivalOfLastRecord": iso_milliseconds(last["kinesis"]["approximateArrivalTimestamp"]),
        "batchSize": len(records),
        "streamArn": first["eventSourceARN"],
    }


def _of_table(records: Sequence[Mapping[str, Any]], *, shard: str | None) -> dict[str, Any]:
    first, last = records[0], records[-1]
    return {
        "shardId": shard or "shardId-00000000000000000000-00000000",
        "startSequenceNumber": first["dynamodb"]["SequenceNumber"],
        "endSequenceNumber": last["dynamodb"]["SequenceNumber"],
        # Of a table AWS tells whole seconds.
        "approximateArrivalOfFirstRecord": iso_seconds(first["dynamodb"]["ApproximateCreationDateTime"]),
        "approximateArrivalOfLastRecord": iso_seconds(last["dynamodb"]["ApproximateCreationDateTime"]),
        "batchSize": len(records),
        "streamArn": first["eventSourceARN"],
    }
