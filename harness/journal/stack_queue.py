"""A queue of the stack itself, such as one that a template has for its tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.cloud.account import Cloud
from harness.journal.asking import asked, opened
from harness.journal.entry import Entry, Kind
from harness.journal.envelopes import Sources
from harness.journal.letters import later, send_token, told_apart
from harness.journal.looking import Looking, looking_into

__all__ = ["StackQueue", "StackTap"]


class StackQueue:
    """A queue of the stack that hears its buses and topics.

    Other runs may read it too, so it is looked into and nothing is taken: each run sees all messages, those of before
    it began included. For what a look does in AWS, and why it needs a queue without a redrive policy, see `Sweep`.

    Args:
        cloud: Where it is.
        url: Its URL.
        sources: Which sources lead into it.
        looking: How to look into it; by default what the cloud allows.

    Attributes:
        ahead: By how many seconds at least the cloud's clock is ahead of this machine's, by the sentinels of this
            process: all else may have lain there for long. None before the first.

    Raises:
        TapNotOpen: There is no such queue, or a look would move its messages to another.
    """

    def __init__(self, cloud: Cloud, *, url: str, sources: Sources, looking: Looking | None = None) -> None:
        self._cloud = cloud
        self._sqs = cloud.client("sqs")
        self._what = f"queue {url.rpartition('/')[2]!r}"
        self._sources = sources
        self._seen: set[str] = set()
        self._sentinels: dict[str, str] = {}
        self._sent: set[str] = set()
        self._proven: set[str] = set()
        # Proven by the last look, whose entries are in the journal only when the next one begins.
        self._untold: set[str] = set()
        self.ahead: float | None = None
        self.url = url
        with opened(cloud, what=self._what):
            self._looking = looking or looking_into(cloud, url=url)
        self.pause = self._looking.pause

    def read(self, *, wait: float) -> list[Entry]:
        """Give the entries of messages that were not there at the last look."""
        self._proven |= self._untold
        sent = self._sent.copy()
        with asked(self._cloud, what=self._what):
            sight = self._looking.look(wait=wait)
        self.pause = self._looking.pause
        seen = time.time()
        shown = {message["MessageId"]: message for message in sight.messages}
        new = [message for identity, message in shown.items() if identity not in self._seen]
        entries, tokens = told_apart(new, seen=seen, sources=self._sources)
        for identity, token in tokens.items():
            if token in self._sent:
                self.ahead = later(self.ahead, shown[identity], seen=seen)
        self._seen.update(shown)
        self._sentinels |= tokens
        # A look that has begun before the sentinel was sent may have passed by what was sent before it.
        found = {self._sentinels[identity] for identity in shown if identity in self._sentinels} & sent
        self._untold = found if sight.complete else set()
        if not entries:
            self._proven |= self._untold
        return entries

    def barrier(self) -> Callable[[], bool]:
        """Send a sentinel; it proves when a complete look shows it that has begun after it was sent."""
        token = send_token(self._sqs, url=self.url, cloud=self._cloud)
        self._sent.add(token)
        return lambda: token in self._proven

    def close(self) -> None:
        """Leave the queue as it is: it is the stack's."""


@dataclass(kw_only=True)
class StackTap:
    """A source that the stack's own rule or subscription leads into its own queue; both stand since its deployment.

    What that rule admits is the stack's business, so a sentinel could not pass it for sure: it goes straight into the
    queue.

    Args:
        kind: What kind of source.
        source: Its logical id.
        queue: The queue.
        partial: What of the source does not come into the queue, as a sentence; empty when all does.
        admitted: The patterns of what comes then.
    """

    kind: Kind
    source: str
    queue: StackQueue
    partial: str = ""
    admitted: tuple[Mapping[str, Any], ...] = ()

    def barrier(self) -> Callable[[], bool]:
        """Send a sentinel, and give what says whether a look has shown it."""
        return self.queue.barrier()

    def close(self) -> None:
        """Leave everything as it is."""
