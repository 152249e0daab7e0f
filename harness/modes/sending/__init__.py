"""What a test sends, sent for real: a module for each kind of place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.modes.messages import BusEvent, ItemChange, Outgoing, QueueMessage, StreamRecord, TopicMessage, Upload
from harness.modes.sending.events import put_event
from harness.modes.sending.items import change_item
from harness.modes.sending.objects import put_object
from harness.modes.sending.queues import put_queue_message, put_queue_messages
from harness.modes.sending.records import put_records
from harness.modes.sending.topics import put_message

__all__ = ["place_of", "put", "put_event", "put_message", "put_queue_message"]


def put(batch: Sequence[Outgoing], *, cloud: Cloud, names: Names) -> list[str]:
    """Put things of one kind where they belong and give their ids.

    Raises:
        NotPublished: The service does not take them.
    """
    __tracebackhide__ = True
    return _PUT[type(batch[0])](batch, cloud=cloud, names=names)


def place_of(sent: Outgoing) -> str:
    """Give the logical id of the place where something is put."""
    return str(getattr(sent, _PLACES[type(sent)]))


def _one_by_one(send: Callable[..., str]) -> Callable[..., list[str]]:
    def one_by_one(batch: Sequence[Any], *, cloud: Cloud, names: Names) -> list[str]:
        __tracebackhide__ = True
        return [send(one, cloud=cloud, names=names) for one in batch]

    return one_by_one


_PUT: Mapping[type, Callable[..., list[str]]] = {
    BusEvent: _one_by_one(put_event),
    TopicMessage: _one_by_one(put_message),
    QueueMessage: put_queue_messages,
    StreamRecord: put_records,
    ItemChange: _one_by_one(change_item),
    Upload: _one_by_one(put_object),
}

_PLACES: Mapping[type, str] = {
    BusEvent: "bus",
    TopicMessage: "topic",
    QueueMessage: "queue",
    StreamRecord: "stream",
    ItemChange: "table",
    Upload: "bucket",
}
