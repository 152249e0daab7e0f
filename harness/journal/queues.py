"""A tapped queue of SQS."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable

from harness.cloud.account import Cloud
from harness.journal.asking import asked, opened
from harness.journal.entry import Entry, Kind
from harness.journal.envelopes import is_sentinel
from harness.journal.looking import Looking, Message, looking_into

__all__ = ["QueueTap", "entry_of"]


class QueueTap:
    """Sees the messages that lie in a queue, each once, and leaves them to its consumer.

    It sees what is there when it is opened, and what comes later. What a consumer takes and deletes between two looks
    is missed, so a queue is best tapped where nobody reads it: a dead-letter queue, the last queue of a system, one
    whose consumer the harness plays. In the embedded cloud a look touches nothing and comes every few milliseconds,
    and shows what a consumer holds. For what it does in AWS, see `Sweep`.

    Args:
        cloud: Where it is.
        source: The logical id of the queue.
        url: Its URL.
        partial: What cannot be seen of it, as a sentence; empty when nothing but the harness reads it.
        looking: How to look into it; by default what the cloud allows.

    Raises:
        TapNotOpen: There is no such queue, or a look would move its messages to another.
    """

    kind: Kind = "queue"

    def __init__(
        self, cloud: Cloud, *, source: str, url: str, partial: str = "", looking: Looking | None = None
    ) -> None:
        self.source = source
        self.partial = partial
        self._cloud = cloud
        self._what = f"queue {url.rpartition('/')[2]!r}"
        self._seen: set[str] = set()
        self._began = 0
        self._proven = 0
        with opened(cloud, what=self._what):
            self._looking = looking or looking_into(cloud, url=url)
        self.pause = self._looking.pause

    def read(self, *, wait: float) -> list[Entry]:
        """Give the messages that were not there at the last call, in the order in which the queue gives them."""
        self._began += 1
        look = self._began
        with asked(self._cloud, what=self._what):
            sight = self._looking.look(wait=wait)
        self.pause = self._looking.pause
        seen = time.time()
        new = {one["MessageId"]: one for one in sight.messages if one["MessageId"] not in self._seen}
        self._seen.update(new)
        # A look that finds something new is no proof: its entries are not in the journal yet.
        if sight.complete and not new:
            self._proven = look
        # A topic hands its sentinels to a queue that nobody reads, as this one may be.
        published = [one for one in new.values() if not is_sentinel(one["Body"], one.get("MessageAttributes") or {})]
        return [entry_of(message, source=self.source, seen=seen) for message in published]

    def barrier(self) -> Callable[[], bool]:
        """Ask for proof: a complete look that begins after this call and finds nothing new."""
        asked_after = self._began
        return lambda: self._proven > asked_after

    def close(self) -> None:
        """Leave the queue as it is: nothing was created for looking into it."""


def entry_of(message: Message, *, source: str, seen: float, played: bool = False) -> Entry:
    """Give the entry of a message.

    Args:
        message: ``MessageId``, ``Body``, ``Attributes``, ``MessageAttributes``.
        source: The logical id of the queue.
        seen: When it was seen, in epoch seconds.
        played: Whether no queue but the harness has had it.
    """
    sent = int(message["Attributes"].get("SentTimestamp", "0")) / 1000 or seen
    text = json.dumps(message, ensure_ascii=False, default=lambda content: base64.b64encode(content).decode())
    return Entry(kind="queue", source=source, id=message["MessageId"], text=text, sent=sent, seen=seen, played=played)
