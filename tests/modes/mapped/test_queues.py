"""Queues that functions read, in every mode."""

from __future__ import annotations

import pytest

from harness.errors import FunctionFailed
from harness.stage import Stage

from .seeing import batches, said


def test_a_message_starts_the_function(stage: Stage) -> None:
    """With all that SQS tells of it."""
    [identity] = stage.send("Orders", "one", attributes={"n": 1})

    [record] = said(stage, "Partly")["event"]["Records"]
    assert (identity, "one", "1") == (record["messageId"], record["body"], record["attributes"]["ApproximateReceiveCount"])
    assert "1" == record["messageAttributes"]["n"]["stringValue"]


def test_what_failed_goes_to_the_dead_letter_queue(stage: Stage) -> None:
    """After as many receives as its queue allows, and nothing else does."""
    stage.journal.tap("Dead")

    stage.send("Orders", "good", "bad")

    [entry] = stage.journal.expect("Dead", within=15, times=1)
    assert "bad" == entry.body
    assert 2 == sum(batch.count("bad") for batch in batches(stage, "Partly"))


def test_what_the_filter_refuses_is_gone(stage: Stage) -> None:
    """Lambda deletes it; the function gets the rest."""
    stage.send("Orders", "ignored", "wanted")

    assert ["wanted"] == said(stage, "Partly")["records"]
    assert not batches(stage, "Partly")[1:]
