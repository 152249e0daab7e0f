"""What a test did at the front doors: each verb, with its time."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

from harness.modes.exchange import Response
from harness.modes.sending.delivering import noted

__all__ = ["Act"]


class Act:
    """One verb of a stage while it runs, and afterwards what it came to.

    Args:
        verb: The name of the verb.
        what: At which door, in a few words: ``POST /orders``, ``EventBus order_placed``.
        sent: What went there, as it was given.
    """

    __slots__ = ("_noted", "_notes", "began", "came", "failed", "response", "seconds", "sent", "verb", "what")

    def __init__(self, verb: str, what: str, *, sent: Any = None) -> None:
        self.verb = verb
        self.what = what
        self.sent = sent
        self.response: Response | None = None
        # What came back of a verb that is no request: any value, or words about it.
        self.came: Any = None
        self.began = 0.0
        self.seconds = 0.0
        self.failed = False
        self._noted: AbstractContextManager[list[str]] = noted()
        self._notes: list[str] = []

    def __enter__(self) -> Act:
        self._notes = self._noted.__enter__()
        self.began = time.time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.time() - self.began
        self.failed = raised is not None
        self._noted.__exit__(kind, raised, trace)
        if self.came is None and self._notes:
            self.came = "; ".join(self._notes)
