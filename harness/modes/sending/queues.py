"""Messages sent to a queue for real."""

from __future__ import annotations

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, message_of, translated
from harness.cloud.names import Names
from harness.modes.limits import refused
from harness.modes.messages import QueueMessage
from harness.modes.sending.given import given

__all__ = ["put_queue_message"]


def put_queue_message(message: QueueMessage, *, cloud: Cloud, names: Names) -> str:
    """Send a message to a queue and give the id that SQS gave it.

    Raises:
        NotPublished: SQS does not take it.
    """
    __tracebackhide__ = True
    sqs = cloud.client("sqs")
    optional = {
        "MessageAttributes": dict(message.attributes) or None,
        "MessageGroupId": message.group,
        "MessageDeduplicationId": message.deduplication,
    }
    with translated(cloud):
        try:
            answer = sqs.send_message(
                QueueUrl=names.physical[message.queue], MessageBody=message.body, **given(optional)
            )
        except sqs.exceptions.ClientError as fault:
            raise refused(f"queue {message.queue!r}", code_of(fault), message_of(fault)) from None
    return str(answer["MessageId"])
