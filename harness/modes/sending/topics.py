"""Messages published to a topic for real."""

from __future__ import annotations

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.modes.limits import insist_on_message
from harness.modes.messages import TopicMessage
from harness.modes.sending.delivering import Delivery
from harness.modes.sending.given import given

__all__ = ["put_message"]


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
    arn = names.physical[message.topic]
    # A FIFO topic drops what comes again within five minutes, by its deduplication id or its content.
    with Delivery(f"topic {message.topic!r}", cloud=cloud, repeatable=arn.endswith(".fifo")):
        answer = sns.publish(TopicArn=arn, Message=message.message, **given(optional))
    return str(answer["MessageId"])
