"""Mappings played around the functions of this process on a stage that is not muted, and what a queue still holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from harness.errors import FunctionFailed, NotPublished
from harness.journal.store import Store
from harness.modes.mapped import unfinished
from harness.modes.messages import ItemChange, QueueMessage, StreamRecord, TopicMessage
from harness.modes.playing import Player
from harness.runtime.invocation import FunctionError, Invocation
from harness.stage import Stage
from harness.system.model import EventSourceMapping, Queue


class Local:
    """Functions of this process: they keep what they get, and fail when it is bad."""

    def __init__(self) -> None:
        self.got: list[tuple[str, list[Any]]] = []

    def __call__(self, function: str, event: Mapping[str, Any]) -> Invocation:
        self.got.append((function, event["Records"]))
        is_bad = any("bad" in str(record.get("body")) for record in event["Records"])
        error = FunctionError(type="ValueError", message="bad") if is_bad else None
        return Invocation(function=function, request_id="r-1", error=error)


class Interrupted(Local):
    """Somebody presses Ctrl-C while a function runs."""

    def __call__(self, function: str, event: Mapping[str, Any]) -> Invocation:
        super().__call__(function, event)
        raise KeyboardInterrupt


def player(
    stage: Stage, local: Local, *, store: Store | None = None, told: list[str] | None = None, **more: Any
) -> Player:
    return Player(
        replace(stage.system, **more),
        cloud=stage.cloud,
        names=stage.names,
        store=store or Store(),
        invoke=local,
        tell=(told if told is not None else []).append,
        local=True,
    )


def test_a_change_is_made_and_played(handler: Stage) -> None:
    """The item is there, and the local function gets it with both images."""
    local, told = Local(), list[str]()
    playing = player(handler, local, told=told)
    key = {"id": "p-1"}

    playing.put([ItemChange(table="Table", operation="put", item={**key, "seal": b"\x02", "n": 1.5})])
    playing.put([ItemChange(table="Table", operation="update", item=key, changes={"n": 2})])
    playing.put([ItemChange(table="Table", operation="update", item=key, changes={"n": 2})])
    playing.put([ItemChange(table="Table", operation="delete", item=key)])

    records = [record for function, (record,) in local.got if function == "Changes"]
    assert ["INSERT", "MODIFY", "REMOVE"] == [record["eventName"] for record in records]
    assert {"id": {"S": "p-1"}, "seal": {"B": "Ag=="}, "n": {"N": "1.5"}} == records[1]["dynamodb"]["OldImage"]
    assert ["ChangesTable starts the deployed Changes as well: the stage is not muted"] == told


def test_a_change_is_played_as_the_view_tells_it(handler: Stage) -> None:
    """Keys only."""
    local = Local()

    player(handler, local).put([ItemChange(table="Keyed", operation="put", item={"id": "p-2", "n": 1})])

    [(_, [record])] = local.got
    images = {"Keys", "NewImage", "OldImage"} & set(record["dynamodb"])
    assert ({"Keys"}, "KEYS_ONLY") == (images, record["dynamodb"]["StreamViewType"])


def test_a_change_without_a_key_is_refused(handler: Stage) -> None:
    """By DynamoDB itself."""
    local = Local()

    with pytest.raises(NotPublished, match=r"The table 'Table' does not take it\."):
        player(handler, local).put([ItemChange(table="Table", operation="put", item={"n": 1})])

    assert [] == local.got


def test_what_is_played_stands_in_the_journal(handler: Stage) -> None:
    """As a tap would have brought it, and marked."""
    store = Store()
    playing = player(handler, Local(), store=store)

    [message] = playing.put([QueueMessage(queue="Orders", body="one")])
    [number] = playing.put([StreamRecord(stream="Stream", data=b"two", key="k")])

    queued, put = store.since(0)
    assert (message, "one", True) == (queued.id, queued.body, queued.played)
    assert (number, "two", True, "shardId-000000000000") == (put.id, put.body, put.played, put.shard)


def test_dead_letters_may_go_to_another_stack(handler: Stage) -> None:
    """By the ARN of their queue, with their attributes."""
    sqs = handler.cloud.client("sqs")
    url = handler.physical_id("GivenUp")
    sqs.purge_queue(QueueUrl=url)  # Others of this stage may have given something up.
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    queues = {"Parcels": Queue(name="Parcels", dead_letters=arn, receives=3)}
    local = Local()
    sent = QueueMessage(queue="Parcels", body="bad", attributes={"n": {"DataType": "Number", "StringValue": "1"}})

    player(handler, local, queues=queues).put([sent])

    asked = {"QueueUrl": url, "MessageAttributeNames": ["All"], "MaxNumberOfMessages": 10}
    received = sqs.receive_message(**asked)["Messages"]
    assert [("bad", "1")] == [(one["Body"], one["MessageAttributes"]["n"]["StringValue"]) for one in received]
    assert ["1", "2", "3"] == [record["attributes"]["ApproximateReceiveCount"] for _, (record,) in local.got]


@pytest.mark.parametrize(("scope", "delivered"), [("messageGroup", ["g", "h"]), ("queue", ["g"])])
def test_a_queue_may_tell_duplicates_by_their_group(handler: Stage, scope: str, delivered: list[str]) -> None:
    """By the whole queue unless it says so."""
    declared = handler.system.resources["Ordered"]
    ordered = replace(declared, properties={**declared.properties, "DeduplicationScope": scope})
    local = Local()
    sent = [QueueMessage(queue="Ordered", body="one", group=group, deduplication="d") for group in ("g", "h", "g")]

    player(handler, local, resources={**handler.system.resources, "Ordered": ordered}).put(sent)

    [(_, records)] = local.got
    assert delivered == [record["attributes"]["MessageGroupId"] for record in records]


def test_what_no_function_could_be_started_for_goes_nowhere(handler: Stage) -> None:
    """An interrupt ends the test, and is no reason to play dead letters."""
    local = Interrupted()

    with pytest.raises(KeyboardInterrupt):
        player(handler, local).put([QueueMessage(queue="Parcels", body="one")])

    assert ["Whole"] == [function for function, _ in local.got]


def test_a_topic_leads_to_a_played_queue(handler: Stage) -> None:
    """The failure shows the way."""
    playing = player(handler, Local(), queues={})

    with pytest.raises(FunctionFailed) as caught:
        playing.put([TopicMessage(topic="Topic", message="bad")])

    assert str(caught.value) == (
        "The function 'Partly' failed with ValueError: bad.\n"
        "  started by: PartlyRead, by Orders bad (played)\n"
        "  attempts: 1\n"
        "  not tried again: the queue Orders has no redrive policy, so AWS would try it until the message expires\n"
        "  chain: Topic → Orders → Partly"
    )


def test_what_is_given_up_is_a_failure_where_nobody_can_be_told(handler: Stage) -> None:
    """Two functions read the stream; the failure of one does not keep it from the other."""
    again = EventSourceMapping(
        name="Again", function="Clicks", source="Stream", kind="stream", retries=0, filters=({"data": {"a": [1]}},)
    )
    local = Local()
    playing = player(handler, local, mappings={**handler.system.mappings, "Again": again})

    playing.put(
        [StreamRecord(stream="Stream", data=b'{"a": 1}', key="k"), StreamRecord(stream="Stream", data=b"{}", key="k")]
    )

    assert [2, 1] == [len(records) for _, records in local.got]


def test_disabled_mappings_start_nothing(handler: Stage) -> None:
    """The message is really sent, and lies there."""
    disabled = {name: replace(one, enabled=False) for name, one in handler.system.mappings.items()}
    local = Local()

    player(handler, local, mappings=disabled).put([QueueMessage(queue="Lost", body="lies")])

    assert [] == local.got
    [sentence] = unfinished(handler.system, cloud=handler.cloud, names=handler.names)
    assert "Lost, which Found reads, holds messages: 1 waiting" == sentence
    handler.cloud.client("sqs").purge_queue(QueueUrl=handler.physical_id("Lost"))


def test_nothing_is_unfinished(handler: Stage) -> None:
    """What was sent has been read, here in this process."""
    handler.send("Orders", "one")

    assert [] == unfinished(handler.system, cloud=handler.cloud, names=handler.names)


def test_what_is_held_or_delayed_is_unfinished(handler: Stage) -> None:
    """Each in its own word."""
    sqs, url = handler.cloud.client("sqs"), handler.physical_id("Plain")
    sqs.send_message(QueueUrl=url, MessageBody="held")
    sqs.receive_message(QueueUrl=url)
    sqs.send_message(QueueUrl=url, MessageBody="late", DelaySeconds=60)

    found = unfinished(handler.system, cloud=handler.cloud, names=handler.names)

    assert ["Plain, which Whole reads, holds messages: 1 in flight, 1 delayed"] == found
    sqs.purge_queue(QueueUrl=url)
