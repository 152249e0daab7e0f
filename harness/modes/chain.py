"""The chain of mode ``handler``: what the taps of a muted stage bring starts the local functions."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.errors import StageError
from harness.journal.entry import Entry
from harness.journal.taps import DEFAULT_BUS, Taps
from harness.modes.asynchronous import Asynchronous
from harness.modes.links import Invoke, each, ended, label, run
from harness.modes.mapped import MutedMappings
from harness.modes.mapped.records import taken_in
from harness.modes.messages import ItemChange, Outgoing, QueueMessage, StreamRecord, Upload
from harness.modes.notified import notified, notified_functions
from harness.modes.sending import place_of, put
from harness.modes.wiring import Start, Wiring
from harness.runtime.invocation import Invocation

__all__ = ["Chain"]

_RUNS_KEPT = 1000
_READ_TO_THE_END = (QueueMessage, StreamRecord, ItemChange, Upload)


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
        tell: Called with a sentence, once, when something cannot be started here.
        asynchronous: What Lambda does about what is started asynchronously; one attempt without it.
        back_within: For how many seconds what a test publishes may be on its way to the taps.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of a stage
        self,
        wiring: Wiring,
        *,
        cloud: Cloud,
        names: Names,
        taps: Taps,
        invoke: Invoke,
        tell: Callable[[str], None],
        asynchronous: Asynchronous | None = None,
        back_within: float = 10.0,
    ) -> None:
        self._wiring = wiring
        self._cloud = cloud
        self._names = names
        self._taps = taps
        self._invoke = invoke
        self._asynchronous = asynchronous
        self._tell = tell
        self._told: set[str] = set()
        self._back_within = back_within
        self._position = 0
        self._due: deque[Entry] = deque()
        self._from = 0.0
        self._runs: deque[_Run] = deque(maxlen=_RUNS_KEPT)
        self._of_tests: deque[str] = deque(maxlen=_RUNS_KEPT)
        self._path: tuple[str, ...] = ()
        self._delivering = threading.Lock()
        # Taps open without it, because every account has it and few systems use it; here its rules must be heard.
        if wiring.functions(DEFAULT_BUS):
            taps.tap(DEFAULT_BUS)
        for by, source in wiring.unheard(taps.sources).items():
            tell(f"{by} listens to {source}, which the template does not declare: in handler mode it starts nothing")
        for name in wiring.unplayed():
            tell(f"{name} is not played: in handler mode what comes to its source starts nothing")
        self._mappings = MutedMappings(
            wiring.system,
            cloud=cloud,
            names=names,
            store=taps.store,
            start=self._start,
            cause=self._cause,
            since=lambda: self._from,
            tell=asynchronous.tell if asynchronous else None,
        )
        self._tap_what_is_read()

    def _tap_what_is_read(self) -> None:
        known = self._taps.sources
        buckets = notified_functions(self._wiring.system).values()
        self._taps.tap(*[source for source in (*self._mappings.sources, *buckets) if source in known])
        for source in self._mappings.sources:
            if source not in known:
                self._tell(
                    f"{source} is read by a function, and the template does not declare it: "
                    "in handler mode it starts nothing"
                )

    def invoke(self, function: str, event: Mapping[str, Any]) -> Invocation:
        """Run a local function and remember when, so that what it publishes is known to be its own."""
        __tracebackhide__ = True
        with self.causing(function):
            return self._invoke(function, event)

    @contextmanager
    def causing(self, function: str, *, path: tuple[str, ...] | None = None) -> Iterator[None]:
        """Remember what is published meanwhile as a function's own, also what is told of it when it has ended.

        Args:
            function: The logical id.
            path: How it came to this; by default as it came to what is being delivered.
        """
        __tracebackhide__ = True
        began = time.time()
        before = self._path if path is None else path
        try:
            yield
        finally:
            self._runs.append(_Run(began=began, ended=time.time(), path=(*before, function)))

    def deliver(self) -> int:
        """Start the functions that are due for what has come by now, and say how many; in the caller's thread.

        Whoever calls this waits, which ends the batching windows of mappings.

        Raises:
            FunctionFailed: One of them ended in an error.
            NotHandedOn: A rule makes nothing of an event that its target could take.
            EndlessChain: There is no end of them.
        """
        __tracebackhide__ = True
        return self._deliver_all(waits=True)

    def _deliver_all(self, *, waits: bool) -> int:
        __tracebackhide__ = True
        # A handler that itself waits for the journal does not start others from within, nor does another thread.
        if not self._delivering.acquire(blocking=False):
            return 0
        started = 0
        try:
            while self._has_come():
                entry = self._due.popleft()
                if taken_in(entry) >= self._from:
                    started += self._deliver(entry)
            started += self._mappings.rest(waits=waits)
            if waits:
                # Last, so that what has just been started is in the batch.
                started += self._mappings.end_windows()
        finally:
            self._path = ()
            self._delivering.release()
        return started

    def _has_come(self) -> deque[Entry]:
        """Give what has come and was not delivered."""
        come, self._position = self._taps.store.after(self._position)
        self._due.extend(come)
        return self._due

    def _deliver(self, entry: Entry) -> int:
        """Start all functions that one entry starts, and say how many; what is no function has the cloud started."""
        __tracebackhide__ = True
        if self._mappings.reads(entry):
            return self._mappings.take([entry, *self._others_of(entry)])
        path = (*self._cause(entry), label(entry))
        started: list[str] = []

        def start_function(start: Start) -> None:
            __tracebackhide__ = True
            if self._wiring.is_function(start.to):
                started.append(start.to)
                self._path = path
                with self.causing(start.to):
                    run(start, entry=entry, path=path, invoke=self.invoke, asynchronous=self._asynchronous)
            elif self._wiring.is_foreign_function(start.to):
                self._tell_once(
                    f"{start.by} leads to {start.to}, a function that the template does not declare: it does not run"
                )

        is_told = entry.kind == "bucket"
        each(notified(self._wiring.system, entry) if is_told else self._wiring.starts(entry), start_function)
        return len(started)

    def _others_of(self, entry: Entry) -> list[Entry]:
        """Take what else has come of a source that is read in batches."""
        others = [one for one in self._due if (one.kind, one.source) == (entry.kind, entry.source)]
        self._due = deque(one for one in self._due if one not in others)
        return [one for one in others if taken_in(one) >= self._from]

    def _start(self, function: str, event: Mapping[str, Any], /, *, path: tuple[str, ...]) -> Invocation:
        """Run the local function of a mapping."""
        __tracebackhide__ = True
        ended(path)
        self._path = path
        return self.invoke(function, event)

    def _tell_once(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self._tell(sentence)

    def _cause(self, entry: Entry) -> tuple[str, ...]:
        """Give how it came to an entry; nothing when no function published it."""
        if entry.id in self._of_tests:
            return ()
        # SQS tells the time in whole milliseconds, rounded down.
        moment = taken_in(entry)
        for one in reversed(self._runs):
            if one.began - 0.001 <= moment <= one.ended:
                return one.path
        return ()

    def put(self, batch: Sequence[Outgoing]) -> list[str]:
        """Put what a test sends where it belongs, start the functions that it starts, and give the ids.

        Raises:
            FunctionFailed: One of them ended in an error.
        """
        __tracebackhide__ = True
        self._end_windows_that_are_over()
        source = place_of(batch[0])
        # Most tables have no stream.
        if not isinstance(batch[0], ItemChange):
            self._taps.tap(source)
        position = self._taps.store.position
        identities = put(batch, cloud=self._cloud, names=self._names)
        if not isinstance(batch[0], ItemChange) or source in self._taps.opened:
            self._bring(batch[0], identities, position=position)
        self._deliver_all(waits=False)
        return identities

    def _end_windows_that_are_over(self) -> None:
        __tracebackhide__ = True
        if not self._delivering.acquire(blocking=False):
            return
        try:
            self._mappings.end_windows(only_over=True)
        finally:
            self._path = ()
            self._delivering.release()

    def _bring(self, sent: Outgoing, identities: Sequence[str], *, position: int) -> None:
        """Wait until what a test has sent has come back, behind a position.

        A tap that reads to the end of its source has proof of it also for what does not come: a change of an item has
        no id before, one that changes nothing is not told, and a duplicate is not kept by a FIFO queue.
        """
        __tracebackhide__ = True
        source = place_of(sent)
        proof = self._taps.barrier([source]) if isinstance(sent, _READ_TO_THE_END) else _never
        deadline = time.monotonic() + self._back_within
        with self._taps.waiting.begun():
            store = self._taps.store
            while True:
                come = {entry.id for entry in store.since(position) if entry.source == source}
                if (identities[0] and come.issuperset(identities)) or proof():
                    break
                trouble = self._taps.trouble
                if isinstance(trouble, StageError):
                    raise trouble
                if time.monotonic() > deadline:
                    missing = next(one for one in identities if one not in come)
                    raise StageError(
                        f"What was published to {source!r} has not come back within {self._back_within:g} s.",
                        facts=[("id", missing), *([("reading failed with", trouble)] if trouble else [])],
                        remedy="is the embedded cloud overloaded? see: harness status",
                    )
                store.wait(store.position, timeout=0.05)
        # No function runs meanwhile: all that has come of the source is the test's own.
        self._of_tests.extend(entry.id for entry in store.since(position) if entry.source == source)

    def drop(self) -> None:
        """Forget what was sent by now and not delivered, also what comes later: the test that caused it is over.

        The cloud of a muted stage tells the time by this machine's clock, in whole milliseconds, rounded down.
        """
        self._has_come()
        self._due.clear()
        self._mappings.drop()
        self._from = time.time()


def _never() -> bool:
    return False
