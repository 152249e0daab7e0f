"""The taps of a stage: opened before the tests, read by pollers, closed in the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.errors import StageError, TapNotOpen, UnknownResource
from harness.journal import refusals
from harness.journal.collector import Collector
from harness.journal.creation import Creation
from harness.journal.entry import Kind
from harness.journal.hearing import Heard, hear, hear_bucket, hear_through, sources_of
from harness.journal.leading import Led, led_into, reader_of
from harness.journal.polling import AWS, EMBEDDED, Poller, Waiting
from harness.journal.stack_queue import StackQueue
from harness.journal.store import Store
from harness.journal.tap import Reader, Tap
from harness.system.model import System

__all__ = ["DEFAULT_BUS", "Taps"]

# Every account has it, and no template declares it.
DEFAULT_BUS = "default"

# The poller of the stack's own queue; no source can be called so.
_OWN = "stack-queue"

_TYPES: dict[str, Kind] = {
    "AWS::Events::EventBus": "bus",
    "AWS::SNS::Topic": "topic",
    "AWS::SQS::Queue": "queue",
    "AWS::Kinesis::Stream": "stream",
    "AWS::DynamoDB::Table": "table",
    "AWS::S3::Bucket": "bucket",
}


class Taps:
    """What is tapped of one stage, and the entries that came.

    Args:
        system: The system as its template declares it.
        cloud: Where the stage is.
        names: What its things are called there.
        run: What tells this process from every other, in letters and digits.
        tags: The tags of all that is created.
        queue: The logical id of a queue of the stage that hears some of its buses and topics; for these nothing is
            created.
        protected: Whether nothing may be created in the stage.
        muted: Whether the stage is one in which nothing that is published starts a function.
        patience: For how many seconds a tap may take to open. A new rule of EventBridge may take a minute to act
            (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html).
        waiting: Who waits for them, which says how often they are read and what may interrupt the waiting.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of a stage or of the run
        self,
        system: System,
        *,
        cloud: Cloud,
        names: Names,
        run: str,
        tags: Mapping[str, str] | None = None,
        queue: str = "",
        protected: bool = False,
        muted: bool = False,
        patience: float | None = None,
        waiting: Waiting | None = None,
    ) -> None:
        self.cloud = cloud
        self.store = Store(ahead=self._ahead)
        self.waiting = waiting or Waiting()
        self.run = run
        self._system = system
        self._names = names
        # A process may tap several stages whose logical ids are the same.
        self._run = f"{run}-{new_uuid()[:8]}"
        self._tags = dict(tags or {})
        self._queue = queue
        self._protected = protected
        self._muted = muted
        self._patience = patience or (10.0 if cloud.embedded else 120.0)
        self._pace = EMBEDDED if cloud.embedded else AWS
        self._pollers: dict[str, Poller] = {}
        self._readers: list[Reader] = []
        self._open: dict[str, Tap] = {}
        # Whose messages tell the cloud's clock; what they have told stays known when they are closed.
        self._clocks: list[Collector | StackQueue] = []
        # What there may be to take away, in the order in which it was created.
        self._created: list[Creation] = []
        self._hearings = 0

    @property
    def sources(self) -> dict[str, Kind]:
        """What can be tapped, by logical id."""
        found = {
            name: kind
            for type_, kind in _TYPES.items()
            for name in self._system.of_type(type_)
            if name in self._names.physical
        }
        return {**found, DEFAULT_BUS: "bus"}

    @property
    def opened(self) -> dict[str, Tap]:
        """The taps that are open, by logical id."""
        return dict(self._open)

    @property
    def trouble(self) -> Exception | None:
        """What a poller has met and has not yet got over, if anything."""
        return next((poller.trouble for poller in self._pollers.values() if poller.trouble), None)

    def _ahead(self) -> float:
        """Say by how many seconds the cloud's clock is ahead; the embedded cloud's is this machine's."""
        known = [clock.ahead for clock in self._clocks if clock.ahead is not None]
        return 0.0 if self.cloud.embedded else max(known, default=0.0)

    def open(self) -> None:
        """Tap every bus and every topic that the template declares; they are open when this returns.

        In a protected stage these are only those that lead into a queue of its own.

        Raises:
            TapNotOpen: One of them could not be created, or did not open in time.
        """
        heard = [name for name, kind in self.sources.items() if kind in ("bus", "topic") and name != DEFAULT_BUS]
        if self._protected:
            heard = [name for name in heard if self._is_led(name)]
        self.tap(*heard)

    def tap(self, *sources: str) -> None:
        """Tap sources, such as queues, streams, tables with a stream; twice does no harm.

        If it fails, what was open before stays open.

        Raises:
            UnknownResource: The template declares no such source.
            TapNotOpen: It cannot be tapped, or did not open in time.
        """
        __tracebackhide__ = True
        kinds = {source: self.kind(source) for source in sources if source not in self._open}
        heard = [source for source, kind in kinds.items() if kind in ("bus", "topic")]
        led = [source for source in heard if self._is_led(source)]
        others = [source for source in heard if source not in led]
        if others:
            self._refuse_protected(others)
        if led:
            self._hear_through(led, kinds)
        if others:
            self._hear(others, kinds)
        for source, kind in kinds.items():
            if kind == "bucket":
                self._hear_bucket(source)
            elif kind not in ("bus", "topic"):
                self._read(source, kind)

    def kind(self, source: str) -> Kind:
        """Give what kind of source a logical id is.

        Raises:
            UnknownResource: The template declares no such source.
        """
        __tracebackhide__ = True
        known = self.sources
        if source not in known:
            kinds = "bus, topic, queue, stream, table or bucket"
            raise UnknownResource(kinds, source, known=known, declared_in=self._system.template)
        return known[source]

    def _called(self, source: str) -> str:
        return self._names.physical.get(source, source)

    def _hear(self, sources: Iterable[str], kinds: Mapping[str, Kind]) -> None:
        """Hear buses and topics through a queue that is made for them."""
        self._hearings += 1
        name = f"hears-{self._hearings}"
        with self._all_or_nothing():
            heard = hear(
                buses={source: self._called(source) for source in sources if kinds[source] == "bus"},
                topics={source: self._names.physical[source] for source in sources if kinds[source] == "topic"},
                cloud=self.cloud,
                run=f"{self._run}-{self._hearings}",
                tags=self._tags,
                undo=self._created.append,
            )
            self._clocks.append(heard.reader)
            self._poll(heard.reader, name=name)
            self._await(heard, reading=self._pollers[name])
            self._open.update({tap.source: tap for tap in heard.taps})

    def _hear_bucket(self, source: str) -> None:
        """Hear of the objects of a bucket through a queue that is made for it."""
        self._refuse_to_configure(source)
        self._hearings += 1
        with self._all_or_nothing():
            heard = hear_bucket(
                source,
                bucket=self._names.physical[source],
                cloud=self.cloud,
                run=f"{self._run}-{self._hearings}",
                tags=self._tags,
                undo=self._created.append,
            )
            self._poll(heard.reader, name=source)
            self._await(heard, reading=self._pollers[source])
            self._open[source] = heard.taps[0]

    def _refuse_to_configure(self, bucket: str) -> None:
        self._refuse_protected([bucket])
        if not self.cloud.embedded:
            raise refusals.of_bucket(bucket, stack=self._names.stack)

    def _hear_through(self, sources: Iterable[str], kinds: Mapping[str, Kind]) -> None:
        """Hear buses and topics through the queue of the stack into which they lead."""
        heard = hear_through(
            self._stack_queue,
            buses=[source for source in sources if kinds[source] == "bus"],
            topics=[source for source in sources if kinds[source] == "topic"],
            led=self._led,
        )
        with self._all_or_nothing():
            if _OWN not in self._pollers:
                self._clocks.append(self._stack_queue)
                self._poll(self._stack_queue, name=_OWN)
            self._await(heard, reading=self._pollers[_OWN])
            self._open.update({tap.source: tap for tap in heard.taps})

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Take away what has been created since, and read it no more, if anything fails."""
        pollers, readers, created = dict(self._pollers), list(self._readers), len(self._created)
        try:
            yield
        except BaseException:
            for name in self._pollers.keys() - pollers.keys():
                self._pollers.pop(name).close()
            self._readers = readers
            self._take_away(since=created)
            raise

    def _of_kind(self, kind: Kind) -> list[str]:
        return [name for name, its_kind in self.sources.items() if its_kind == kind]

    @cached_property
    def _led(self) -> Led:
        """What is heard through the stack's own queue."""
        if not self._queue:
            return Led()
        queues = self._of_kind("queue")
        if self._queue not in queues:
            raise UnknownResource("queue", self._queue, known=queues, declared_in=self._system.template)
        return led_into(self._queue, system=self._system, account=self._names.account, region=self._names.region)

    def _is_led(self, source: str) -> bool:
        return source in self._led.buses or source in self._led.topics

    @cached_property
    def _stack_queue(self) -> StackQueue:
        buses = {source: self._called(source) for source in self._led.buses}
        topics = {source: self._called(source) for source in self._led.topics}
        url = self._names.physical[self._queue]
        return StackQueue(self.cloud, url=url, sources=sources_of(buses, topics))

    def _refuse_protected(self, sources: list[str]) -> None:
        if self._protected:
            raise refusals.of_protected(sources, stack=self._names.stack)

    def _await(self, heard: Heard, *, reading: Poller) -> None:
        """Wait until a sentinel has come back through each tap; one after the other is sent until then."""
        deadline = time.monotonic() + self._patience
        proofs = {tap.source: [tap.barrier()] for tap in heard.taps}
        pause = 0.05 if self.cloud.embedded else 0.5
        again = time.monotonic() + pause
        with self.waiting.begun():
            while closed := [source for source, asked in proofs.items() if not any(proof() for proof in asked)]:
                if isinstance(reading.trouble, StageError):
                    raise reading.trouble
                now = time.monotonic()
                if now > deadline:
                    raise self._not_open(closed, proofs, trouble=reading.trouble)
                if now > again:
                    pause = min(2 * pause, 5.0)
                    again = now + pause
                    for tap in heard.taps:
                        if tap.source in closed:
                            proofs[tap.source].append(tap.barrier())
                self.store.wait(self.store.position, timeout=min(again, deadline) - now)

    def _not_open(
        self, closed: Iterable[str], proofs: Mapping[str, list[Callable[[], bool]]], *, trouble: Exception | None
    ) -> TapNotOpen:
        stack, patience = self._names.stack, self._patience
        return refusals.not_in_time(closed, proofs, stack=stack, patience=patience, trouble=trouble)

    def _read(self, source: str, kind: Kind) -> None:
        from harness.journal.kinesis import StreamTap  # noqa: PLC0415 - most stages read buses and topics only
        from harness.journal.queues import QueueTap  # noqa: PLC0415 - most stages read buses and topics only
        from harness.journal.tables import TableTap  # noqa: PLC0415

        physical = self._names.physical[source]
        tap: QueueTap | StreamTap | TableTap
        if kind == "queue":
            self._refuse_to_look(source)
            tap = QueueTap(self.cloud, source=source, url=physical, partial=self._taken_from(source))
        elif kind == "stream":
            tap = StreamTap(self.cloud, source=source, stream=physical)
        else:
            tap = TableTap(self.cloud, source=source, table=physical)
        self._open[source] = tap
        self._poll(tap, name=source)

    def _refuse_to_look(self, queue: str) -> None:
        if self._protected and not self.cloud.embedded:
            raise refusals.of_queue(queue, stack=self._names.stack)

    def _taken_from(self, queue: str) -> str:
        """Say what cannot be seen of a queue: what a function takes and deletes between two looks."""
        if self._muted or not reader_of(queue, system=self._system):
            return ""
        return "a function reads it, so what comes may be gone before it is seen"

    def _poll(self, reader: Reader, *, name: str) -> None:
        self._readers.append(reader)
        self._pollers[name] = Poller(reader, store=self.store, waiting=self.waiting, pace=self._pace, name=name)

    def barrier(self, sources: Iterable[str] | None = None) -> Callable[[], bool]:
        """Ask for proof that all which has been sent by now has been read: of some sources, or of all that are open."""
        wanted = self._open if sources is None else sources
        proofs = [self._open[source].barrier() for source in wanted]
        return lambda: all(proof() for proof in proofs)

    def stop(self) -> None:
        """Stop reading, where the whole cloud goes, and with it all that was created."""
        self._read_no_more()
        for creation in self._created:
            creation.goes_with_its_cloud()

    def close(self) -> None:
        """Take away all that was created; the entries stay. Twice does no harm.

        What cannot be taken away is in the ledger with the reason, and another call tries again.
        """
        self._read_no_more()
        self._open.clear()
        self._readers.clear()
        self._take_away(since=0)

    def _read_no_more(self) -> None:
        for poller in self._pollers.values():
            poller.close()
        self._pollers.clear()

    def _take_away(self, *, since: int) -> None:
        """Undo in reverse what was created from there on: what leads into a queue goes before the queue does."""
        with ExitStack() as stack:
            for creation in self._created[since:]:
                stack.callback(self._take_one_away, creation)

    def _take_one_away(self, creation: Creation) -> None:
        creation.take_away()
        if not creation.may_be_there:
            self._created.remove(creation)
