"""The mappings of a stage that is not muted, played for what a test sends: nothing of it reaches the deployed ones."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from harness.cloud.attributes import scope
from harness.cloud.names import Names
from harness.errors import SystemFailure
from harness.events import kinesis, sqs
from harness.journal.entry import Entry
from harness.journal.queues import entry_of
from harness.journal.store import Store
from harness.modes.asynchronous import Tell
from harness.modes.failures import raise_first
from harness.modes.links import label
from harness.modes.mapped.batches import Piece, Start
from harness.modes.mapped.finding import mappings_by_source, queue_of, redrives
from harness.modes.mapped.giving_up import abandoning
from harness.modes.mapped.queues import drain
from harness.modes.mapped.records import record_entry
from harness.modes.mapped.shards import ShardReading
from harness.modes.mapped.windows import Windows, cut, has_window
from harness.modes.messages import QueueMessage, StreamRecord
from harness.modes.quotas import insist_on_queued, insist_on_record
from harness.system.intrinsics import resolve
from harness.system.model import EventSourceMapping, Queue, System

__all__ = ["PlayedMappings"]

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
_SAME_WITHIN = 300.0


class SendOn(Protocol):
    """Brings messages to a queue: to one that is mapped by playing, to any other really."""

    def __call__(self, batch: Sequence[QueueMessage], /, *, path: tuple[str, ...]) -> object:
        """Bring them, with how it came to this."""
        ...


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    """A message in a played queue."""

    message: QueueMessage
    piece: Piece
    receives: int = 0


@dataclass(kw_only=True)
class _PlayedQueue:
    """A queue in this process: it counts receives, and hands on what was received too often."""

    queue: Queue
    dead: Callable[[_Waiting], object]
    waiting: deque[_Waiting] = field(default_factory=deque)
    held: dict[str, _Waiting] = field(default_factory=dict)
    began: float = 0.0

    @property
    def redrives(self) -> bool:
        """Whether a message that fails again and again leaves it for another queue."""
        return redrives(self.queue)

    def receive(self, most: int) -> list[Piece]:
        """Give so many messages at most, oldest first."""
        received = [self.waiting.popleft() for _ in range(min(most, len(self.waiting)))]
        self.held = {one.piece.id: replace(one, receives=one.receives + 1) for one in received}
        return [_received(one) for one in self.held.values()]

    def delete(self, pieces: Sequence[Piece]) -> None:
        """Take messages out for good."""
        for piece in pieces:
            self.held.pop(piece.id)

    def release(self, pieces: Sequence[Piece]) -> None:
        """Drop them: the queue is that of one sending, which has ended with an error."""
        self.delete(pieces)

    def put_back(self, pieces: Sequence[Piece]) -> None:
        """Put messages back at the head, so that none of a group passes them."""
        again = [self.held.pop(piece.id) for piece in pieces]
        dead = [one for one in again if one.receives >= (self.queue.receives or 0)]
        self.waiting.extendleft(reversed([one for one in again if one not in dead]))
        for one in dead:
            self.dead(one)


def _received(waiting: _Waiting) -> Piece:
    attributes = waiting.piece.record["attributes"] | {"ApproximateReceiveCount": str(waiting.receives)}
    return replace(waiting.piece, record={**waiting.piece.record, "attributes": attributes})


class PlayedMappings:
    """Plays queues and streams for the functions that read them.

    Args:
        system: The system as its template declares it.
        names: What its things are called in the stage.
        store: Where entries go.
        start: Runs a function.
        send_on: Brings to its dead-letter queue what was received too often.
        tell: Brings a letter to the destination of a mapping; None where nobody can.
        clock: The monotonic clock.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of a stage
        self,
        system: System,
        *,
        names: Names,
        store: Store,
        start: Start,
        send_on: SendOn,
        tell: Tell | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._system = system
        self._names = names
        self._store = store
        self._start = start
        self._send_on = send_on
        self._abandon = abandoning(names, tell=tell)
        self._scope = scope(system, names)
        self._mappings = mappings_by_source(system)
        self._sent: dict[tuple[str, str, str], tuple[float, str]] = {}
        self._clock = clock
        self._gathered: dict[str, _PlayedQueue] = {}
        self._windows = Windows(self._hand, clock=clock)

    def reads(self, source: str) -> bool:
        """Say whether a function reads a source."""
        return source in self._mappings

    def send(self, batch: Sequence[QueueMessage], *, path: tuple[str, ...] = ()) -> list[str]:
        """Play messages in a queue, and give their ids; within a batching window they lie there until `end_windows`.

        Raises:
            NotPublished: SQS would not take one of them.
            FunctionFailed: The function failed, and no redrive policy cares.
        """
        __tracebackhide__ = True
        name = batch[0].queue
        fifo = self._names.physical[name].endswith(".fifo")
        for message in batch:
            insist_on_queued(message, fifo=fifo, deduplicates=self._deduplicates(name))
        ids: list[str] = []
        come: list[_Waiting] = []
        for message in batch:
            waiting = self._waiting(message, path=path)
            known = self._known(message, waiting.piece) if fifo else None
            ids.append(known or waiting.piece.id)
            if known is None:
                come.append(waiting)
        self._store.add(one.piece.entry for one in come)
        if has_window(self._mappings[name][0], fifo=fifo):
            self._gather(name, come)
        else:
            queue = _PlayedQueue(queue=queue_of(self._system, name), dead=self._dead)
            queue.waiting.extend(come)
            self._drain(name, queue)
        return ids

    def _drain(self, name: str, queue: _PlayedQueue, *, goes_on: Callable[[], bool] = lambda: True) -> int:
        __tracebackhide__ = True
        mapping = self._mappings[name][0]
        patterns = resolve(list(mapping.filters), self._scope)
        return drain(mapping, queue, patterns=patterns, start=self._start, goes_on=goes_on)

    def _gather(self, name: str, come: Sequence[_Waiting]) -> None:
        """Put messages into a queue until a batch of them is full, and hand that on."""
        __tracebackhide__ = True
        self._end_queue(name, only_over=True)
        mapping = self._mappings[name][0]
        queue = self._gathered.pop(name, None)
        if queue is None:
            queue = _PlayedQueue(queue=queue_of(self._system, name), dead=self._dead, began=self._clock())
        queue.waiting.extend(come)

        def is_full() -> bool:
            pieces = [one.piece for one in queue.waiting]
            return any(full for _, full in cut(pieces, size=mapping.batch_size))

        was_full = is_full()
        try:
            self._drain(name, queue, goes_on=is_full)
        finally:
            if was_full:  # "The next batching window begins as soon as the previous function invocation completes."
                queue.began = self._clock()
            # Dead letters may have come back to it meanwhile.
            again = self._gathered.pop(name, None)
            queue.waiting.extend(again.waiting if again else ())
            if queue.waiting:
                self._gathered[name] = queue

    def _end_queue(self, name: str, *, only_over: bool) -> int:
        __tracebackhide__ = True
        queue = self._gathered.get(name)
        if queue is None or (only_over and self._clock() - queue.began < self._mappings[name][0].window):
            return 0
        del self._gathered[name]
        return self._drain(name, queue)

    @property
    def has_windows(self) -> bool:
        """Whether a mapping of the system has a batching window."""
        return any(has_window(one) for mappings in self._mappings.values() for one in mappings)

    @property
    def gathers(self) -> bool:
        """Whether something was gathered within a batching window and not handed on."""
        return bool(self._gathered or self._windows)

    def end_windows(self) -> int:
        """Hand on what was gathered within batching windows, and say how many functions were started.

        Raises:
            FunctionFailed: A function failed, and nobody takes care of it.
        """
        __tracebackhide__ = True
        failures: list[SystemFailure] = []
        started = 0
        while self.gathers:  # What failed may be sent on to another queue that is mapped.
            for name in [*self._gathered]:
                try:
                    started += self._end_queue(name, only_over=False)
                except SystemFailure as failure:
                    failures.append(failure)
            try:
                started += self._windows.end()
            except SystemFailure as failure:
                failures.append(failure)
        raise_first(failures)
        return started

    def drop(self) -> None:
        """Forget what was gathered: the test that sent it is over."""
        self._gathered.clear()
        self._windows.drop()

    def _deduplicates(self, queue: str) -> bool:
        return str(self._property(queue, "ContentBasedDeduplication")).lower() == "true"

    def _property(self, queue: str, name: str) -> Any:
        resource = self._system.resources.get(queue)
        return resolve(resource.properties.get(name), self._scope) if resource else None

    def _waiting(self, message: QueueMessage, *, path: tuple[str, ...]) -> _Waiting:
        record = sqs.record(
            message.body,
            queue_arn=resolve({"Fn::GetAtt": [message.queue, "Arn"]}, self._scope),
            attributes=message.attributes,
            sent=time.time() + self._store.ahead,
            group=message.group,
            deduplication=message.deduplication,
        )
        if message.left:
            # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
            record["attributes"]["DeadLetterQueueSourceArn"] = message.left
        told = {name: value for name, value in record["attributes"].items() if not name.startswith("Approximate")}
        shown = {
            "MessageId": record["messageId"],
            "Body": message.body,
            "Attributes": told,
            "MessageAttributes": {name: dict(one) for name, one in message.attributes.items()},
        }
        entry = entry_of(shown, source=message.queue, seen=time.time(), played=True)
        piece = Piece(id=record["messageId"], record=record, entry=entry, path=(*path, label(entry)))
        return _Waiting(message=message, piece=piece)

    def _known(self, message: QueueMessage, piece: Piece) -> str | None:
        """Give the id of the message of which this one is a duplicate; SQS takes it, and delivers it not again."""
        now = time.monotonic()
        by_group = self._property(message.queue, "DeduplicationScope") == "messageGroup"
        group = str(message.group) if by_group else ""
        key = (message.queue, group, piece.record["attributes"]["MessageDeduplicationId"])
        moment, identity = self._sent.get(key, (0.0, ""))
        if identity and now - moment < _SAME_WITHIN:
            return identity
        self._sent[key] = (now, piece.id)
        return None

    def _dead(self, waiting: _Waiting) -> None:
        __tracebackhide__ = True
        queue = queue_of(self._system, waiting.message.queue)
        left = str(waiting.piece.record["eventSourceARN"])
        message = replace(waiting.message, queue=str(queue.dead_letters), left=left)
        if message.group is not None:
            message = replace(message, deduplication=waiting.piece.record["attributes"]["MessageDeduplicationId"])
        self._send_on([message], path=waiting.piece.path)

    def put_records(self, batch: Sequence[StreamRecord]) -> list[str]:
        """Play records of a stream, in one shard, and give their sequence numbers.

        Raises:
            NotPublished: Kinesis would not take one of them.
            FunctionFailed: A function failed, and the mapping names nobody who is told.
        """
        __tracebackhide__ = True
        for record in batch:
            insist_on_record(record)
        pieces = [self._recorded(record) for record in batch]
        self._store.add(piece.entry for piece in pieces)
        self.hand_on(batch[0].stream, pieces)
        return [piece.id for piece in pieces]

    def hand_on(self, source: str, pieces: Sequence[Piece]) -> None:
        """Hand records of one shard to each function that reads a stream or a table.

        Raises:
            FunctionFailed: A function failed, and the mapping names nobody who is told.
        """
        __tracebackhide__ = True
        failures: list[SystemFailure] = []
        for mapping in self._mappings[source]:
            try:
                if has_window(mapping):
                    self._windows.gather(mapping, self._reading(mapping).wanted(pieces))
                else:
                    self._hand(mapping, pieces)
            except SystemFailure as failure:
                failures.append(failure)
        raise_first(failures)

    def _hand(self, mapping: EventSourceMapping, pieces: Sequence[Piece]) -> int:
        __tracebackhide__ = True
        reading = self._reading(mapping)
        reading.hand(pieces)
        return reading.started

    def _reading(self, mapping: EventSourceMapping) -> ShardReading:
        patterns: Any = resolve(list(mapping.filters), self._scope)
        return ShardReading(
            mapping,
            patterns=patterns,
            start=self._start,
            abandon=self._abandon,
            role=self._names.functions[mapping.function].role,
            now=self._now,
        )

    def readers(self, source: str) -> list[tuple[str, str]]:
        """Give the mappings that read a source, each with its function."""
        return [(mapping.name, mapping.function) for mapping in self._mappings.get(source, [])]

    def _now(self) -> float:
        return time.time() + self._store.ahead

    def _recorded(self, record: StreamRecord) -> Piece:
        arn = resolve({"Fn::GetAtt": [record.stream, "Arn"]}, self._scope)
        made = kinesis.record(record.data, key=record.key, stream_arn=arn, arrived=self._now())
        entry: Entry = record_entry(made, source=record.stream)
        return Piece(id=entry.id, record=made, entry=entry, path=(label(entry),))
