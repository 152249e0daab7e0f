"""Batching windows: what a mapping gathers until a batch is full, or until a test waits for what comes of it.

Time is not waited out. A window ends early when the test waits, which it would do in AWS until the window is over.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from harness.errors import SystemFailure
from harness.modes.failures import raise_first
from harness.modes.mapped.batches import Piece
from harness.system.model import EventSourceMapping

__all__ = ["MOST_BYTES", "Windows", "cut", "has_window"]

# "The payload size reaches 6 MB. You cannot modify this limit."
MOST_BYTES = 6 * 1024 * 1024
_AROUND = len('{"Records": []}')
_BETWEEN = len(", ")

# Hands records to the function of a mapping, and says how often it was started.
Hand = Callable[[EventSourceMapping, Sequence[Piece]], int]


def has_window(mapping: EventSourceMapping, *, fifo: bool = False) -> bool:
    """Say whether a mapping gathers what it reads; that of a FIFO queue never does.

    "The batching window is not supported for FIFO queues":
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
    """
    return mapping.window > 0 and not fifo


def cut(pieces: Sequence[Piece], *, size: int) -> Iterator[tuple[list[Piece], bool]]:
    """Give pieces as batches, and say of each whether it is full: by its number, or by the limit of a payload."""
    batch: list[Piece] = []
    held = _AROUND
    for piece in pieces:
        length = len(json.dumps(piece.record)) + _BETWEEN
        if batch and held + length > MOST_BYTES:
            yield batch, True
            batch, held = [], _AROUND
        batch.append(piece)
        held += length
        if len(batch) >= max(1, size):
            yield batch, True
            batch, held = [], _AROUND
    if batch:
        yield batch, False


@dataclass(kw_only=True)
class _Gathered:
    """What a mapping has gathered of one shard."""

    mapping: EventSourceMapping
    began: float
    pieces: list[Piece] = field(default_factory=list)


class Windows:
    """What the mappings of streams and tables have gathered, each shard by itself.

    Args:
        hand: Hands records to the function of a mapping.
        clock: The monotonic clock.
    """

    def __init__(self, hand: Hand, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._hand = hand
        self._clock = clock
        self._gathered: dict[tuple[str, str], _Gathered] = {}

    def __bool__(self) -> bool:
        return bool(self._gathered)

    def gather(self, mapping: EventSourceMapping, pieces: Sequence[Piece], *, shard: str = "") -> int:
        """Take in records of a shard, hand on the batches that are full, and say how often the function was started.

        Raises:
            FunctionFailed: It failed for a full batch, and the mapping names nobody who is told.
        """
        __tracebackhide__ = True
        key = (mapping.name, shard)
        before = self._gathered.pop(key, None) or _Gathered(mapping=mapping, began=self._clock())
        began, gathered = before.began, before.pieces
        batches: list[tuple[list[Piece], bool]] = []
        if gathered and self._clock() - began >= mapping.window:
            batches.append((gathered, True))
            began, gathered = self._clock(), []
        batches += cut([*gathered, *pieces], size=mapping.batch_size)
        failures: list[SystemFailure] = []
        started = 0
        for batch, is_full in batches:
            if not is_full:
                self._gathered[key] = _Gathered(mapping=mapping, began=began, pieces=batch)
                continue
            try:
                started += self._hand(mapping, batch)
            except SystemFailure as failure:
                failures.append(failure)
            began = self._clock()  # "The next batching window begins as soon as the previous invocation completes."
        raise_first(failures)
        return started

    def end(self, *, only_over: bool = False) -> int:
        """Hand on what was gathered, and say how many functions were started.

        Args:
            only_over: Whether only windows end that really are over by now.

        Raises:
            FunctionFailed: One of them failed, and its mapping names nobody who is told.
        """
        __tracebackhide__ = True
        now = self._clock()
        ending = [
            (key, one) for key, one in self._gathered.items() if not only_over or now - one.began >= one.mapping.window
        ]
        failures: list[SystemFailure] = []
        started = 0
        for key, one in sorted(ending, key=lambda found: found[1].began):
            self._gathered.pop(key, None)
            try:
                started += self._hand(one.mapping, one.pieces)
            except SystemFailure as failure:
                failures.append(failure)
        raise_first(failures)
        return started

    def drop(self) -> None:
        """Forget what was gathered: the test that sent it is over."""
        self._gathered.clear()
