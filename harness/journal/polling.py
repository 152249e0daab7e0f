"""Threads that read what the taps bring: briskly while a test waits, lazily while none does."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from harness.errors import HarnessError
from harness.journal.store import Store
from harness.journal.tap import Reader

__all__ = ["AWS", "EMBEDDED", "Pace", "Poller", "Waiting", "pause_after"]

_LONGEST_PAUSE = 5.0
# So many readers may be read once in a lazy pause.
_TOGETHER = 2


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often a reader is read.

    Args:
        brisk: The pause between two reads while a test waits, in seconds.
        lazy: The pause while none waits. A reader that the service holds, and that so wants no pause of its own, has
            none: it is waiting already.
        wait: How long the service may hold a read until something comes.
    """

    brisk: float
    lazy: float
    wait: float


# A long poll of the embedded cloud wakes up to 0.1 s late, so it is asked again and again while a test waits. AWS
# answers a long poll at once, and a long poll costs nothing while nothing comes. A look into a queue hides what lies
# in it from its consumer, and a read of a shard takes from the five a second that all its readers share.
EMBEDDED = Pace(brisk=0.001, lazy=1.0, wait=0.0)
AWS = Pace(brisk=0.0, lazy=2.0, wait=5.0)


class Waiting:
    """Whether any test waits, and what wakes the pollers when one begins to."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting = 0
        self._pausing = 0

    @contextmanager
    def begun(self) -> Iterator[None]:
        """Be one who waits."""
        with self._changed:
            self._waiting += 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._waiting -= 1

    def pause(self, pace: Pace, *, least: float, over: threading.Event) -> None:
        """Pause as long as is fit: in a lazy pace until a test begins to wait, which is then served at once.

        Many readers pause longer, so that together they cost no more than a few.

        Args:
            pace: How often is read.
            least: The shortest pause that the reader allows, in seconds.
            over: Set when nothing is read any more.
        """
        began = time.monotonic()
        is_held = pace.wait and not least
        pause = max(pace.brisk, least)
        if not self._waiting and pace.lazy and not is_held:
            with self._changed:
                self._pausing += 1
                longest = pace.lazy * max(1.0, self._pausing / _TOGETHER)
                self._changed.wait_for(lambda: self._waiting or over.is_set(), timeout=longest)
                self._pausing -= 1
            pause = least
        rest = pause - (time.monotonic() - began)
        if rest > 0:
            over.wait(rest)

    def wake(self) -> None:
        """Let those who pause look whether it is over."""
        with self._changed:
            self._changed.notify_all()


def pause_after(failures: int) -> float:
    """Give how long to pause after so many failures in a row, in seconds; a service may be away for a night.

    >>> [pause_after(failures) for failures in (1, 2, 5_000)]
    [0.2, 0.4, 5.0]
    """
    # 2 to the power of 5,000 is more than a float holds.
    return min(_LONGEST_PAUSE, 0.1 * 2.0 ** min(failures, 10))


class Poller:
    """Reads one reader in a thread of its own, until it is closed.

    Args:
        reader: What is read.
        store: Where the entries go.
        waiting: Whether a test waits.
        pace: How often it is read.
        name: What the thread is called.
    """

    def __init__(self, reader: Reader, *, store: Store, waiting: Waiting, pace: Pace, name: str) -> None:
        self._reader = reader
        self._store = store
        self._waiting = waiting
        self._pace = pace
        self._over = threading.Event()
        self.trouble: Exception | None = None
        self._thread = threading.Thread(target=self._poll, name=f"harness-{name}", daemon=True)
        self._thread.start()

    def _poll(self) -> None:
        failures = 0
        while not self._over.is_set():
            try:
                entries = self._reader.read(wait=self._pace.wait)
                self._store.add(entries)
            except HarnessError as error:
                # What needs a person does not get better by asking again.
                self.trouble = error
                self._store.wake()
                return
            except Exception as error:  # noqa: BLE001 - a thread must not die in silence; who waits is told
                self.trouble = error
                failures += 1
                self._over.wait(pause_after(failures))
                continue
            self.trouble, failures = None, 0
            if entries:
                # The interpreter would let this thread put the next read together first, for up to 5 ms.
                time.sleep(0)
            else:
                self._store.wake()
                self._waiting.pause(self._pace, least=self._reader.pause, over=self._over)

    def close(self) -> None:
        """End the thread. One that a service holds is left to itself: it ends when the answer comes."""
        self._over.set()
        self._waiting.wake()
        self._thread.join(timeout=1.0)
