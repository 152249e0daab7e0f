"""Threads that read: lazily while nobody waits, briskly while somebody does, and never dead in silence."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from harness.errors import TapNotOpen
from harness.journal.entry import Entry
from harness.journal.polling import AWS, EMBEDDED, Pace, Poller, Waiting, pause_after
from harness.journal.store import Store

NUMBERS = itertools.count(1)
Answer = list[Entry] | Exception


def entry() -> Entry:
    number = next(NUMBERS)
    return Entry(kind="bus", source="EventBus", id=str(number), text="{}", sent=number, seen=number)


class Source:
    """A reader that gives what it is told to, then nothing, and counts."""

    def __init__(self, *answers: Answer, pause: float = 0.0, holds: bool = False) -> None:
        self.answers = list(answers)
        self.pause = pause
        self.holds = holds
        self.reads = 0
        self.released = threading.Event()

    def read(self, *, wait: float) -> list[Entry]:
        self.reads += 1
        answer = self.answers.pop(0) if self.answers else []
        if isinstance(answer, Exception):
            raise answer
        if self.holds and not answer:
            self.released.wait(wait)
        return answer

    def close(self) -> None:
        self.released.set()


class Broken(Store):
    """A store that fails once."""

    failed = False

    def add(self, entries: object) -> None:
        if entries and not self.failed:
            self.failed = True
            raise MemoryError
        super().add(entries)  # type: ignore[arg-type]


Polling = Callable[..., Poller]


@pytest.fixture
def polling() -> Iterator[Polling]:
    """Polls readers, and stops."""
    pollers: list[Poller] = []

    def start(
        source: Source, *, store: Store | None = None, waiting: Waiting | None = None, pace: Pace = EMBEDDED
    ) -> Poller:
        pollers.append(Poller(source, store=store or Store(), waiting=waiting or Waiting(), pace=pace, name="test"))
        return pollers[-1]

    yield start
    for poller in pollers:
        poller.close()


def until(done: Callable[[], object], *, within: float = 5.0) -> bool:
    deadline = time.monotonic() + within
    while not done() and time.monotonic() < deadline:
        time.sleep(0.005)
    return bool(done())


def test_it_reads_lazily_while_nobody_waits(polling: Polling) -> None:
    """Once a second, not as fast as it can."""
    source = Source()
    polling(source)

    time.sleep(1.3)

    assert 1 <= source.reads <= 3


def test_many_readers_cost_no_more_than_a_few(polling: Polling) -> None:
    """Each of a dozen is read a quarter as often as one alone would be."""
    sources, waiting = [Source() for _ in range(12)], Waiting()
    for source in sources:
        polling(source, waiting=waiting, pace=Pace(brisk=0.001, lazy=0.1, wait=0.0))

    time.sleep(1.5)

    assert all(source.reads >= 2 for source in sources)
    assert sum(source.reads for source in sources) < 12 * 10


def test_it_reads_briskly_while_somebody_waits(polling: Polling) -> None:
    """It begins at once, although it paused for a second."""
    source, waiting = Source(), Waiting()
    polling(source, waiting=waiting)
    assert until(lambda: source.reads == 1)
    time.sleep(0.05)

    with waiting.begun():
        assert until(lambda: source.reads > 50, within=0.9)

    reads = source.reads
    time.sleep(0.5)
    assert source.reads - reads <= 3


def test_it_keeps_the_pause_that_a_service_wants(polling: Polling) -> None:
    """However brisk: five reads of a shard a second is the limit of Kinesis."""
    source, waiting = Source(pause=0.2), Waiting()

    with waiting.begun():
        polling(source, waiting=waiting)
        time.sleep(1.0)

    assert 3 <= source.reads <= 6


def test_a_service_that_holds_a_read_is_asked_again_at_once(polling: Polling) -> None:
    """In AWS a long poll is the pause."""
    source = Source(holds=True)
    polling(source, pace=Pace(brisk=0.0, lazy=0.0, wait=0.1))

    assert until(lambda: source.reads >= 3, within=2.0)
    assert source.reads < 30
    assert (5.0, 0.0) == (AWS.wait, EMBEDDED.wait)


def test_in_aws_a_look_is_lazy_while_nobody_waits(polling: Polling) -> None:
    """It moves the messages of others. A reader that the service holds is not: it waits there anyway."""
    look, long_poll = Source(pause=0.05), Source(holds=True)
    polling(look, pace=AWS)
    polling(long_poll, pace=Pace(brisk=0.0, lazy=AWS.lazy, wait=0.1))

    time.sleep(1.2)

    assert 1 == look.reads
    assert 5 < long_poll.reads < 20


def test_in_aws_a_look_begins_when_somebody_waits(polling: Polling) -> None:
    """The pause that it needs is over long ago, so there is no other."""
    look, waiting = Source(pause=0.6), Waiting()
    polling(look, waiting=waiting, pace=AWS)
    assert until(lambda: look.reads == 1)
    time.sleep(0.7)

    with waiting.begun():
        assert until(lambda: look.reads == 2, within=0.3)


def test_a_pause_is_never_shorter_than_the_service_allows(polling: Polling) -> None:
    """However lazy the pace."""
    source = Source(pause=0.6)
    polling(source, pace=Pace(brisk=0.0, lazy=0.05, wait=0.0))

    time.sleep(1.0)

    assert 2 == source.reads


def test_who_waits_is_woken_within_milliseconds(polling: Polling) -> None:
    """Twenty times: from the answer of the service to the thread that waits."""
    source, store, waiting = Source(), Store(), Waiting()
    polling(source, store=store, waiting=waiting)
    took = []

    with waiting.begun():
        for position in range(20):
            began = time.monotonic()
            source.answers.append([entry()])
            while store.position <= position:
                store.wait(position, timeout=1.0)
            took.append(time.monotonic() - began)

    assert sorted(took)[10] < 0.05


def test_what_fails_is_tried_again(polling: Polling) -> None:
    """It is told as trouble until it is over, and what came in between is not lost."""
    source, store = Source(OSError("away"), OSError("away"), [entry()]), Store()
    poller = polling(source, store=store)

    assert until(lambda: isinstance(poller.trouble, OSError))
    assert until(lambda: store.position == 1)
    assert until(lambda: poller.trouble is None)


def test_what_needs_a_person_ends_it(polling: Polling) -> None:
    """Whoever waits is woken and told."""
    source, store = Source(TapNotOpen("Gone.")), Store()
    poller = polling(source, store=store)

    assert until(lambda: isinstance(poller.trouble, TapNotOpen))
    time.sleep(0.05)
    assert 1 == source.reads


def test_a_store_that_fails_does_not_end_it(polling: Polling) -> None:
    """A thread must not die in silence."""
    source, store = Source([entry()], [entry()]), Broken()
    poller = polling(source, store=store)

    assert until(lambda: isinstance(poller.trouble, MemoryError))
    assert until(lambda: store.position == 1)


def test_it_fails_for_a_night_and_lives() -> None:
    """The pauses grow to five seconds, and two to the power of a thousand is never asked for."""
    assert [0.2, 0.4, 5.0, 5.0] == [pause_after(failures) for failures in (1, 2, 6, 100_000)]


def test_closing_does_not_wait_for_the_pause(polling: Polling) -> None:
    """However lazy it is."""
    source = Source()
    poller = polling(source, pace=Pace(brisk=0.0, lazy=60.0, wait=0.0))
    assert until(lambda: source.reads == 1)
    began = time.monotonic()

    poller.close()
    poller.close()

    assert time.monotonic() - began < 0.9


def test_closing_does_not_wait_for_a_read_that_is_held(polling: Polling) -> None:
    """It ends when the answer comes."""
    source = Source(holds=True)
    poller = polling(source, pace=Pace(brisk=0.0, lazy=0.0, wait=30.0))
    assert until(lambda: source.reads == 1)
    began = time.monotonic()

    poller.close()

    assert time.monotonic() - began < 3
    source.close()
    reads = source.reads
    time.sleep(0.05)
    assert reads == source.reads


def test_closing_does_not_wait_while_it_fails(polling: Polling) -> None:
    """The pause after a failure may be five seconds."""
    source = Source(*(OSError() for _ in range(100)))
    poller = polling(source)
    assert until(lambda: source.reads == 3)
    began = time.monotonic()

    poller.close()

    assert time.monotonic() - began < 0.9
