"""Batches: dead letters that never come, since Lambda hears of no failure."""

from __future__ import annotations

from collections.abc import Iterator

from harness.report.causes.touching import touched, waited
from harness.report.causes.wording import plain
from harness.report.record import Cause, TestRecord
from harness.system.model import EventSourceMapping, System

__all__ = ["batches"]


def batches(record: TestRecord, *, system: System) -> Iterator[Cause]:
    """Give the mappings that hear of no failure of a single message, where a dead letter was waited for.

    What a function answers is looked at with ``ReportBatchItemFailures`` alone; without it each message of a batch is
    deleted unless the function fails
    (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).
    """
    if not waited(record):
        return
    near = touched(record, system=system).names
    for mapping in system.mappings.values():
        queue = system.queues.get(mapping.source)
        if queue is None or queue.dead_letters is None or mapping.source not in near:
            continue
        if mapping.enabled and not mapping.reports_failures and _is_missed(record, mapping, letters=queue.dead_letters):
            hears = f"hears of no single message that {mapping.function} could not do"
            text = f"the mapping {mapping.name} of {mapping.source} {hears}: it is without ReportBatchItemFailures"
            yield Cause(area="wiring", text=plain(text), proof="template")


def _is_missed(record: TestRecord, mapping: EventSourceMapping, *, letters: str) -> bool:
    """Say whether a dead letter was waited for in vain, though the function ran and did not fail."""
    came = any(entry.source == letters for entry in record.entries)
    failed = any(failure.function == mapping.function for failure in record.failures)
    return f"matches {letters}" in record.failure and not came and not failed
