"""Events and messages sent for real."""

from __future__ import annotations

import json
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, message_of, translated
from harness.cloud.names import Names
from harness.modes.limits import insist_on_event, insist_on_message, refused
from harness.modes.messages import BusEvent, QueueMessage, TopicMessage

__all__ = ["put_event", "put_message", "put_queue_message"]


def put_event(event: BusEvent, *, cloud: Cloud, names: Names) -> str:
    """Put an event on a bus and give the id that EventBridge gave it.

    Raises:
        NotPublished: EventBridge does not take it.
    """
    __tracebackhide__ = True
    if cloud.embedded:
        insist_on_event(event)
    events = cloud.client("events")
    entry: dict[str, Any] = {
        "EventBusName": names.physical.get(event.bus, event.bus),
        "Source": event.source,
        "DetailType": event.detail_type,
        "Detail": json.dumps(event.detail, ensure_ascii=False),
        "Resources": list(event.resources),
    }
    if event.time is not None:
        entry["Time"] = event.time
    with translated(cloud):
        try:
            answer = events.put_events(Entries=[entry])
        except events.exceptions.ClientError as fault:
            raise refused(f"bus {event.bus!r}", code_of(fault), message_of(fault)) from None
    (result,) = answer["Entries"]
    if answer["FailedEntryCount"]:  # PutEvents answers 200 for an entry that it refuses.
        raise refused(f"bus {event.bus!r}", result.get("ErrorCode", ""), result.get("ErrorMessage", ""))
    return str(result["EventId"])


def put_message(message: TopicMessage, *, cloud: Cloud, names: Names) -> str:
    """Publish a message to a topic and give the id that SNS gave it.

    Raises:
        NotPublished: SNS does not take it.
    """
    __tracebackhide__ = True
    if cloud.embedded:
        insist_on_message(message, topic_arn=names.physical[message.topic])
    sns = cloud.client("sns")
    optional = {
        "Subject": message.subject,
        "MessageAttributes": dict(message.attributes) or None,
        "MessageGroupId": message.group,
        "MessageDeduplicationId": message.deduplication,
    }
    with translated(cloud):
        try:
            answer = sns.publish(TopicArn=names.physical[message.topic], Message=message.message, **_given(optional))
        except sns.exceptions.ClientError as fault:
            raise refused(f"topic {message.topic!r}", code_of(fault), message_of(fault)) from None
    return str(answer["MessageId"])


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
                QueueUrl=names.physical[message.queue], MessageBody=message.body, **_given(optional)
            )
        except sqs.exceptions.ClientError as fault:
            raise refused(f"queue {message.queue!r}", code_of(fault), message_of(fault)) from None
    return str(answer["MessageId"])


def _given(optional: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not given: boto3 takes no None."""
    return {name: value for name, value in optional.items() if value is not None}
