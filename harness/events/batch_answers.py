"""What a function's answer says of a batch: which of it failed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

__all__ = ["Answer", "read_answer"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an answer says.

    Args:
        failed: The identifiers of what failed.
        unreadable: Why Lambda cannot read it, so that the whole batch has failed; empty when it can.
    """

    failed: frozenset[str] = frozenset()
    unreadable: str = ""


def read_answer(payload: Any, *, known: Collection[str]) -> Answer:
    """Read the answer of a function whose mapping has ``ReportBatchItemFailures``.

    An empty or null answer, or list of failures, says that nothing failed. An answer that is no JSON object, an
    identifier that is empty, null, under another name or of no message of the batch: the whole batch has failed.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html

    >>> read_answer({"batchItemFailures": [{"itemIdentifier": "b"}]}, known=["a", "b"]).failed
    frozenset({'b'})
    >>> read_answer({"batchItemFailures": [{"id": "b"}]}, known=["a", "b"]).unreadable
    "{'id': 'b'} has no itemIdentifier"

    Args:
        payload: What the function returned.
        known: The identifiers of the batch: message ids, or sequence numbers.
    """
    if payload is None:
        return Answer()
    if not isinstance(payload, dict):
        return _unreadable(f"{payload!r} is no JSON object", known)
    failures = payload.get("batchItemFailures")
    if failures is None:
        return Answer()
    if not isinstance(failures, list):
        return _unreadable(f"batchItemFailures is {failures!r}, no list", known)
    for failure in failures:
        reason = _reason_against(failure, known)
        if reason:
            return _unreadable(reason, known)
    return Answer(failed=frozenset(failure["itemIdentifier"] for failure in failures))


def _unreadable(reason: str, known: Collection[str]) -> Answer:
    return Answer(failed=frozenset(known), unreadable=reason)


def _reason_against(failure: Any, known: Collection[str]) -> str:
    if not isinstance(failure, dict) or "itemIdentifier" not in failure:
        return f"{failure!r} has no itemIdentifier"
    identifier = failure["itemIdentifier"]
    if not isinstance(identifier, str) or not identifier:
        return f"an itemIdentifier is {identifier!r}"
    return "" if identifier in known else f"the itemIdentifier {identifier!r} is none of the batch"
