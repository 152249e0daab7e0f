"""The chain of mode ``handler``: what the taps of a muted stage bring starts the local functions."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.errors import FunctionFailed, StageError
from harness.journal.entry import Entry
from harness.journal.taps import Taps
from harness.modes.links import Invoke, label, run
from harness.modes.messages import BusEvent, TopicMessage
from harness.modes.sending import put_event, put_message
from harness.modes.wiring import Wiring
from harness.runtime.invocation import Invocation

__all__ = ["Chain"]

_BACK_WITHIN = 10.0
_RUNS_KEPT = 1000


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One invocation in this process: what it publishes carries a time within it."""

    began: float
    ended: float
    path: tuple[str, ...]


class Chain:
    """Hands what has been published to the local functions that the template starts with it.

    The stage is muted and this process's own, so all that its taps bring was caused by this process. One function runs
    at a time, so the time at which the cloud took an entry in tells which one published it.

    Args:
        wiring: What an entry starts.
        cloud: The cloud of the stage.
        names: What its things are called there.
        taps: What brings the entries.
        invoke: Runs a local function.
    """

    def __init__(self, wiring: Wiring, *, cloud: Cloud, names: Names, taps: Taps, invoke: Invoke) -> None:
        self._wiring = wiring
        self._cloud = cloud
        self._names = names
        self._taps = taps
        self._invoke = invoke
        self._position = 0
        self._runs: deque[_Run] = deque(maxlen=_RUNS_KEPT)
        self._path: tuple[str, ...] = ()
        self._delivering = False

    def invoke(self, function: str, event: Mapping[str, Any]) -> Invocation:
        """Run a local function and remember when, so that what it publishes is known to be its own."""
        __tracebackhide__ = True
        began = time.time()
        try:
            return self._invoke(function, event)
        finally:
            self._runs.append(_Run(began=began, ended=time.time(), path=(*self._path, function)))

    def deliver(self) -> int:
        """Start the functions that are due for what has come by now, and say how many; in the caller's thread.

        Raises:
            FunctionFailed: One of them ended in an error.
            EndlessChain: There is no end of them.
        """
        __tracebackhide__ = True
        if self._delivering:  # A handler that itself waits for the journal does not start others from within.
            return 0
        self._delivering = True
        started = 0
        try:
            while pending := self._taps.store.since(self._position):
                for entry in pending:
                    self._position += 1
                    started += self._deliver(entry)
        finally:
            self._delivering = False
            self._path = ()
        return started

    def _deliver(self, entry: Entry) -> int:
        """Start all functions that one entry starts, as AWS does whatever becomes of one of them."""
        __tracebackhide__ = True
        path = (*self._cause(entry), label(entry))
        failed: FunctionFailed | None = None
        started = 0
        for start in self._wiring.starts(entry):
            if self._wiring.is_function(start.to):
                started += 1
                self._path = path
                try:
                    run(start, entry=entry, path=path, invoke=self.invoke)
                except FunctionFailed as error:
                    failed = failed or error
        if failed is not None:
            raise failed
        return started

    def _cause(self, entry: Entry) -> tuple[str, ...]:
        """Give how it came to an entry; nothing when no function published it."""
        # SQS tells the time in whole milliseconds, rounded down.
        for one in reversed(self._runs):
            if one.began - 0.001 <= entry.sent <= one.ended:
                return one.path
        return ()

    def publish(self, event: BusEvent) -> str:
        """Put an event on the bus, start the functions that it starts, and give its id.

        Raises:
            FunctionFailed: One of them ended in an error.
        """
        __tracebackhide__ = True
        self._taps.tap(event.bus)
        identity = put_event(event, cloud=self._cloud, names=self._names)
        self._bring(event.bus, identity)
        return identity

    def notify(self, message: TopicMessage) -> str:
        """Publish a message to the topic, start the functions that it starts, and give its id.

        Raises:
            FunctionFailed: One of them ended in an error.
        """
        __tracebackhide__ = True
        self._taps.tap(message.topic)
        identity = put_message(message, cloud=self._cloud, names=self._names)
        self._bring(message.topic, identity)
        return identity

    def _bring(self, source: str, identity: str) -> None:
        """Wait until what a test has published has come back, and start what it starts."""
        __tracebackhide__ = True
        deadline = time.monotonic() + _BACK_WITHIN
        with self._taps.waiting.begun():
            while not self._has_come(source, identity):
                if time.monotonic() > deadline:
                    raise StageError(
                        f"What was published to {source!r} has not come back within {_BACK_WITHIN:g} s.",
                        facts=[("id", identity), ("reading failed with", self._taps.trouble or "nothing")],
                        remedy="is the embedded cloud overloaded? see: harness status",
                    )
                self._taps.store.wait(self._taps.store.position, timeout=0.05)
        self.deliver()

    def _has_come(self, source: str, identity: str) -> bool:
        pending = self._taps.store.since(self._position)
        return any((entry.source, entry.id) == (source, identity) for entry in pending)

    def drop(self) -> None:
        """Forget what has come and was not delivered: the test that caused it is over."""
        self._position = self._taps.store.position
