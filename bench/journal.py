"""What the journal costs: ``python bench/journal.py``, or with ``--quick`` to see that the script works.

From an event to the entry that a test waits for, beside two ways to wait without the harness; the cost while no test
waits; the opening of the taps; many events.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import time
import tracemalloc
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time, sleep

from _measure import Row, report
from _places import BENCH, opened, project_of, python, up
from _polling import PAUSE, course_running, event, loop_running
from _rivals import Missing

from harness import Stage
from harness.journal.entry import Entry
from harness.journal.envelopes import Sources, read
from harness.journal.expectation import Expectation, expectation
from harness.journal.store import Store
from harness.project import Project

_SYSTEM, _BUS = "bigmouth", "EventBus"
_EXPECT = "the journal: expect(…)"
_LOOP = "a thread with boto3: long poll, compare, delete"
_COURSE = "npm, Node: long poll into a ReplaySubject of RxJS"
_MANY_TAPS, _TAPPED = "orders_async", ("JobsQueue", "DeadLetters", "AuditStream", "UncountedAudit")
_IDLE, _OPEN, _FIND = 0.01, 0.3, 0.005


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is measured.

    Args:
        rounds: How many rounds of events.
        times: How many events in a round.
        idle: For how many seconds nothing is waited for.
        processes: How many processes open taps.
        events: How many events go through a tap.
        entries: How many entries are put into a store.
    """

    rounds: int = 20
    times: int = 5
    idle: float = 20.0
    processes: int = 5
    events: int = 10_000
    entries: int = 100_000


QUICK = Size(rounds=2, times=2, idle=2.0, processes=1, events=200, entries=2_000)


def main(size: Size) -> int:
    """Measure all and give the exit code."""
    with project_of("bigmouth") as root:
        up(root)
        opening = list(_opening(root, size))
        with opened(root) as opened_project:
            stage = opened_project.stage(_SYSTEM, mode="http")
            opened_project.taps(_SYSTEM, muted=True)
            waiting = list(_waiting(opened_project, stage, size))
            idle = _idle(size, note="bigmouth: the usual and the muted stage tapped, a queue each")
            many = list(_many(stage, size))
    codes = [
        report("From PutEvents to the entry", waiting, ratio="to the journal", notes=_NOTES),
        report("While no test waits, and at the start", [idle, _idle_with_many(size), *opening]),
        report("Many events", [*many, *_store(size)]),
    ]
    return max(codes)


def _waiting(project: Project, stage: Stage, size: Size) -> Iterator[Row]:
    bus = stage.names.physical[_BUS]
    missing = ""
    with ExitStack() as stack:
        measures = {_EXPECT: _expecting(project, stage), _LOOP: stack.enter_context(loop_running(stage.cloud, bus=bus))}
        try:
            measures[_COURSE] = stack.enter_context(course_running(stage.cloud, bus=bus))
        except Missing as reason:
            missing = f"not installed: {reason}"
        found: dict[str, list[float]] = {name: [] for name in measures}
        for measure in measures.values():
            measure(1)
        for _ in range(size.rounds):
            for name, measure in measures.items():
                found[name] += measure(size.times)
    ours = median(found[_EXPECT])
    limit = min(median(taken) for name, taken in found.items() if name != _EXPECT)
    for name, taken in found.items():
        note = f"90 % within {_ninety(taken) * 1000:.1f} ms"
        yield Row(what=name, value=median(taken), limit=limit if name == _EXPECT else None, beside=ours, note=note)
    if missing:
        yield Row(what=_COURSE, value=None, note=missing)


def _expecting(project: Project, stage: Stage) -> Callable[[int], list[float]]:
    """Give what publishes so many events and takes the seconds from each call to the entry, as a test would see it."""
    events, bus = stage.cloud.client("events"), stage.names.physical[_BUS]

    def once() -> float:
        sleep(random.uniform(0, PAUSE))
        project.began = time.time()
        order = uuid.uuid4().hex
        started = perf_counter()
        events.put_events(Entries=[event(bus, source="bench.journal", order=order)])
        stage.journal.expect(_BUS, detail_type="order_placed", detail={"orderId": order})
        return perf_counter() - started

    return lambda times: [once() for _ in range(times)]


def _idle_with_many(size: Size) -> Row:
    """Give what a system costs of which queues, a stream and a table are tapped as well, each with a reader."""
    with project_of(_MANY_TAPS) as root:
        up(root)
        with opened(root) as opened_project:
            for muted in (False, True):
                opened_project.taps(_MANY_TAPS, muted=muted).tap(*_TAPPED)
            return _idle(size, note=f"{_MANY_TAPS}: the same, and {len(_TAPPED)} more in each stage")


def _idle(size: Size, *, note: str) -> Row:
    sleep(2.0)
    began, used = perf_counter(), process_time()
    sleep(size.idle)
    share = (process_time() - used) / (perf_counter() - began)
    return Row(what="the processor, in a second in which no test waits", value=share, limit=_IDLE, note=note)


def _opening(root: Path, size: Size) -> Iterator[Row]:
    python(str(BENCH / "_opening.py"), "0", cwd=root)  # It deploys the muted stage.
    found = [json.loads(python(str(BENCH / "_opening.py"), "5", cwd=root)) for _ in range(size.processes)]
    first = [one["first"] for one in found]
    note = f"at most {max(first):.2f} s; loads and makes the clients of boto3"
    yield Row(what="taps of bigmouth, the first of a process", value=median(first), limit=_OPEN, unit="s", note=note)
    yield Row(what="those of the muted stage as well", value=median(one["muted"] for one in found), unit="s")
    again = [seconds for one in found for seconds in one["again"]]
    yield Row(what="taps of bigmouth, opened again", value=median(again), unit="s", note=f"at most {max(again):.2f} s")


def _many(stage: Stage, size: Size) -> Iterator[Row]:
    store = stage.journal._store  # noqa: SLF001 - how far it is, is not the business of a test
    since, few = time.time(), 10
    _publish(stage, 0, few)
    yield _finding("expect(…) that finds the last of 10", stage, since=since, last=few)
    before, held = store.position, _resident()
    began, through = _publish(stage, few, size.events)
    while store.position < before + size.events - few:
        sleep(0.01)
    seconds, published = time.time() - began, through - began
    gained = _resident() - held
    number = f"{size.events:,}"
    yield Row(what=f"{number} events published, ten in a call: each second", value=size.events / published, unit="")
    note = f"the last {seconds - published:.1f} s after it was published"
    yield Row(what="… in the journal: each second", value=size.events / seconds, unit="", note=note)
    if held:
        yield Row(what="… resident set, more for each", value=gained / size.events, unit="B")
    yield _finding(f"expect(…) that finds the last of {number}", stage, since=since, last=size.events, limit=_FIND)


def _publish(stage: Stage, first: int, last: int) -> tuple[float, float]:
    """Publish events in a process of its own; give when it began and when it was through."""
    cloud = stage.cloud
    place = [str(cloud.endpoint), cloud.region, stage.names.physical[_BUS]]
    began, through = json.loads(python(str(BENCH / "_publishing.py"), *place, str(first), str(last), cwd=BENCH))
    return began, through


def _finding(what: str, stage: Stage, *, since: float, last: int, limit: float | None = None) -> Row:
    wanted = {"detail_type": "order_placed", "detail": {"orderId": f"order-{last - 1}"}}
    stage.journal.expect(_BUS, since=since, **wanted)
    taken = []
    for _ in range(15):
        started = perf_counter()
        stage.journal.expect(_BUS, since=since, **wanted)
        taken.append(perf_counter() - started)
    return Row(what=what, value=median(taken), limit=limit, note=f"90 % within {_ninety(taken) * 1000:.1f} ms")


def _store(size: Size) -> Iterator[Row]:
    number = f"{size.entries:,}"
    entries = [_entry(index) for index in range(size.entries)]
    store = Store()
    started = perf_counter()
    for entry in entries:
        store.add([entry])
    added = (perf_counter() - started) / size.entries
    yield Row(what=f"a store of {number} entries: adding one", value=added)
    wish = expectation(_BUS, detail_type="order_placed", detail={"orderId": f"order-{size.entries - 1}"})
    taken = [_searched(store, wish) for _ in range(9)]
    yield Row(what="… finding the last", value=median(taken), note="of the same detail-type, by its orderId")
    every = expectation(_BUS, where=lambda entry: entry.body["orderId"] == f"order-{size.entries - 1}")
    yield Row(what="… finding the last by a predicate that parses each", value=_searched(store, every))
    del store, entries
    gc.collect()
    tracemalloc.start()
    kept = Store()
    for index in range(size.entries):
        kept.add([_entry(index)])
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    note = f"{held / 1e6:.0f} MB in all; the text of one has {len(_entry(0).text)} characters"
    yield Row(what="… memory of one", value=held / size.entries, unit="B", note=note)


def _searched(store: Store, wish: Expectation) -> float:
    started = perf_counter()
    assert len(wish.among(store.since(0))) == 1
    return perf_counter() - started


def _entry(index: int) -> Entry:
    """Give an entry as it comes out of the queue of the taps."""
    sent = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "order_placed",
        "source": "bench.many",
        "account": "000000000000",
        "time": "2026-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {"orderId": f"order-{index}", "restaurantName": "Fangtasia", "userEmail": "ann@example.com"},
    }
    body = json.dumps({"bus": _BUS, "event": sent})
    found = read(body, message_id="", sent=index, seen=index, sources=Sources(buses={"bus": _BUS}))
    assert isinstance(found, Entry)
    return found


def _resident() -> float:
    """Give the resident set of this process in bytes; 0 where the system does not say."""
    gc.collect()
    status = Path("/proc/self/statm")
    # The second number, in pages.
    return int(status.read_text().split()[1]) * 4096.0 if status.exists() else 0.0


def _ninety(taken: list[float]) -> float:
    return quantiles(taken, n=10)[-1]


_NOTES = (
    f"Between two events lie up to {PAUSE} s, as in a test that does something else meanwhile.",
    "A long poll of the embedded cloud looks every 0.1 s; AWS answers one at once.",
)

if __name__ == "__main__":
    raise SystemExit(main(QUICK if "--quick" in sys.argv[1:] else Size()))
