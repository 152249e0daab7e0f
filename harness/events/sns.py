"""What SNS sends: the notification that a queue gets, and the event that a function gets.

https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html
https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

from __future__ import annotations

import base64
import json
import math
import time
from collections.abc import Mapping
from typing import Any

from harness._text import new_uuid
from harness.errors import MisusedStep
from harness.events.bodies import text_of
from harness.events.times import iso_milliseconds

__all__ = ["Attribute", "attributes", "function_event", "notification", "notified"]

Attribute = str | int | float | bool | bytes | list[Any]

# Nobody but AWS can sign, and nobody shall take this for a signature of AWS.
_SIGNATURE = "RVhBTVBMRQ=="


def notification(  # noqa: PLR0913 - the fields of a notification
    *,
    topic_arn: str,
    message: Any,
    region: str,
    subject: str | None = None,
    attributes: Mapping[str, Mapping[str, str]] | None = None,
    message_id: str | None = None,
    timestamp: float | None = None,
    subscription_arn: str | None = None,
) -> dict[str, Any]:
    """Give the JSON document that SNS puts into a queue when the delivery is not raw.

    Subject and attributes are there only when the message has them.

    >>> sent = notification(topic_arn="arn:aws:sns:eu-west-1:123456789012:orders", message="hello",
    ...                     region="eu-west-1", timestamp=1795255200.25)
    >>> list(sent)  # doctest: +NORMALIZE_WHITESPACE
    ['Type', 'MessageId', 'TopicArn', 'Message', 'Timestamp', 'SignatureVersion', 'Signature', 'SigningCertURL',
     'UnsubscribeURL']
    >>> sent["Timestamp"]
    '2026-11-21T10:00:00.250Z'

    Args:
        topic_arn: The ARN of the topic.
        message: Text, or what is written as JSON, such as `harness.events.s3.event` gives it; it arrives as text.
        region: Such as ``eu-west-1``.
        subject: None for none.
        attributes: ``Type`` and ``Value`` by name, as `notified` gives them.
        message_id: A UUID; a new one unless given.
        timestamp: In seconds since 1970, now unless given.
        subscription_arn: The ARN of the subscription, a made-up one unless given.
    """
    subscription = subscription_arn or f"{topic_arn}:{new_uuid()}"
    document: dict[str, Any] = {"Type": "Notification", "MessageId": message_id or new_uuid(), "TopicArn": topic_arn}
    if subject is not None:
        document["Subject"] = subject
    document |= {
        "Message": text_of(message),
        "Timestamp": iso_milliseconds(time.time() if timestamp is None else timestamp),
        "SignatureVersion": "1",
        "Signature": _SIGNATURE,
        "SigningCertURL": f"https://sns.{region}.amazonaws.com/SimpleNotificationService-{'0' * 32}.pem",
        "UnsubscribeURL": _unsubscribe_url(region, subscription),
    }
    if attributes:
        document["MessageAttributes"] = {name: dict(attribute) for name, attribute in attributes.items()}
    return document


def function_event(notification: Mapping[str, Any], *, subscription_arn: str) -> dict[str, Any]:
    """Give the event that Lambda gets from SNS for a notification.

    Against the notification the URLs are spelled ``Url``, a missing subject is null, and missing attributes are an
    empty object, as events recorded in AWS show:
    https://github.com/localstack/localstack/blob/main/tests/aws/services/sns/test_sns.snapshot.json

    >>> sent = notification(topic_arn="arn:aws:sns:eu-west-1:123456789012:orders", message="hello", region="eu-west-1")
    >>> record = function_event(sent, subscription_arn="arn:aws:sns:eu-west-1:123456789012:orders:1")["Records"][0]
    >>> record["EventSource"], record["EventSubscriptionArn"]
    ('aws:sns', 'arn:aws:sns:eu-west-1:123456789012:orders:1')
    >>> record["Sns"]["Message"], record["Sns"]["Subject"], record["Sns"]["MessageAttributes"]
    ('hello', None, {})

    Args:
        notification: As `notification` gives it.
        subscription_arn: The ARN of the function's subscription.
    """
    message = {
        "Type": notification["Type"],
        "MessageId": notification["MessageId"],
        "TopicArn": notification["TopicArn"],
        "Subject": notification.get("Subject"),
        "Message": notification["Message"],
        "Timestamp": notification["Timestamp"],
        "SignatureVersion": notification["SignatureVersion"],
        "Signature": notification["Signature"],
        "SigningCertUrl": notification["SigningCertURL"],
        "UnsubscribeUrl": _unsubscribe_url(subscription_arn.split(":")[3], subscription_arn),
        "MessageAttributes": {name: dict(each) for name, each in notification.get("MessageAttributes", {}).items()},
    }
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription_arn,
        "Sns": message,
    }
    return {"Records": [record]}


def attributes(values: Mapping[str, Attribute]) -> dict[str, dict[str, Any]]:
    r"""Give message attributes as the API of SNS takes them.

    SNS has no boolean but within a list: https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html

    >>> attributes({"kind": "order", "total": 9.5, "paid": True})  # doctest: +NORMALIZE_WHITESPACE
    {'kind': {'DataType': 'String', 'StringValue': 'order'}, 'total': {'DataType': 'Number', 'StringValue': '9.5'},
     'paid': {'DataType': 'String', 'StringValue': 'true'}}
    >>> attributes({"tags": ["new", 1, None], "seal": b"\x02"})  # doctest: +NORMALIZE_WHITESPACE
    {'tags': {'DataType': 'String.Array', 'StringValue': '["new", 1, null]'},
     'seal': {'DataType': 'Binary', 'BinaryValue': b'\x02'}}

    Args:
        values: By name: text, a number, a boolean, bytes, or a list of text, numbers, booleans and None.

    Raises:
        MisusedStep: A value is empty, or none that SNS knows.
    """
    return {name: _attribute(name, value) for name, value in values.items()}


def _attribute(name: str, value: Attribute) -> dict[str, Any]:
    if isinstance(value, str | bytes) and not value:
        raise MisusedStep(
            f"The message attribute {name!r} is empty.",
            facts=[("SNS takes", "an attribute with a value, or none at all")],
            remedy="leave it out",
        )
    if isinstance(value, bytes):
        return {"DataType": "Binary", "BinaryValue": value}
    if isinstance(value, str):
        return {"DataType": "String", "StringValue": value}
    if isinstance(value, bool):
        return {"DataType": "String", "StringValue": json.dumps(value)}
    if isinstance(value, int | float) and math.isfinite(value):
        return {"DataType": "Number", "StringValue": str(value)}
    if isinstance(value, list):
        return {"DataType": "String.Array", "StringValue": json.dumps(value, ensure_ascii=False)}
    raise MisusedStep(
        f"The message attribute {name!r} cannot be a {type(value).__name__}.",
        facts=[("SNS takes", "text, finite numbers, bytes, and lists of text, numbers, booleans and None")],
    )


def notified(attributes: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    r"""Give message attributes as a notification holds them, from the form that the API takes.

    >>> notified({"total": {"DataType": "Number", "StringValue": "9.5"},
    ...           "seal": {"DataType": "Binary", "BinaryValue": b"\x02\x03\x04"}})
    {'total': {'Type': 'Number', 'Value': '9.5'}, 'seal': {'Type': 'Binary', 'Value': 'AgME'}}
    """
    return {name: {"Type": each["DataType"], "Value": _value(each)} for name, each in attributes.items()}


def _value(attribute: Mapping[str, Any]) -> str:
    if "BinaryValue" in attribute:
        return base64.b64encode(attribute["BinaryValue"]).decode("ascii")
    return str(attribute["StringValue"])


def _unsubscribe_url(region: str, subscription_arn: str) -> str:
    return f"https://sns.{region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={subscription_arn}"
