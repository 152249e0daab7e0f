"""The taps of a stage: opened before the tests, read by pollers, closed in the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack

from harness._text import listed, new_uuid
from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.errors import StageError, TapNotOpen, UnknownResource
from harness.journal.entry import Kind
from harness.journal.hearing import Heard, hear, hear_through
from harness.journal.polling import AWS, EMBEDDED, Poller, Waiting
from harness.journal.store import Store
from harness.journal.tap import Reader, Tap
from harness.system.model import System

__all__ = ["DEFAULT_BUS", "Taps"]

# Every account has it, and no template declares it.
DEFAULT_BUS = "default"

_TYPES: dict[str, Kind] = {
    "AWS::Events::EventBus": "bus",
    "AWS::SNS::Topic": "topic",
    "AWS::SQS::Queue": "queue",
    "AWS::Kinesis::Stream": "stream",
    "AWS::DynamoDB::Table": "table",
}


class Taps:
    """What is tapped of one stage, and the entries that came.

    Args:
        system: The system as its template declares it.
        cloud: Where the stage is.
        names: What its things are called there.
        run: What tells this process from every other, in letters and digits.
        tags: The tags of all that is created.
        queue: The logical id of a queue of the stage that hears its buses and topics; then nothing is created for them.
        protected: Whether nothing may be created in the stage.
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
        patience: float | None = None,
        waiting: Waiting | None = None,
    ) -> None:
        self.cloud = cloud
        self.store = Store(one_clock=cloud.embedded)
        self.waiting = waiting or Waiting()
        self._system = system
        self._names = names
        # A process may tap several stages whose logical ids are the same.
        self._run = f"{run}-{new_uuid()[:4]}"
        self._tags = dict(tags or {})
        self._queue = queue
        self._protected = protected
        self._patience = patience or (10.0 if cloud.embedded else 120.0)
        self._pace = EMBEDDED if cloud.embedded else AWS
        self._pollers: dict[str, Poller] = {}
        self._readers: list[Reader] = []
        self._open: dict[str, Tap] = {}
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

    def open(self) -> None:
        """Tap every bus and every topic that the template declares; they are open when this returns.

        In a protected stage that happens only through a queue of its own.

        Raises:
            TapNotOpen: One of them could not be created, or did not open in time.
        """
        if self._protected and not self._queue:
            return
        self.tap(*(name for name, kind in self.sources.items() if kind in ("bus", "topic") and name != DEFAULT_BUS))

    def tap(self, *sources: str) -> None:
        """Tap sources, such as queues, streams, tables with a stream; twice does no harm.

        Raises:
            UnknownResource: The template declares no such source.
            TapNotOpen: It cannot be tapped, or did not open in time.
        """
        __tracebackhide__ = True
        kinds = {source: self.kind(source) for source in sources if source not in self._open}
        buses = {source: self._bus(source) for source, kind in kinds.items() if kind == "bus"}
        topics = {source: self._names.physical[source] for source, kind in kinds.items() if kind == "topic"}
        if buses or topics:
            self._hear(buses, topics)
        for source, kind in kinds.items():
            if kind not in ("bus", "topic"):
                self._read(source, kind)

    def kind(self, source: str) -> Kind:
        """Give what kind of source a logical id is.

        Raises:
            UnknownResource: The template declares no such source.
        """
        __tracebackhide__ = True
        known = self.sources
        if source not in known:
            kinds = "bus, topic, queue, stream or table"
            raise UnknownResource(kinds, source, known=known, declared_in=self._system.template)
        return known[source]

    def _bus(self, source: str) -> str:
        return self._names.physical.get(source, source)

    def _hear(self, buses: Mapping[str, str], topics: Mapping[str, str]) -> None:
        self._hearings += 1
        if self._queue and self._hearings == 1:
            heard = hear_through(self._stack_queue(), buses=buses, topics=topics, cloud=self.cloud)
        else:
            self._refuse_protected([*buses, *topics])
            run = f"{self._run}-{self._hearings}"
            heard = hear(buses=buses, topics=topics, cloud=self.cloud, run=run, tags=self._tags)
        self._poll(heard.reader, name=f"hears-{self._hearings}")
        self._open.update({tap.source: tap for tap in heard.taps})
        try:
            self._await(heard)
        except BaseException:
            self.close()
            raise

    def _of_kind(self, kind: Kind) -> list[str]:
        return [name for name, its_kind in self.sources.items() if its_kind == kind]

    def _stack_queue(self) -> str:
        queues = self._of_kind("queue")
        if self._queue not in queues:
            raise UnknownResource("queue", self._queue, known=queues, declared_in=self._system.template)
        return self._names.physical[self._queue]

    def _refuse_protected(self, sources: list[str]) -> None:
        if self._protected:
            raise TapNotOpen(
                f"The stage is protected, so nothing is created in it to tap {listed(sources)!r}.",
                facts=[("stage", self._names.stack)],
                remedy="if the stack has a queue that hears its buses and topics, name it: "
                'test_queue = "…" in [tool.harness.systems.<name>] of pyproject.toml',
            )

    def _await(self, heard: Heard) -> None:
        """Wait until a sentinel has come back through each tap; one after the other is sent until then."""
        deadline = time.monotonic() + self._patience
        proofs = {tap.source: [tap.barrier()] for tap in heard.taps}
        pause = 0.05 if self.cloud.embedded else 0.5
        again = time.monotonic() + pause
        with self.waiting.begun():
            while closed := [source for source, asked in proofs.items() if not any(proof() for proof in asked)]:
                self._raise_trouble()
                now = time.monotonic()
                if now > deadline:
                    raise self._not_open(closed, proofs)
                if now > again:
                    pause = min(2 * pause, 5.0)
                    again = now + pause
                    for tap in heard.taps:
                        if tap.source in closed:
                            proofs[tap.source].append(tap.barrier())
                self.store.wait(self.store.position, timeout=min(again, deadline) - now)

    def _not_open(self, closed: Iterable[str], proofs: Mapping[str, list[Callable[[], bool]]]) -> TapNotOpen:
        return TapNotOpen(
            f"No sentinel has come back through {listed(closed)!r} within {self._patience:g} s.",
            facts=[
                ("sentinels sent", max(len(proofs[source]) for source in closed)),
                ("stage", self._names.stack),
                *([("reading failed with", self.trouble)] if self.trouble else []),
            ],
            remedy="does a policy of the account keep rules or topics from sending to a queue? run it again to be sure",
        )

    def _raise_trouble(self) -> None:
        trouble = self.trouble
        if isinstance(trouble, StageError):
            raise trouble

    def _read(self, source: str, kind: Kind) -> None:
        from harness.journal.kinesis import StreamTap  # noqa: PLC0415 - most stages read buses and topics only
        from harness.journal.queues import QueueTap  # noqa: PLC0415 - most stages read buses and topics only
        from harness.journal.tables import TableTap  # noqa: PLC0415

        physical = self._names.physical[source]
        tap: QueueTap | StreamTap | TableTap
        if kind == "queue":
            tap = QueueTap(self.cloud, source=source, url=physical)
        elif kind == "stream":
            tap = StreamTap(self.cloud, source=source, stream=physical)
        else:
            tap = TableTap(self.cloud, source=source, table=physical)
        self._open[source] = tap
        self._poll(tap, name=source)

    def _poll(self, reader: Reader, *, name: str) -> None:
        self._readers.append(reader)
        self._pollers[name] = Poller(reader, store=self.store, waiting=self.waiting, pace=self._pace, name=name)

    def barrier(self, sources: Iterable[str] | None = None) -> Callable[[], bool]:
        """Ask for proof that all which has been sent by now has been read: of some sources, or of all that are open."""
        wanted = self._open if sources is None else sources
        proofs = [self._open[source].barrier() for source in wanted]
        return lambda: all(proof() for proof in proofs)

    def stop(self) -> None:
        """Stop reading; what was created stays, as where the whole cloud goes."""
        for poller in self._pollers.values():
            poller.close()
        self._pollers.clear()

    def close(self) -> None:
        """Take away all that was created; the entries stay. Twice does no harm.

        Raises:
            StageError: Something could not be taken away; all else was, and another call tries again.
        """
        self.stop()
        with ExitStack() as undo:
            for reader in self._readers:
                undo.callback(reader.close)
            for tap in self._open.values():
                undo.callback(tap.close)
        self._open.clear()
        self._readers.clear()
