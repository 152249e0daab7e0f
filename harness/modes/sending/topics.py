"""Messages published to a topic for real."""

from __future__ import annotations

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, message_of, translated
from harness.cloud.names import Names
from harness.modes.limits import insist_on_message, refused
from harness.modes.messages import TopicMessage
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
    with translated(cloud):
        try:
            answer = sns.publish(TopicArn=names.physical[message.topic], Message=message.message, **given(optional))
        except sns.exceptions.ClientError as fault:
            raise refused(f"topic {message.topic!r}", code_of(fault), message_of(fault)) from None
    return str(answer["MessageId"])
