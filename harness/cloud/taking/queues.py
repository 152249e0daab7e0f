"""Queues."""

from __future__ import annotations

from harness.cloud.faults import gone_is_fine
from harness.cloud.taking.removal import Removal

__all__ = ["remove_queue"]


def remove_queue(removal: Removal) -> None:
    """Delete a queue with all that is in it; it may be listed for another minute.

    Its URL is asked for where it is not known, because SQS may change what URLs are made of.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
    """
    sqs = removal.client("sqs")
    with gone_is_fine():
        sqs.delete_queue(QueueUrl=removal.known or sqs.get_queue_url(QueueName=removal.thing.name)["QueueUrl"])
