"""What EventBridge, SNS and S3 refuse, by the simplest of their rules: where no service is asked, or a laxer one.

AWS itself is never spoken for: what goes there is judged there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness.errors import NotPublished
from harness.modes.messages import BusEvent, TopicMessage, Upload

__all__ = ["insist_on_event", "insist_on_message", "insist_on_object", "refused"]

_MOST_OF_AN_EVENT = 1024 * 1024
_MOST_OF_A_MESSAGE = 256 * 1024
_LONGEST_SUBJECT = 100
_LONGEST_KEY = 1024


def refused(where: str, code: str, reason: str) -> NotPublished:
    """Give the error of a service that does not take what a test publishes.

    Args:
        where: Which bus, topic, queue or bucket.
        code: The code of the service.
        reason: The sentence of the service.
    """
    return NotPublished(f"The {where} does not take it.", facts=[("code", code), ("reason", reason)])


def insist_on_event(event: BusEvent) -> None:
    """Refuse an event that EventBridge would refuse.

    Sources of AWS's own are reserved, https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
    "The total entry size must be less than 1MB", which counts as the second page says:
    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size

    Raises:
        NotPublished: In the words of EventBridge.
    """
    __tracebackhide__ = True
    where = f"bus {event.bus!r}"
    for name, value in {"Source": event.source, "DetailType": event.detail_type}.items():
        if not value:
            reason = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            raise refused(where, "InvalidArgument", reason)
    if event.source.startswith("aws."):
        raise refused(where, "NotAuthorizedForSourceException", "Not authorized for the source.")
    texts = (event.source, event.detail_type, json.dumps(event.detail, ensure_ascii=False), *event.resources)
    if sum(_size(text) for text in texts) + (14 if event.time is not None else 0) >= _MOST_OF_AN_EVENT:
        raise refused(where, "ValidationException", "Total size of the entries in the request is over the limit.")


def insist_on_message(message: TopicMessage, *, topic_arn: str) -> None:
    """Refuse a message that SNS would refuse.

    https://docs.aws.amazon.com/sns/latest/api/API_Publish.html says what a message and a subject may be;
    https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html that name, type and value of each attribute
    count as a part of the message.

    Raises:
        NotPublished: In the words of SNS.
    """
    __tracebackhide__ = True
    where, code = f"topic {message.topic!r}", "InvalidParameter"
    if not message.message:
        raise refused(where, code, "Invalid parameter: Empty message")
    if message.subject is not None and not _is_subject(message.subject):
        raise refused(where, code, "Invalid parameter: Subject")
    if _size(message.message) + sum(_size_of(*one) for one in message.attributes.items()) > _MOST_OF_A_MESSAGE:
        raise refused(where, code, "Invalid parameter: Message too long")
    if topic_arn.endswith(".fifo") and not message.group:
        reason = "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"
        raise refused(where, code, reason)


def insist_on_object(upload: Upload) -> None:
    """Refuse an object that S3 would refuse.

    "The object key name is a sequence of Unicode characters with UTF-8 encoding of up to 1,024 bytes long":
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html

    Raises:
        NotPublished: In the words of S3.
    """
    __tracebackhide__ = True
    if _size(upload.key) > _LONGEST_KEY:
        raise refused(f"bucket {upload.bucket!r}", "KeyTooLongError", "Your key is too long")


def _is_subject(subject: str) -> bool:
    return 0 < len(subject) <= _LONGEST_SUBJECT and subject.isprintable()


def _size(text: str) -> int:
    return len(text.encode())


def _size_of(name: str, attribute: Mapping[str, Any]) -> int:
    value = attribute.get("BinaryValue") or str(attribute.get("StringValue", "")).encode()
    return _size(name) + _size(attribute["DataType"]) + len(value)
