"""Queues that functions read, in every mode."""

from __future__ import annotations

import pytest

from harness.errors import FunctionFailed
from harness.stage import Stage

from .seeing import IsIn, batches, said


def test_a_message_starts_the_function(stage: Stage) -> None:
    """With all that SQS tells of it."""
    [identity] = stage.send("Orders", "one", attributes={"n": 1})

    [record] = said(stage, "Partly")["event"]["Records"]
    received = record["attributes"]["ApproximateReceiveCount"]
    assert (identity, "one", "1") == (record["messageId"], record["body"], received)
    assert "1" == record["messageAttributes"]["n"]["stringValue"]


def test_what_failed_goes_to_the_dead_letter_queue(stage: Stage) -> None:
    """After as many receives as its queue allows, and nothing else does."""
    stage.journal.tap("Dead")

    stage.send("Orders", "good", "bad")

    [entry] = stage.journal.expect("Dead", within=40, times=1)
    assert "bad" == entry.body
    assert 2 == sum(batch.count("bad") for batch in batches(stage, "Partly"))


def test_what_the_filter_refuses_is_gone(stage: Stage) -> None:
    """Lambda deletes it; the function gets the rest."""
    stage.send("Orders", "ignored", "wanted")

    assert ["wanted"] == said(stage, "Partly")["records"]
    assert not batches(stage, "Partly")[1:]


def test_more_than_one_request_may_hold(stage: Stage) -> None:
    """Twelve messages, in batches of five at most."""
    identities = stage.send("Orders", *[f"m-{number}" for number in range(12)])

    assert 12 == len(set(identities))
    for number in range(12):
        said(stage, "Partly", records=IsIn(f"m-{number}"))
    assert max(len(batch) for batch in batches(stage, "Partly")) <= 5


def test_a_dead_letter_queue_may_itself_be_read(stage: Stage) -> None:
    """Its function gets what the other one failed for."""
    stage.send("Parcels", "bad")

    assert ["bad"] == said(stage, "Partly", records=["bad"])["records"]
    assert [["bad"]] == batches(stage, "Whole")


def test_a_topic_leads_to_a_queue_that_is_read(stage: Stage) -> None:
    """The message is delivered raw, with its attributes."""
    stage.notify("Topic", "told", attributes={"kind": "book"})

    [record] = said(stage, "Partly")["event"]["Records"]
    assert ("told", "book") == (record["body"], record["messageAttributes"]["kind"]["stringValue"])


def test_a_function_may_send_it(stage: Stage) -> None:
    """What a handler sends to a queue starts the function that reads it."""
    stage.publish("Bus", source="relay", detail_type="go", detail={"queue": "sent on"})

    assert ["sent on"] == said(stage, "Partly")["records"]


def test_a_queue_that_no_function_reads_gets_it(stage: Stage) -> None:
    """There it lies."""
    [identity] = stage.send("Unread", "kept")

    assert identity == stage.journal.expect("Unread", times=1)[0].id


@pytest.mark.parametrize("mode", ["handler", "invoke"])
def test_a_message_is_one_entry(mode: str, request: pytest.FixtureRequest) -> None:
    """Whether the tap or the one who receives it has seen it first; in http it may be gone before it is seen."""
    stage: Stage = request.getfixturevalue(mode)
    [identity] = stage.send("Orders", "one")

    entries = [entry for entry in stage.journal.entries() if entry.source == "Orders"]
    assert [identity] == [entry.id for entry in entries]
    assert "one" == entries[0].body


@pytest.mark.parametrize("mode", ["handler", "invoke"])
def test_a_failure_that_no_redrive_policy_takes_is_told(mode: str, request: pytest.FixtureRequest) -> None:
    """AWS would try it for days."""
    stage: Stage = request.getfixturevalue(mode)
    with pytest.raises(FunctionFailed) as caught:
        stage.send("Plain", "bad", "good")

    assert str(caught.value).startswith(
        "The function 'Whole' failed with ValueError: a bad message.\n"
        f"  started by: WholePlain, by Plain bad{' (played)' if mode == 'invoke' else ''}\n"
        "  attempts: 1\n"
        "  not tried again: the queue Plain has no redrive policy, so AWS would try it until the message expires"
    )
    assert [["bad"], ["good"]] == batches(stage, "Whole")


def test_what_a_failed_test_left_reaches_no_other(handler: Stage) -> None:
    """A message that nobody waited for is forgotten when its test is over."""
    handler.cloud.client("sqs").send_message(QueueUrl=handler.physical_id("Orders"), MessageBody="left")
    handler.over(passed=False)

    handler.send("Orders", "mine")

    assert [["mine"]] == batches(handler, "Partly")


def test_a_delayed_message_comes_in_its_time(handler: Stage) -> None:
    """The queue is asked again while the test waits."""
    url = handler.physical_id("Orders")
    handler.cloud.client("sqs").send_message(QueueUrl=url, MessageBody="late", DelaySeconds=1)

    assert ["late"] == said(handler, "Partly")["records"]


def test_a_queue_keeps_its_order(stage: Stage) -> None:
    """What failed comes again before all that was sent after it, and no message passes another."""
    bodies = [f"{mark}-{stage.mode}" for mark in ("a", "bad", "c", "d")]
    stage.send("Ordered", *bodies, group="g")

    # Lambda may read a queue while messages still come, so nobody knows how they fall into batches.
    stage.settle(within=40)
    delivered = [body for batch in batches(stage, "Ordered") for body in batch]
    assert bodies == list(dict.fromkeys(reversed(delivered)))[::-1]
    assert delivered.count(bodies[1]) > 1


def test_a_duplicate_is_delivered_once(stage: Stage) -> None:
    """SQS takes it, gives the id of the first, and keeps it not."""
    known = {"group": "g", "deduplication": f"d-{stage.mode}"}
    [one] = stage.send("Ordered", "once", **known)
    [again] = stage.send("Ordered", "once", **known)

    assert (one, ["once"]) == (again, said(stage, "Ordered")["records"])
    assert [["once"]] == batches(stage, "Ordered")


def test_the_journal_of_a_queue_knows_its_groups(handler: Stage) -> None:
    """Received or seen by the tap, an entry is the same."""
    handler.send("Ordered", "grouped", group="g-1", deduplication="d-1")

    [entry] = handler.journal.entries("Ordered", body="grouped")
    assert ("g-1", "d-1") == tuple(
        entry.document["Attributes"][name] for name in ("MessageGroupId", "MessageDeduplicationId")
    )
