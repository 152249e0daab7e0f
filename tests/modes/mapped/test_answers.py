"""What a function's answer says of a batch."""

from __future__ import annotations

from typing import Any

import pytest

from harness.events.batch_answers import read_answer

KNOWN = ["a", "b"]


@pytest.mark.parametrize("payload", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}, {"other": 1}])
def test_nothing_failed(payload: Any) -> None:
    """Empty and null answers, and such lists."""
    assert (frozenset(), "") == (read_answer(payload, known=KNOWN).failed, read_answer(payload, known=KNOWN).unreadable)


def test_some_failed() -> None:
    """Those that are named."""
    assert {"b"} == read_answer({"batchItemFailures": [{"itemIdentifier": "b"}]}, known=KNOWN).failed


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ("done", "'done' is no JSON object"),
        ({"batchItemFailures": "a"}, "batchItemFailures is 'a', no list"),
        ({"batchItemFailures": ["a"]}, "'a' has no itemIdentifier"),
        ({"batchItemFailures": [{"id": "a"}]}, "{'id': 'a'} has no itemIdentifier"),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, "an itemIdentifier is ''"),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, "an itemIdentifier is None"),
        ({"batchItemFailures": [{"itemIdentifier": "c"}]}, "the itemIdentifier 'c' is none of the batch"),
        ({"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": 1}]}, "an itemIdentifier is 1"),
    ],
)
def test_the_whole_batch_failed(payload: Any, reason: str) -> None:
    """Lambda cannot read it."""
    answer = read_answer(payload, known=KNOWN)

    assert (set(KNOWN), reason) == (answer.failed, answer.unreadable)
