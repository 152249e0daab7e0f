"""What is too large, too much or of the wrong form for SQS, Kinesis and DynamoDB, in the same words in each mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.errors import NotPublished
from harness.modes.messages import QueueMessage
from harness.modes.quotas import insist_on_queued
from harness.stage import Stage

MEGABYTE = 1024 * 1024
GROUP = (
    "Value a b for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric "
    "and punctuation characters. 1 to 128 in length."
)
TOO_LONG = "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."


@pytest.mark.parametrize(
    ("queue", "body", "more", "code", "reason"),
    [
        ("Orders", "", {}, "MissingParameter", "The request must contain the parameter MessageBody."),
        ("Orders", "é" * (MEGABYTE // 2) + "x", {}, "InvalidParameterValue", TOO_LONG),
        ("Orders", "x" * (MEGABYTE - 10), {"attributes": {"kind": "1"}}, "InvalidParameterValue", TOO_LONG),
        (
            "Orders",
            "x",
            {"attributes": {f"a{number}": 1 for number in range(11)}},
            "InvalidParameterValue",
            "Number of message attributes [11] exceeds the allowed maximum [10].",
        ),
        ("Ordered", "x", {}, "MissingParameter", "The request must contain the parameter MessageGroupId."),
        (
            "Ordered",
            "x",
            {"group": "a b"},
            "InvalidParameterValue",
            GROUP,
        ),
    ],
    ids=["empty", "too long", "too long with attributes", "attributes", "no group", "group"],
)
def test_sqs_refuses(stage: Stage, queue: str, body: str, more: dict[str, Any], code: str, reason: str) -> None:  # noqa: PLR0913, PLR0917 - a table
    """SendMessage says so."""
    with pytest.raises(NotPublished) as caught:
        stage.send(queue, body, **more)

    assert str(caught.value) == f"The queue {queue!r} does not take it.\n  code: {code}\n  reason: {reason}"


def test_a_message_of_a_mebibyte_is_taken(stage: Stage) -> None:
    """Name, type and value of an attribute count."""
    body = "x" * (MEGABYTE - len("kind" + "String" + "1"))

    assert stage.send("Unread", body, attributes={"kind": "1"})


def test_several_that_are_large_go_in_several_requests(stage: Stage) -> None:
    """A request takes no more than one message may have."""
    assert 3 == len(stage.send("Unread", *["x" * (MEGABYTE // 2)] * 3))


def test_a_queue_that_makes_no_ids_wants_them() -> None:
    """Of a FIFO queue without deduplication by content."""
    with pytest.raises(NotPublished) as caught:
        insist_on_queued(QueueMessage(queue="Q", body="x", group="g"), fifo=True)

    assert str(caught.value) == (
        "The queue 'Q' does not take it.\n"
        "  code: InvalidParameterValue\n"
        "  reason: The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
        "explicitly"
    )


CONSTRAINT = "1 validation error detected: Value at '{}' failed to satisfy constraint: Member must have length {}"


@pytest.mark.parametrize(
    ("data", "key", "reason"),
    [
        ("x", "", CONSTRAINT.format("partitionKey", "greater than or equal to 1")),
        ("x", "k" * 257, CONSTRAINT.format("partitionKey", "less than or equal to 256")),
        ("x" * MEGABYTE, "k", CONSTRAINT.format("data", "less than or equal to 1048576")),
    ],
    ids=["no key", "key", "data"],
)
def test_kinesis_refuses(stage: Stage, data: str, key: str, reason: str) -> None:
    """PutRecords says so."""
    with pytest.raises(NotPublished) as caught:
        stage.put_record("Stream", data, key=key)

    assert str(caught.value) == (
        f"The stream 'Stream' does not take it.\n  code: ValidationException\n  reason: {reason}"
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda stage: stage.write("Still", {"id": "x", "text": "x" * (400 * 1024)}),
            "Item size has exceeded the maximum allowed size",
        ),
        (lambda stage: stage.delete("Still", {"other": "x"}), "The provided key element does not match the schema"),
    ],
    ids=["size", "key"],
)
def test_dynamodb_refuses(stage: Stage, change: Callable[[Stage], None], reason: str) -> None:
    """Each call says so."""
    with pytest.raises(NotPublished) as caught:
        change(stage)

    assert str(caught.value) == (
        f"The table 'Still' does not take it.\n  code: ValidationException\n  reason: {reason}"
    )


def test_an_update_of_nothing_makes_an_item(stage: Stage) -> None:
    """As UpdateItem does without an expression."""
    key = {"id": f"u-{stage.mode}"}

    stage.update("Still", key, {})

    assert key == stage.item("Still", key)


def test_names_may_be_reserved_words(stage: Stage) -> None:
    """DynamoDB's language has hundreds of them."""
    key = {"id": f"r-{stage.mode}"}

    stage.update("Still", key, {"name": "n", "size": 1, "list": [1.5]})

    assert "n" == (stage.item("Still", key) or {})["name"]
