"""The event that Lambda makes of messages in a queue of SQS.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterable, Mapping
from typing import Any

from harness._text import new_uuid
from harness.errors import MisusedStep
from harness.events.bodies import text_of
from harness.events.numbers import next_number
from harness.events.times import milliseconds

__all__ = ["event", "record", "record_of"]

Attributes = Mapping[str, Mapping[str, Any]]

_SENDER = "AIDAEXAMPLE0SENDER000"


def record(  # noqa: PLR0913 - the fields of a message
    body: Any,
    *,
    queue_arn: str,
    region: str | None = None,
    message_id: str | None = None,
    receipt_handle: str | None = None,
    attributes: Attributes | None = None,
    receives: int = 1,
    sent: float | None = None,
    first_received: float | None = None,
    sender_id: str = _SENDER,
    group: str | None = None,
    deduplication: str | None = None,
    sequence_number: str | None = None,
) -> dict[str, Any]:
    """Give a message as it stands in the event of a function.

    >>> found = record({"id": "o-1"}, queue_arn="arn:aws:sqs:eu-west-1:123456789012:orders", sent=1795255200.25)
    >>> found["body"], found["md5OfBody"], found["awsRegion"]
    ('{"id": "o-1"}', '68b99026259c9e8dda8eecad210a064b', 'eu-west-1')
    >>> found["attributes"]  # doctest: +NORMALIZE_WHITESPACE
    {'ApproximateReceiveCount': '1', 'SentTimestamp': '1795255200250', 'SenderId': 'AIDAEXAMPLE0SENDER000',
     'ApproximateFirstReceiveTimestamp': '1795255200250'}

    Args:
        body: Text, or what is written as JSON, such as `harness.events.sns.notification` gives it.
        queue_arn: The ARN of the queue; that of a FIFO queue ends in ``.fifo``.
        region: That of the ARN unless given.
        message_id: A UUID; a new one unless given.
        receipt_handle: A made-up one unless given.
        attributes: In the form of the API of SQS, as `harness.events.sns.attributes` gives them.
        receives: How often the message has been received, this time included.
        sent: In seconds since 1970, now unless given.
        first_received: In seconds since 1970; when it was sent unless given.
        sender_id: The unique id of the user, or of the role with the session (``AROA…:session``).
        group: The message group; a FIFO queue asks for it.
        deduplication: FIFO queues: unless given, what SQS makes of the body.
        sequence_number: FIFO queues: twenty digits; unless given, one after all before it.

    Raises:
        MisusedStep: A message of a FIFO queue has no group.
    """
    text = text_of(body)
    moment = time.time() if sent is None else sent
    system = {
        "ApproximateReceiveCount": str(receives),
        "SentTimestamp": str(milliseconds(moment)),
        "SenderId": sender_id,
        "ApproximateFirstReceiveTimestamp": str(milliseconds(moment if first_received is None else first_received)),
    }
    ordered = {
        "SequenceNumber": sequence_number,
        "MessageGroupId": group,
        "MessageDeduplicationId": deduplication,
    }
    if queue_arn.endswith(".fifo"):
        ordered = _in_order(ordered, queue_arn=queue_arn, body=text)
    return _record(
        message_id=message_id or new_uuid(),
        receipt_handle=receipt_handle or _receipt_handle(),
        body=text,
        system=system | {name: value for name, value in ordered.items() if value is not None},
        attributes=attributes or {},
        queue_arn=queue_arn,
        region=region,
    )


def record_of(message: Mapping[str, Any], *, queue_arn: str, region: str | None = None) -> dict[str, Any]:
    """Give a message as it stands in the event of a function, from one that was received.

    >>> found = record_of({"MessageId": "m-1", "ReceiptHandle": "AQEB", "Body": "hello",
    ...                    "Attributes": {"ApproximateReceiveCount": "2"}},
    ...                   queue_arn="arn:aws:sqs:eu-west-1:123456789012:orders")
    >>> found["messageId"], found["body"], found["attributes"], found["messageAttributes"]
    ('m-1', 'hello', {'ApproximateReceiveCount': '2'}, {})

    Args:
        message: As ``ReceiveMessage`` gives it, asked for all attributes of both kinds.
        queue_arn: The ARN of the queue.
        region: That of the ARN unless given.
    """
    return _record(
        message_id=message["MessageId"],
        receipt_handle=message["ReceiptHandle"],
        body=message["Body"],
        system=dict(message.get("Attributes", {})),
        attributes=message.get("MessageAttributes", {}),
        queue_arn=queue_arn,
        region=region,
    )


def event(records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the event of a function for a batch of messages.

    >>> queue = "arn:aws:sqs:eu-west-1:123456789012:orders"
    >>> [one["body"] for one in event([record("a", queue_arn=queue), record("b", queue_arn=queue)])["Records"]]
    ['a', 'b']
    """
    return {"Records": [dict(one) for one in records]}


def _record(  # noqa: PLR0913 - the fields of a record
    *,
    message_id: str,
    receipt_handle: str,
    body: str,
    system: dict[str, str],
    attributes: Attributes,
    queue_arn: str,
    region: str | None,
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "messageId": message_id,
        "receiptHandle": receipt_handle,
        "body": body,
        "attributes": system,
        "messageAttributes": {name: _handed_on(one) for name, one in attributes.items()},
        "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
    }
    if attributes:
        found["md5OfMessageAttributes"] = _digest(attributes)
    source = {"eventSource": "aws:sqs", "eventSourceARN": queue_arn, "awsRegion": region or queue_arn.split(":")[3]}
    return found | source


def _in_order(given: dict[str, str | None], *, queue_arn: str, body: str) -> dict[str, str | None]:
    if given["MessageGroupId"] is None:
        raise MisusedStep(
            "A message of a FIFO queue needs a message group.",
            facts=[("queue", queue_arn)],
            remedy="give it with group=…",
        )
    return {
        "SequenceNumber": given["SequenceNumber"] or f"{next_number():020d}",
        "MessageGroupId": given["MessageGroupId"],
        # "Amazon SQS uses a SHA-256 hash to generate the message deduplication ID using the body of the message":
        # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
        "MessageDeduplicationId": given["MessageDeduplicationId"] or hashlib.sha256(body.encode()).hexdigest(),
    }


def _handed_on(attribute: Mapping[str, Any]) -> dict[str, Any]:
    # The lists are there and empty: SQS has no attribute with several values yet (API_MessageAttributeValue.html).
    binary = attribute.get("BinaryValue")
    value = (
        {"stringValue": attribute["StringValue"]}
        if binary is None
        else {"binaryValue": base64.b64encode(binary).decode("ascii")}
    )
    return value | {"stringListValues": [], "binaryListValues": [], "dataType": attribute["DataType"]}


def _digest(attributes: Attributes) -> str:
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html,
    # "Calculating the MD5 message digest for message attributes"
    digest = hashlib.md5(usedforsecurity=False)
    for name, attribute in sorted(attributes.items()):
        binary = attribute.get("BinaryValue")
        value = attribute["StringValue"].encode() if binary is None else binary
        parts = (_measured(name.encode()), _measured(attribute["DataType"].encode()))
        digest.update(b"".join([*parts, b"\x01" if binary is None else b"\x02", _measured(value)]))
    return digest.hexdigest()


def _measured(part: bytes) -> bytes:
    return len(part).to_bytes(4, "big") + part


def _receipt_handle() -> str:
    return "AQEB" + base64.b64encode(f"{new_uuid()}{new_uuid()}".encode()).decode("ascii")
