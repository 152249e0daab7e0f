"""What SQS, Kinesis and DynamoDB refuse for its size or its form: for where no service is asked, or one that is laxer.

AWS itself is never spoken for: what goes there is judged there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from harness.events.marshalled import marshalled, size_of
from harness.modes.limits import refused
from harness.modes.messages import ItemChange, QueueMessage, StreamRecord

__all__ = ["fitting", "insist_on_item", "insist_on_queued", "insist_on_record", "size_of_message", "size_of_record"]

# "The maximum is 1,048,576 bytes (1 MiB)", attributes included, of which there are ten at most.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
_MOST_OF_A_MESSAGE = 1024 * 1024
_MOST_ATTRIBUTES = 10
_LONGEST_GROUP = 128
# "When the data blob (the payload before base64-encoding) is added to the partition key size, the total size must not
# exceed the maximum record size (1 MiB)." A stream may be given more, up to 10 MiB; the embedded cloud's cannot.
# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html
_MOST_OF_A_RECORD = 1024 * 1024
_LONGEST_KEY = 256
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items
_MOST_OF_AN_ITEM = 400 * 1024

_One = TypeVar("_One")


def insist_on_queued(message: QueueMessage, *, fifo: bool, deduplicates: bool = False) -> None:
    """Refuse a message that SQS would refuse.

    Args:
        message: The message.
        fifo: Whether the queue keeps an order.
        deduplicates: Whether it makes deduplication ids of the content.

    Raises:
        NotPublished: In the words of SQS.
    """
    __tracebackhide__ = True
    where = f"queue {message.queue!r}"
    if not message.body:
        raise refused(where, "MissingParameter", "The request must contain the parameter MessageBody.")
    if len(message.attributes) > _MOST_ATTRIBUTES:
        reason = f"Number of message attributes [{len(message.attributes)}] exceeds the allowed maximum [10]."
        raise refused(where, "InvalidParameterValue", reason)
    if size_of_message(message) > _MOST_OF_A_MESSAGE:
        reason = f"One or more parameters are invalid. Reason: Message must be shorter than {_MOST_OF_A_MESSAGE} bytes."
        raise refused(where, "InvalidParameterValue", reason)
    if message.group is not None and not _is_name(message.group):
        reason = (
            f"Value {message.group} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include "
            "alphanumeric and punctuation characters. 1 to 128 in length."
        )
        raise refused(where, "InvalidParameterValue", reason)
    if fifo and message.group is None:
        raise refused(where, "MissingParameter", "The request must contain the parameter MessageGroupId.")
    if fifo and message.deduplication is None and not deduplicates:
        reason = (
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
            "explicitly"
        )
        raise refused(where, "InvalidParameterValue", reason)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_GROUP and text.isascii() and text.isprintable() and " " not in text


def size_of_message(message: QueueMessage) -> int:
    """Give how many bytes a message takes: its body, and name, type and value of each attribute."""
    return len(message.body.encode()) + sum(_size_of(*one) for one in message.attributes.items())


def _size_of(name: str, attribute: Mapping[str, Any]) -> int:
    value = attribute.get("BinaryValue") or str(attribute.get("StringValue", "")).encode()
    return len(name.encode()) + len(attribute["DataType"].encode()) + len(value)


def insist_on_record(record: StreamRecord) -> None:
    """Refuse a record that Kinesis would refuse.

    Raises:
        NotPublished: In the words of Kinesis.
    """
    __tracebackhide__ = True
    where = f"stream {record.stream!r}"
    if not 0 < len(record.key) <= _LONGEST_KEY:
        wanted = "greater than or equal to 1" if not record.key else f"less than or equal to {_LONGEST_KEY}"
        raise refused(where, "ValidationException", _constraint("partitionKey", f"have length {wanted}"))
    if size_of_record(record) > _MOST_OF_A_RECORD:
        reason = _constraint("data", f"have length less than or equal to {_MOST_OF_A_RECORD}")
        raise refused(where, "ValidationException", reason)


def _constraint(name: str, wanted: str) -> str:
    return f"1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must {wanted}"


def size_of_record(record: StreamRecord) -> int:
    """Give how many bytes a record takes, its key included."""
    return len(record.data) + len(record.key.encode())


def insist_on_item(change: ItemChange) -> None:
    """Refuse an item that is larger than DynamoDB takes it.

    Raises:
        NotPublished: In the words of DynamoDB.
        MisusedStep: A value is none that DynamoDB knows.
    """
    __tracebackhide__ = True
    if size_of(marshalled({**change.item, **change.changes})) > _MOST_OF_AN_ITEM:
        reason = "Item size has exceeded the maximum allowed size"
        raise refused(f"table {change.table!r}", "ValidationException", reason)


def fitting(sized: Sequence[tuple[_One, int]], *, count: int, size: int) -> Iterator[list[_One]]:
    """Give things in requests of so many, and of so many bytes, at most; in their order.

    >>> list(fitting([("a", 1), ("b", 9), ("c", 2)], count=2, size=10))
    [['a', 'b'], ['c']]
    >>> list(fitting([("a", 5), ("b", 9), ("c", 1)], count=2, size=10))
    [['a'], ['b', 'c']]
    """
    request: list[_One] = []
    filled = 0
    for one, its_size in sized:
        if request and (len(request) == count or filled + its_size > size):
            yield request
            request, filled = [], 0
        request.append(one)
        filled += its_size
    if request:
        yield request
