"""Messages sent to a queue for real."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.modes.messages import QueueMessage
from harness.modes.quotas import fitting, insist_on_queued, size_of_message
from harness.modes.sending.delivering import Delivery, Refusal, all_taken
from harness.modes.sending.given import given

__all__ = ["put_queue_message", "put_queue_messages"]

# "A single message batch request can include a maximum of 10 messages", and of "1,048,576 bytes (1 MiB)" in all.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
_AT_ONCE = 10
_BYTES_AT_ONCE = 1024 * 1024


def put_queue_messages(batch: Sequence[QueueMessage], *, cloud: Cloud, names: Names) -> list[str]:
    """Send messages to a queue, as many in a request as SQS takes, and give the ids that SQS gave them.

    Raises:
        NotPublished: SQS does not take one of them; of several requests those before may have been taken.
    """
    __tracebackhide__ = True
    queue = batch[0].queue
    if cloud.embedded:
        for message in batch:
            # Whether the content is enough for a deduplication id is for the queue to say.
            insist_on_queued(message, fifo=names.physical[queue].endswith(".fifo"), deduplicates=True)
    sized = [(message, size_of_message(message)) for message in batch]
    requests = fitting(sized, count=_AT_ONCE, size=_BYTES_AT_ONCE)
    return [one for request in requests for one in _sent(request, cloud=cloud, url=names.physical[queue])]


def put_queue_message(message: QueueMessage, *, cloud: Cloud, names: Names) -> str:
    """Send a message to a queue and give the id that SQS gave it.

    Raises:
        NotPublished: SQS does not take it.
    """
    __tracebackhide__ = True
    return put_queue_messages([message], cloud=cloud, names=names)[0]


def _sent(request: Sequence[QueueMessage], *, cloud: Cloud, url: str) -> list[str]:
    __tracebackhide__ = True
    sqs = cloud.client("sqs")
    where = f"queue {request[0].queue!r}"
    # A FIFO queue drops what comes again within five minutes, by its deduplication id or its content.
    with Delivery(where, cloud=cloud, repeatable=url.endswith(".fifo")):
        if len(request) == 1:
            return [str(sqs.send_message(QueueUrl=url, **_asked(request[0]))["MessageId"])]
        return all_taken(request, where=where, send=lambda some: _batch(sqs, some, url=url))


def _batch(sqs: Any, messages: Sequence[QueueMessage], *, url: str) -> list[str | Refusal]:
    entries = [{"Id": str(number), **_asked(message)} for number, message in enumerate(messages)]
    answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    # SendMessageBatch answers 200 for an entry that it refuses.
    came: dict[str, str | Refusal] = {
        one["Id"]: Refusal(one.get("Code", ""), one.get("Message", "")) for one in answer.get("Failed", [])
    }
    came |= {one["Id"]: str(one["MessageId"]) for one in answer.get("Successful", [])}
    return [came[str(number)] for number in range(len(messages))]


def _asked(message: QueueMessage) -> dict[str, Any]:
    optional = {
        "MessageAttributes": dict(message.attributes) or None,
        "MessageGroupId": message.group,
        "MessageDeduplicationId": message.deduplication,
    }
    return {"MessageBody": message.body, **given(optional)}
