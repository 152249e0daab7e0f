"""Event source mappings: which records a function gets, and what becomes of those for which it failed."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from harness.cloud.mending.shards import Reading
from harness.events.batch_answers import read_answer
from harness.events.mapping_filters import Kind, accepts

__all__ = ["read_for_functions_as_lambda_does"]

_KINDS: Mapping[str, Kind] = {"aws:sqs": "queue", "aws:kinesis": "stream", "aws:dynamodb": "table"}

# One thread reads all streams: what it filters for a mapping, it hands to the function next.
_current = threading.local()


def read_for_functions_as_lambda_does() -> None:
    """Let mappings filter as event patterns do, retry the batches of streams, and understand what a function reports.

    Filters are written in the language of event patterns
    (https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html). A batch of a stream that failed is
    retried, bisected and given up as the mapping says
    (https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html), from the first record that
    failed where the function reports it. A report that cannot be read stands for a batch that failed as a whole
    (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).

    ``_apply_filter_criteria`` (``services/lambda_svc.py``) knows five operators; ``_poll_kinesis`` and
    ``_poll_dynamodb_streams`` try a batch again for ever and look at no report, and tell Kinesis's batches to nobody;
    ``_run_sqs_batch`` takes what it cannot read for a success.
    """
    from ministack.services import lambda_svc  # noqa: PLC0415 - only the child process has it

    needed = ("_apply_filter_criteria", "_execute_function", "_run_sqs_batch", "_poll_kinesis")
    if all(hasattr(lambda_svc, name) for name in needed):
        _filter(lambda_svc)
        _mark_batches_of_queues(lambda_svc)
        _hand_on(lambda_svc)


def _filter(lambda_svc: Any) -> None:
    def apply(records: Sequence[dict[str, Any]], mapping: dict[str, Any]) -> list[dict[str, Any]]:
        kind = _KINDS[records[0]["eventSource"]]
        filters = (mapping.get("FilterCriteria") or {}).get("Filters") or []
        patterns = [json.loads(one["Pattern"]) for one in filters]
        kept = [record for record in records if accepts(record, patterns=patterns, kind=kind)]
        if kind == "queue":
            return kept
        reading = Reading.of(mapping, shard=_shard_of(records[0]))
        left = reading.left(kept)
        _current.reading = reading if left else None
        return left

    lambda_svc._apply_filter_criteria = apply  # noqa: SLF001 - the place of the difference


def _shard_of(record: Mapping[str, Any]) -> str:
    """Give the shard of a record; the embedded cloud's tables have one."""
    return str(record["eventID"]).partition(":")[0] if record["eventSource"] == "aws:kinesis" else ""


def _mark_batches_of_queues(lambda_svc: Any) -> None:
    run = lambda_svc._run_sqs_batch  # noqa: SLF001 - the place of the difference

    def run_marked(mapping: Mapping[str, Any], *rest: Any) -> Any:
        _current.queue = mapping
        try:
            return run(mapping, *rest)
        finally:
            _current.queue = None

    lambda_svc._run_sqs_batch = run_marked  # noqa: SLF001


def _hand_on(lambda_svc: Any) -> None:
    execute = lambda_svc._execute_function  # noqa: SLF001 - the place of the difference

    def executed(func: Any, event: Any, *rest: Any, **more: Any) -> Any:
        reading, _current.reading = getattr(_current, "reading", None), None
        if reading is not None:
            return reading.hand(event["Records"], func=func, execute=execute)
        result = execute(func, event, *rest, **more)
        queue = getattr(_current, "queue", None)
        return result if queue is None else _understood(result, event, queue)

    lambda_svc._execute_function = executed  # noqa: SLF001


def _understood(result: Mapping[str, Any], event: Mapping[str, Any], mapping: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the result of a queue's batch; a report that cannot be read is an error."""
    if result.get("error") or "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []):
        return result
    answer = read_answer(result.get("body"), known=[record["messageId"] for record in event["Records"]])
    if not answer.unreadable:
        return result
    return {**result, "error": True, "body": {"errorType": "Report", "errorMessage": answer.unreadable}}
