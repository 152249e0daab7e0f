"""Streams and tables that functions read, in every mode."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from harness.errors import FunctionFailed
from harness.stage import Stage

from .seeing import IsIn, batches, said


def test_records_start_the_function(stage: Stage) -> None:
    """In their order, each with its shard and its number."""
    numbers = stage.put_record("Stream", "one", "two", key="k")

    told = said(stage, "Clicks", records=IsIn("two"))
    assert f"shardId-000000000000:{numbers[1]}" == told["ids"][-1]
    assert ["one", "two"] == [text for batch in batches(stage, "Clicks") for text in batch]


def test_a_function_may_put_them(stage: Stage) -> None:
    """What a handler puts into a stream starts the function that reads it."""
    stage.publish("Bus", source="relay", detail_type="go", detail={"stream": "put on"})

    assert ["put on"] == said(stage, "Clicks")["records"]


@pytest.fixture(params=["handler", "invoke"])
def played(request: pytest.FixtureRequest) -> Stage:
    """The stage in the modes that play the mapping; the embedded cloud neither bisects nor ends its retries."""
    stage: Stage = request.getfixturevalue(request.param)
    return stage


def test_a_batch_that_failed_is_bisected(played: Stage) -> None:
    """Until the bad one is alone; that is tried once more, and given up."""
    played.put_record("Stream", "a", "b", "bad", "d", key="k")

    expected = [["a", "b", "bad", "d"], ["a", "b"], ["bad", "d"], ["bad"], ["bad"], ["d"]]
    assert expected == batches(played, "Clicks")


def test_what_is_given_up_is_told(played: Stage) -> None:
    """To the destination of the mapping: where it is, not what it is."""
    played.journal.tap("GivenUp")

    [number] = played.put_record("Stream", "bad", key="k")

    [entry] = played.journal.expect("GivenUp", times=1)
    assert number == entry.body["KinesisBatchInfo"]["startSequenceNumber"]
    assert ("RetryAttemptsExhausted", 2) == tuple(
        entry.body["requestContext"][name] for name in ("condition", "approximateInvokeCount")
    )


def test_it_goes_on_from_the_first_record_that_failed(played: Stage) -> None:
    """What came before it is done, what came after it is tried again; without an end that is a failure."""
    with pytest.raises(FunctionFailed) as caught:
        played.put_record("StepStream", "a", "bad", "c", key="k")

    assert [["a", "bad", "c"], ["bad", "c"], ["bad", "c"]] == batches(played, "Steps")
    assert str(caught.value).startswith("The function 'Steps' says that it failed for 1 of its batch.\n")
    assert str(caught.value).endswith(
        "  attempts: 3\n  not tried again: AWS would try it until the records expire, and hold the shard back"
    )


def test_a_table_tells_what_was_and_what_is(stage: Stage) -> None:
    """Three kinds of change, each with the images that the view has."""
    key = {"id": f"o-{stage.mode}"}
    stage.write("Table", {**key, "total": 9.5})
    stage.update("Table", key, {"total": 10})
    stage.delete("Table", key)

    removed = said(stage, "Changes", records=["REMOVE"])["change"]
    entries = stage.journal.entries("Seen", body={"function": "Changes"})
    named: dict[str, Any] = {one.body["records"][0]: one.body["change"] for one in entries}
    assert "9.5" == named["INSERT"]["NewImage"]["total"]["N"]
    assert ("9.5", "10") == tuple(named["MODIFY"][image]["total"]["N"] for image in ("OldImage", "NewImage"))
    assert ["Keys", "OldImage"] == sorted(removed)


def test_a_table_may_tell_keys_only(stage: Stage) -> None:
    """The view of its stream says so."""
    stage.write("Keyed", {"id": f"k-{stage.mode}", "total": 1})

    told = said(stage, "Keys")
    assert ("KEYS_ONLY", {"Keys": {"id": {"S": f"k-{stage.mode}"}}}) == (told["view"], told["change"])


def test_a_function_may_write_it(stage: Stage) -> None:
    """What a handler writes starts the function that reads the table's stream."""
    stage.publish("Bus", source="relay", detail_type="go", detail={"item": f"w-{stage.mode}"})

    assert {"S": f"w-{stage.mode}"} == said(stage, "Changes")["change"]["Keys"]["id"]


def test_a_change_that_changes_nothing_is_not_told(handler: Stage) -> None:
    """DynamoDB writes no record of it, and nobody waits for one."""
    handler.write("Table", {"id": "same"})
    handler.write("Table", {"id": "same"})

    assert [["INSERT"]] == batches(handler, "Changes")


def test_a_table_without_a_stream_is_written(stage: Stage) -> None:
    """What is not told starts nothing."""
    stage.write("Still", {"id": "s-1", "total": Decimal("1.5")})

    assert {"id": "s-1", "total": Decimal("1.5")} == stage.item("Still", {"id": "s-1"})


def test_a_change_of_another_test_in_the_same_second_starts_nothing(handler: Stage) -> None:
    """The stream tells whole seconds; tests are told apart all the same."""
    handler.cloud.client("dynamodb").put_item(TableName=handler.physical_id("Table"), Item={"id": {"S": "of another"}})
    handler.over(passed=False)

    handler.write("Table", {"id": "mine"})

    assert 1 == len(batches(handler, "Changes"))
    assert "mine" == said(handler, "Changes")["change"]["Keys"]["id"]["S"]
