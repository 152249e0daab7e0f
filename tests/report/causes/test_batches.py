"""Dead letters that never come, and the mapping that lets none come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.report.record import EntryRecord, TestRecord
from harness.system.model import EventSourceMapping, Queue

from .broken import broken, failed
from .test_events import shop

Said = Callable[..., list[str]]

JOBS = Queue(name="Jobs", dead_letters="Dead", receives=3)
READS = EventSourceMapping(name="Reads", function="Work", source="Jobs", kind="queue")
TOLD = EntryRecord(kind="queue", source="Jobs", name="", text="{}", at=0)
LETTER = replace(TOLD, source="Dead")
MISSED = broken(
    kind="NeverHappened",
    failure="NeverHappened: Nothing came within 1.5 s that matches Dead, body {}.",
    entries=(TOLD,),
)
CAUSE = (
    "wiring: the mapping Reads of Jobs hears of no single message that Work could not do: "
    "it is without ReportBatchItemFailures"
)


@pytest.mark.parametrize(
    ("record", "mapping", "queue", "tells"),
    [
        (MISSED, READS, JOBS, True),
        (MISSED, replace(READS, reports_failures=True), JOBS, False),
        (MISSED, replace(READS, enabled=False), JOBS, False),
        (MISSED, READS, replace(JOBS, dead_letters=None), False),
        (MISSED, replace(READS, source="Other"), JOBS, False),
        (replace(MISSED, entries=()), READS, JOBS, False),
        (replace(MISSED, entries=(TOLD, LETTER)), READS, JOBS, False),
        (replace(MISSED, kind="AssertionError"), READS, JOBS, False),
        (replace(MISSED, failure="Nothing came within 1.5 s that matches Bus."), READS, JOBS, False),
        (replace(MISSED, failures=(failed("Work", "KeyError", "'id'"),)), READS, JOBS, False),
    ],
    ids=[
        "tells of no failures", "reports", "is disabled", "has no dead letters", "reads elsewhere", "was not touched",
        "a letter came", "nothing was awaited", "something else was awaited", "failed as a whole",
    ],
)  # fmt: skip
def test_a_dead_letter_that_never_comes(
    said: Said, record: TestRecord, mapping: EventSourceMapping, queue: Queue, *, tells: bool
) -> None:
    """It is the mapping only where the function ran, did not fail, and its answer was not looked at."""
    system = shop(mappings={"Reads": mapping}, queues={"Jobs": queue})

    found = said(record, system=system)

    assert tells == (CAUSE in found)
