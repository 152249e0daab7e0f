"""The messages of a queue that hears buses and topics: entries, sentinels, and the clock that stamped them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.journal.asking import opened
from harness.journal.entry import Entry
from harness.journal.envelopes import SENTINEL, Sources, read
from harness.journal.looking import Message

__all__ = ["later", "send_token", "told_apart"]


def told_apart(messages: Iterable[Message], *, seen: float, sources: Sources) -> tuple[list[Entry], dict[str, str]]:
    """Give the entries among messages, and the tokens of the sentinels by message id.

    Args:
        messages: As SQS gives them.
        seen: When they were received, in epoch seconds.
        sources: Which sources lead into the queue.
    """
    entries: list[Entry] = []
    tokens: dict[str, str] = {}
    for message in messages:
        identity = message["MessageId"]
        found = read(message["Body"], message_id=identity, sent=_sent(message) or seen, seen=seen, sources=sources)
        if isinstance(found, str):
            tokens[identity] = found
        else:
            entries.append(found)
    return entries, tokens


def later(ahead: float | None, message: Message, *, seen: float) -> float | None:
    """Give by how far the cloud's clock is ahead at least, now that one more message has come.

    A message is seen after it was sent, so each tells that much, and the largest is the nearest.

    Args:
        ahead: What is known so far, in seconds.
        message: As SQS gives it.
        seen: When it was received, in epoch seconds.
    """
    sent = _sent(message)
    if not sent:
        return ahead
    return sent - seen if ahead is None else max(ahead, sent - seen)


def send_token(sqs: Any, *, url: str, cloud: Cloud) -> str:
    """Send a sentinel straight into a queue and give its token.

    Args:
        sqs: The client.
        url: The URL of the queue.
        cloud: Where it is.
    """
    token = new_uuid()
    with opened(cloud, what=f"queue {url!r}"):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({SENTINEL: token}))
    return token


def _sent(message: Message) -> float:
    """Say when a message came into the queue, in epoch seconds by the cloud's clock; 0 when it does not say."""
    return int(message.get("Attributes", {}).get("SentTimestamp", "0")) / 1000
