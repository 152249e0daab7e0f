"""Taps: open when they say so, through whatever leads into them, and unheard by the system itself."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.cloud.faults import code_of
from harness.errors import StageError, TapNotOpen, UnknownResource
from harness.journal.bystanders import bus_has_only_taps, topic_has_only_taps
from harness.journal.envelopes import SENTINEL
from harness.journal.polling import Waiting
from harness.system.model import Resource

STREAMS = """
Resources:
  Clicks: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Written:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
"""

ALL = {"EventBus", "LoudBus", "Topic", "FifoTopic", "HeardTopic", "QueueTopic"}


@pytest.fixture
def answered(place: Any) -> Iterator[Callable[..., None]]:
    """Has a client answer an operation by itself: the call goes nowhere."""
    registered: list[tuple[Any, str, Any]] = []

    def answer(service: str, event: str, parsed: dict[str, Any]) -> None:
        def instead(**_call: Any) -> tuple[Any, dict[str, Any]]:
            return SimpleNamespace(status_code=200), parsed

        client = place.cloud.client(service)
        client.meta.events.register(f"before-call.{event}", instead)
        registered.append((client, f"before-call.{event}", instead))

    yield answer
    for client, event, instead in registered:
        client.meta.events.unregister(event, instead)


def delete_rules(place: Any, *, bus: str = "EventBus") -> None:
    events, name = place.cloud.client("events"), place.names.physical[bus]
    for rule in events.list_rules(EventBusName=name, NamePrefix="harness-")["Rules"]:
        events.remove_targets(Rule=rule["Name"], EventBusName=name, Ids=["harness"])
        events.delete_rule(Name=rule["Name"], EventBusName=name)


def recorded(place: Any) -> list[str]:
    pages = place.cloud.client("dynamodb").get_paginator("scan").paginate(TableName=place.names.physical["Table"])
    return [item["event"]["S"] for page in pages for item in page["Items"]]


def bodies(place: Any, queue: str) -> list[str]:
    sqs, url = place.cloud.client("sqs"), place.names.physical[queue]
    found = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [message["Body"] for message in messages]
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_every_bus_and_topic_is_tapped(place: Any) -> None:
    """Each is open, and brings what is published right after, from its own source."""
    taps = place.taps()
    taps.open()
    journal = place.journal(taps)
    place.put({"n": 1})
    place.put({"n": 2}, bus="LoudBus")
    for number, topic in enumerate(["Topic", "HeardTopic", "QueueTopic"], start=3):
        place.notify({"n": number}, topic=topic)
    place.notify({"n": 6}, topic="FifoTopic", MessageGroupId="g", MessageDeduplicationId="d")

    names = ["EventBus", "LoudBus", "Topic", "HeardTopic", "QueueTopic", "FifoTopic"]
    found = [journal.expect(name, body={"n": number}) for number, name in enumerate(names, start=1)]

    assert (ALL, names) == (set(taps.opened), [one.source for one in found])


def test_an_event_right_after_the_opening_is_seen(place: Any) -> None:
    """Twenty times, with fresh taps."""
    for number in range(20):
        taps = place.opened("EventBus")
        place.put({"n": number})

        journal = place.journal(taps)
        assert journal.expect("EventBus", detail={"n": number}, since=0)
        taps.close()


@pytest.mark.parametrize("queue", ["", "TestQueue"])
def test_a_sentinel_is_told_after_what_came_with_it(place: Any, queue: str) -> None:
    """In one read come an event and a sentinel: it proves nothing until the event is in the journal."""
    taps = place.opened("EventBus", queue=queue)
    taps.stop()
    (reader,) = taps._readers  # noqa: SLF001
    while reader.read(wait=0):
        pass
    place.put({"n": 1}, source="big-mouth")
    proof = taps.barrier()

    entries, before = reader.read(wait=0), proof()
    reader.read(wait=0)

    assert ([1], False, True) == ([entry.body["n"] for entry in entries], before, proof())


def test_the_default_bus_is_tapped_when_asked_for(place: Any) -> None:
    """It is not open at first; a second time does no harm."""
    taps = place.opened("EventBus")
    taps.tap("default", "EventBus")
    taps.tap("default")
    journal = place.journal(taps)

    place.put({"n": 1}, bus="default")

    assert "default" == journal.expect("default", detail={"n": 1}).source
    assert 2 == len(taps._readers)  # noqa: SLF001 - nothing was made for the third call


def test_two_stages_of_one_process_do_not_meet(place: Any, deploy: Any) -> None:
    """Their logical ids are the same, and so is the run."""
    other = deploy()
    first, second = place.opened("EventBus", run="same"), other.opened("EventBus", run="same")

    other.put({"n": 1})

    journal = other.journal(second)
    assert journal.expect("EventBus", detail={"n": 1}, since=0)
    assert 0 == first.store.position
    second.close()


def test_an_unknown_source_cannot_be_tapped(place: Any) -> None:
    """The error lists what can be."""
    with pytest.raises(UnknownResource) as caught:
        place.taps().tap("EvenBus")

    assert str(caught.value) == (
        "No bus, topic, queue, stream, table or bucket is called 'EvenBus'.\n"
        f"  declared in {place.system.template}: AuditQueue, EventBus, FifoTopic, HeardTopic, LoudBus, QueueTopic, "
        "Table, TestQueue, Topic, default\n"
        "  did you mean 'EventBus'?"
    )


def test_a_rule_that_never_acts_is_told(place: Any, answered: Any) -> None:
    """Within the patience, and all that was created is gone again."""
    answered("events", "eventbridge.PutTargets", {"FailedEntryCount": 0})
    taps = place.taps(patience=1.0)
    began = time.monotonic()

    with pytest.raises(TapNotOpen) as caught:
        taps.tap("EventBus", "Topic")

    sent = dict(caught.value.facts)["sentinels sent"]
    assert str(caught.value) == (
        "No sentinel has come back through 'EventBus' within 1 s.\n"
        f"  sentinels sent: {sent}\n"
        f"  stage: {place.names.stack}\n"
        "  does a policy of the account keep rules or topics from sending to a queue? run it again to be sure"
    )
    assert sent in range(3, 7)
    assert time.monotonic() - began < 3
    assert ([], {}) == (place.left(), taps.opened)


def test_a_tap_that_fails_closes_nothing_else(place: Any, answered: Any) -> None:
    """What was open before is heard on, and can tell that nothing came; so is what is tapped after it."""
    taps = place.opened("Topic", patience=0.5)
    before = place.left()
    answered("events", "eventbridge.PutTargets", {"FailedEntryCount": 0})

    with pytest.raises(TapNotOpen, match="No sentinel has come back through 'EventBus'"):
        taps.tap("EventBus")

    journal = place.journal(taps)
    place.notify({"n": 1})
    assert journal.expect("Topic", body={"n": 1})
    journal.expect_none("Topic", body={"n": 2})
    taps.tap("HeardTopic")
    assert ({"Topic", "HeardTopic"}, 1) == (set(taps.opened), len(taps._readers) - 1)  # noqa: SLF001
    assert set(before) < set(place.left())


def test_a_queue_that_cannot_be_tapped_closes_nothing(place: Any) -> None:
    """A bus that was asked for with it is open."""
    place.names = replace(place.names, physical={**place.names.physical, "AuditQueue": "http://nowhere/0/nowhere"})
    taps = place.taps()

    with pytest.raises(TapNotOpen, match="There is no queue 'nowhere'"):
        taps.tap("EventBus", "AuditQueue")

    assert {"EventBus"} == set(taps.opened)


def test_a_queue_that_goes_while_taps_open_is_told_at_once(place: Any, answered: Any) -> None:
    """Nobody waits for the patience to end."""
    answered("events", "eventbridge.PutTargets", {"FailedEntryCount": 0})

    class Tidying(Waiting):
        def begun(self) -> Any:
            place.cloud.client("sqs").delete_queue(QueueUrl=place.queue_of(taps))
            return super().begun()

    taps = place.taps(patience=30.0, waiting=Tidying())
    began = time.monotonic()

    with pytest.raises(TapNotOpen, match="into which the taps of this run lead, has been deleted"):
        taps.tap("EventBus")

    assert time.monotonic() - began < 10
    assert [] == place.left()


def test_a_bus_that_is_not_there_leaves_nothing(place: Any) -> None:
    """The topic that was tapped before, and the queue, are taken away."""
    place.names = replace(place.names, physical={**place.names.physical, "EventBus": "nowhere"})

    with pytest.raises(TapNotOpen) as caught:
        place.taps().tap("LoudBus", "EventBus")

    assert str(caught.value) == (f"There is no bus 'nowhere'.\n  region: us-east-1\n  endpoint: {place.cloud.endpoint}")
    assert [] == place.left()


def test_a_target_that_is_refused_leaves_no_rule(place: Any, answered: Any) -> None:
    """Its reason is told."""
    refused = {"FailedEntryCount": 1, "FailedEntries": [{"ErrorMessage": "too many targets"}]}
    answered("events", "eventbridge.PutTargets", refused)

    with pytest.raises(TapNotOpen) as caught:
        place.taps().tap("EventBus")

    assert "The bus 'EventBus' cannot be tapped.\n  reason: too many targets" == str(caught.value)
    assert [] == place.left()


def test_a_bus_that_takes_no_sentinel_is_told(place: Any, answered: Any) -> None:
    """With the code and the reason of EventBridge."""
    refused = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "Throttled", "ErrorMessage": "slow down"}]}
    answered("events", "eventbridge.PutEvents", refused)

    with pytest.raises(TapNotOpen) as caught:
        place.taps().tap("EventBus")

    bus = place.names.physical["EventBus"]
    assert f"The bus '{bus}' does not take a sentinel.\n  reason: Throttled: slow down" == str(caught.value)
    assert [] == place.left()


def test_no_sentinel_reaches_the_system(place: Any) -> None:
    """Neither a function behind a topic or a bus, nor a queue behind a topic or a rule: what they get is the test's."""
    bodies(place, "AuditQueue")
    before = recorded(place)
    taps = place.taps()
    taps.open()
    journal = place.journal(taps)
    for source in sorted(ALL):
        journal.expect_none(source, body={"never": "was"})
    place.put({"n": 1}, bus="LoudBus")
    place.put({"n": 2}, source="shop")
    place.notify({"n": 3}, topic="HeardTopic")
    place.notify({"n": 4}, topic="QueueTopic")

    deadline = time.monotonic() + 20
    while len(new := recorded(place)[:]) < len(before) + 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    audited = bodies(place, "AuditQueue")

    assert (len(before) + 2, 2) == (len(new), len(audited))
    assert [] == [text for text in [*new, *audited] if SENTINEL in text]


def test_a_rule_for_all_events_that_leads_nowhere_does_not_count(place: Any) -> None:
    """So a sentinel goes through the bus, as in a muted stage."""
    events, bus = place.cloud.client("events"), place.names.physical["EventBus"]
    given = {"EventBusName": bus, "EventPattern": json.dumps({"source": [{"prefix": ""}]})}
    events.put_rule(Name="nowhere", **given)
    events.put_rule(Name="disabled", **given, State="DISABLED")
    taps = place.opened("EventBus")

    taps.close()
    place.opened("EventBus")
    delete_rules(place)

    journal = place.journal(place.tapped[-1])
    with pytest.raises(Exception, match="No sentinel has come back"):
        journal.settle(within=0.5)
    for name in ("nowhere", "disabled"):
        events.delete_rule(Name=name, EventBusName=bus)


@pytest.mark.parametrize("source", ["LoudBus", "HeardTopic"])
def test_what_hears_past_the_system_is_missed_when_it_goes(place: Any, source: str) -> None:
    """No sentinel goes through it, so that it is there is asked instead: silence proves nothing otherwise."""
    taps = place.opened(source)
    journal = place.journal(taps)
    journal.expect_none(source)
    if source == "LoudBus":
        delete_rules(place, bus="LoudBus")
        what = f"rule '{taps.opened[source]._rule}'"  # type: ignore[attr-defined]  # noqa: SLF001
    else:
        place.cloud.client("sns").unsubscribe(SubscriptionArn=taps.opened[source].creation.known)  # type: ignore[attr-defined]
        what = "subscription"

    with pytest.raises(TapNotOpen) as caught:
        journal.expect_none(source)

    assert str(caught.value) == (
        f"There is no {what} any more, through which '{source}' is tapped.\n"
        f"  region: us-east-1\n  endpoint: {place.cloud.endpoint}"
    )


@pytest.fixture
def topic(place: Any) -> Iterator[str]:
    """A topic that nobody has subscribed to."""
    sns = place.cloud.client("sns")
    arn = sns.create_topic(Name=f"plain-{new_uuid()}")["TopicArn"]
    yield arn
    sns.delete_topic(TopicArn=arn)


@pytest.mark.parametrize(
    ("subscribed", "only_taps"),
    [
        ({"Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-east-1:000000000000:orders"}, False),
        ({"Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-east-1:000000000000:harness-tap-other-run"}, True),
        ({"Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-east-1:000000000000:harness-demo-jobs"}, False),
        (
            {
                "Protocol": "sqs",
                "Endpoint": "arn:aws:sqs:us-east-1:000000000000:orders",
                "Attributes": {"FilterPolicy": '{"kind": ["order"]}'},
            },
            True,
        ),
    ],
)
def test_who_takes_a_sentinel_of_a_topic(place: Any, topic: str, subscribed: Any, only_taps: Any) -> None:
    """Not another process's tap, nor whose policy refuses it."""
    assert topic_has_only_taps(topic, cloud=place.cloud)
    place.cloud.client("sns").subscribe(TopicArn=topic, **subscribed)

    assert only_taps == topic_has_only_taps(topic, cloud=place.cloud)


def test_who_is_no_subscriber_any_more_or_not_yet_takes_nothing(place: Any, topic: str, answered: Any) -> None:
    """It is listed, and gone when it is asked for its policy; or it has not been confirmed."""
    gone = {"SubscriptionArn": f"{topic}:{new_uuid()}", "Protocol": "lambda", "Endpoint": "arn:aws:lambda:x"}
    pending = {"SubscriptionArn": "PendingConfirmation", "Protocol": "email", "Endpoint": "ann@example.com"}
    answered("sns", "sns.ListSubscriptionsByTopic", {"Subscriptions": [gone, pending]})

    assert topic_has_only_taps(topic, cloud=place.cloud)


@pytest.mark.parametrize(
    ("rule", "only_taps"),
    [
        ({"EventPattern": '{"account": ["000000000000"]}'}, False),
        ({"EventPattern": '{"source": ["shop"]}'}, True),
        ({"EventPattern": '{"account": ["000000000000"]}', "Name": "harness-tap-other-run"}, True),
        ({"EventPattern": '{"account": ["000000000000"]}', "Name": "harness-demo-rule"}, False),
        ({"EventPattern": '{"source": "no list"}'}, False),
        ({"EventPattern": '{"account": ["000000000000"]}', "ManagedBy": "events.amazonaws.com"}, True),
        ({"ScheduleExpression": "rate(1 minute)"}, True),
    ],
)
def test_who_takes_a_sentinel_of_a_bus(place: Any, answered: Any, rule: Any, only_taps: Any) -> None:
    """A rule for all events, or one that cannot be read; not a schedule, nor the rule of an archive."""
    answered("events", "eventbridge.ListRules", {"Rules": [{"Name": "all", "State": "ENABLED", **rule}]})
    answered("events", "eventbridge.ListTargetsByRule", {"Targets": [{"Id": "1", "Arn": "arn"}]})

    assert only_taps == bus_has_only_taps("default", cloud=place.cloud)


def test_a_sentinel_goes_through_a_topic_of_its_own(place: Any, topic: str) -> None:
    """So that a tap which never opens is noticed."""
    place.names = replace(place.names, physical={**place.names.physical, "Topic": topic})
    journal = place.journal(place.opened("Topic"))
    journal.expect_none("Topic")
    place.cloud.client("sns").unsubscribe(SubscriptionArn=place.tapped[0].opened["Topic"].creation.known)

    with pytest.raises(StageError, match="No sentinel has come back"):
        journal.settle(within=0.5)


def test_a_topic_or_a_bus_that_is_deleted_is_told(place: Any, topic: str) -> None:
    """As an error of the stage, by whatever looks."""
    place.names = replace(place.names, physical={**place.names.physical, "Topic": topic})
    journal = place.journal(place.opened("Topic"))
    place.cloud.client("sns").delete_topic(TopicArn=topic)

    with pytest.raises(TapNotOpen) as caught:
        journal.expect_none("Topic")

    assert str(caught.value) == (
        f"There is no topic '{topic}'.\n  region: us-east-1\n  endpoint: {place.cloud.endpoint}"
    )


def test_streams_and_tables_are_tapped_when_asked_for(deploy: Any) -> None:
    """A table must have a stream for that."""
    other = deploy(STREAMS)
    taps = other.opened("Clicks", "Written")
    journal = other.journal(taps)
    stream, table = other.names.physical["Clicks"], other.names.physical["Written"]
    other.cloud.client("kinesis").put_record(StreamName=stream, Data=b'{"n": 1}', PartitionKey="k")
    other.cloud.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "a"}})

    assert journal.expect("Clicks", body={"n": 1})
    assert journal.expect("Written", body={"NewImage": {"id": "a"}})
    journal.expect_none("Clicks", body={"n": 2})
    taps.close()


def test_a_queue_of_the_stack_is_heard_and_nothing_created(place: Any) -> None:
    """Entries have the right sources and ids, each is there once, and the messages stay for others."""
    taps = place.opened("EventBus", "Topic", queue="TestQueue")
    journal = place.journal(taps)
    (event,), message = place.put({"n": 1}, source="big-mouth"), place.notify({"n": 2})

    first, second = journal.expect("EventBus", detail={"n": 1}), journal.expect("Topic", body={"n": 2})

    assert (event, "placed", message) == (first.id, first.detail_type, second.id)
    journal.settle()
    ids = [[one.id for one in journal.entries(source)] for source in ("EventBus", "Topic")]
    assert ([], 0, [[event], [message]]) == (place.left(), taps.store.duplicates, ids)
    lying = bodies(place, "TestQueue")
    assert 2 == sum(event in body or message in body for body in lying)


def test_two_readers_of_one_queue_see_everything(place: Any) -> None:
    """Neither takes anything, so both see all within less than the second for which a receive would hide it."""
    first, second = (place.opened("EventBus", "Topic", queue="TestQueue") for _ in range(2))
    journals = [place.journal(taps) for taps in (first, second)]
    ids = set(place.put(*({"n": number} for number in range(30)), source="big-mouth"))

    ours = {"source": ["big-mouth"]}
    found = [journal.expect("EventBus", pattern=ours, times=30, within=0.9) for journal in journals]

    assert [ids, ids] == [{entry.id for entry in one} for one in found]


def test_a_reader_does_not_hide_what_another_looks_for(place: Any) -> None:
    """Whoever asks whether a message came is told so, however many others read."""
    taps = [place.opened("Topic", queue="TestQueue") for _ in range(2)]
    journals = [place.journal(one) for one in taps]
    place.notify({"n": 1})

    for journal in journals:
        journal.settle(within=0.9)

    assert [[1], [1]] == [[entry.body["n"] for entry in journal.entries("Topic")] for journal in journals]


def test_further_sources_get_a_queue_of_their_own(place: Any) -> None:
    """The stack's queue hears what the stack leads there; the default bus it does not."""
    taps = place.opened("EventBus", "Topic", queue="TestQueue")
    taps.tap("default")
    journal = place.journal(taps)

    place.put({"n": 1}, bus="default")

    assert journal.expect("default", detail={"n": 1})
    assert 2 == len(place.left())


def test_a_queue_that_the_stack_does_not_have_is_told(place: Any) -> None:
    """With those that it has."""
    with pytest.raises(UnknownResource) as caught:
        place.opened("EventBus", queue="TestQueu")

    assert str(caught.value) == (
        "No queue is called 'TestQueu'.\n"
        f"  declared in {place.system.template}: AuditQueue, TestQueue\n"
        "  did you mean 'TestQueue'?"
    )


def test_nothing_is_created_in_a_protected_stage(place: Any) -> None:
    """Its buses and topics are not tapped at the start, nor when asked for."""
    taps = place.taps(protected=True)
    taps.open()

    with pytest.raises(TapNotOpen) as caught:
        taps.tap("EventBus", "Topic")

    assert str(caught.value) == (
        "The stage is protected, so nothing is created in it to tap 'EventBus, Topic'.\n"
        f"  stage: {place.names.stack}\n"
        "  if the stack has a queue that hears its buses and topics, name it: "
        'test_queue = "…" in [tool.harness.systems.<name>] of pyproject.toml'
    )
    assert ({}, []) == (taps.opened, place.left())


def test_a_protected_stage_is_heard_through_its_own_queue(place: Any) -> None:
    """That creates nothing."""
    taps = place.taps(protected=True, queue="TestQueue")
    taps.open()

    assert ({"EventBus", "Topic"}, []) == (set(taps.opened), place.left())


def test_what_leads_elsewhere_in_a_protected_stage_is_not_tapped(place: Any) -> None:
    """Not when asked for either, and then nothing of what was asked for with it is."""
    taps = place.taps(protected=True, queue="TestQueue")

    with pytest.raises(TapNotOpen, match="so nothing is created in it to tap 'LoudBus'"):
        taps.tap("EventBus", "LoudBus")

    assert ({}, []) == (taps.opened, place.left())


def test_a_queue_of_a_protected_stage_is_not_looked_into(place: Any) -> None:
    """In AWS a look receives, and hides. In the embedded cloud it touches nothing."""
    place.opened("AuditQueue", protected=True)

    with pytest.raises(TapNotOpen) as caught:
        place.elsewhere(protected=True).tap("AuditQueue")

    assert str(caught.value) == (
        "The stage is protected, so its queue 'AuditQueue' is not looked into.\n"
        f"  stage: {place.names.stack}\n"
        "  a look: receives each message, and hides it from its consumer for a moment\n"
        "  Expect the message where it is sent from, or what its consumer does."
    )


def mapped(place: Any) -> None:
    """Let a function read the queue, as the template says it."""
    properties = {"EventSourceArn": {"Fn::GetAtt": ["AuditQueue", "Arn"]}, "FunctionName": {"Ref": "Recorder"}}
    mapping = Resource(name="Mapping", type="AWS::Lambda::EventSourceMapping", properties=properties)
    place.system = replace(place.system, resources={**place.system.resources, "Mapping": mapping})


def test_what_a_function_takes_from_a_queue_may_be_missed(place: Any) -> None:
    """The tap of that queue says so; not that of another queue, nor of a muted stage."""
    mapped(place)
    taps, muted = place.opened("AuditQueue", "TestQueue", "Topic"), place.opened("AuditQueue", muted=True)

    partial = {source: tap.partial for source, tap in taps.opened.items()}

    taken = "a function reads it, so what comes may be gone before it is seen"
    assert {"AuditQueue": taken, "TestQueue": "", "Topic": ""} == partial
    assert "" == muted.opened["AuditQueue"].partial


def test_what_the_stack_leads_elsewhere_gets_a_queue_of_its_own(place: Any) -> None:
    """All are open; what the rule of the stack leaves out is told, and all that comes to the others comes."""
    taps = place.taps(queue="TestQueue")
    taps.open()
    journal = place.journal(taps)
    place.put({"n": 1}, bus="LoudBus")
    place.notify({"n": 2}, topic="HeardTopic")
    place.notify({"n": 3})

    found = [journal.expect(name, body={"n": n}) for n, name in enumerate(["LoudBus", "HeardTopic", "Topic"], start=1)]

    partial = {source: tap.partial for source, tap in taps.opened.items() if tap.partial}
    assert (3, ALL, 2) == (len(found), set(taps.opened), len(taps._readers))  # noqa: SLF001
    assert {"EventBus": 'the rule \'TestRule\' admits only {"source": ["big-mouth"]}'} == partial


def test_a_source_can_join_the_queue_of_the_stack_later(place: Any) -> None:
    """One reader reads it, whoever joins."""
    taps = place.opened("EventBus", queue="TestQueue")
    taps.tap("Topic")
    journal = place.journal(taps)

    place.notify({"n": 1})

    assert journal.expect("Topic", body={"n": 1})
    assert ([], 1) == (place.left(), len(taps._readers))  # noqa: SLF001


def test_the_clock_of_aws_is_told_by_what_comes(place: Any) -> None:
    """It is this machine's here, and what comes was sent a moment before; of the embedded cloud that is known."""
    aws, embedded = place.elsewhere(), place.taps()
    unknown = aws.store.ahead

    for taps in (aws, embedded):
        taps.tap("EventBus")

    assert (0.0, 0.0) == (unknown, embedded.store.ahead)
    assert -10 < aws.store.ahead < 0


def test_the_queue_admits_its_own_rules_and_topics_only(place: Any) -> None:
    """One statement for each service, with the ARNs of this process; it is tagged, and so are the rules."""
    taps = place.opened("EventBus", "Topic")
    sqs, events, url = place.cloud.client("sqs"), place.cloud.client("events"), place.queue_of(taps)
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    (rule,) = events.list_rules(EventBusName=place.names.physical["EventBus"], NamePrefix="harness-")["Rules"]

    def statement(service: str, source: str) -> dict[str, Any]:
        return {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sqs:SendMessage",
            "Resource": attributes["QueueArn"],
            "Condition": {"ArnEquals": {"aws:SourceArn": [source]}},
        }

    tags = {"harness:run": "r", "harness:stage": "dev", "harness:created": "now"}
    assert [
        statement("events.amazonaws.com", rule["Arn"]),
        statement("sns.amazonaws.com", place.names.physical["Topic"]),
    ] == json.loads(attributes["Policy"])["Statement"]
    assert tags == sqs.list_queue_tags(QueueUrl=url)["Tags"]
    assert tags == {one["Key"]: one["Value"] for one in events.list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"]}


def test_nobody_else_can_send_to_the_queue(place: Any) -> None:
    """Another account is refused. A rule of another bus would be in AWS; the embedded cloud does not ask for it."""
    taps = place.opened("EventBus")
    journal = place.journal(taps)
    where = {"folder": place.cloud.folder, "region": place.cloud.region, "endpoint": place.cloud.endpoint}
    stranger = Cloud(**where, embedded=True, account="1" * 12)

    with pytest.raises(ClientError) as caught:
        stranger.client("sqs").send_message(QueueUrl=place.queue_of(taps), MessageBody="{}")

    journal.settle()
    assert ("AccessDenied", []) == (code_of(caught.value), journal.entries())


def test_a_rule_that_leads_nowhere_any_more_is_told(place: Any) -> None:
    """It may be disabled, or its target taken away."""
    taps = place.opened("LoudBus")
    journal = place.journal(taps)
    events, bus = place.cloud.client("events"), place.names.physical["LoudBus"]
    (rule,) = events.list_rules(EventBusName=bus, NamePrefix="harness-")["Rules"]
    events.disable_rule(Name=rule["Name"], EventBusName=bus)

    with pytest.raises(TapNotOpen) as caught:
        journal.expect_none("LoudBus")

    assert str(caught.value) == (
        f"The rule '{rule['Name']}', through which 'LoudBus' is tapped, leads nowhere any more.\n"
        "  state: DISABLED\n"
        "  targets: 1\n"
        "  somebody has changed it while the run was on; run it again"
    )


def test_taps_open_while_others_open(place: Any) -> None:
    """Several processes tap one stage at the same time; each sees everything."""
    taps = [place.taps() for _ in range(4)]
    threads = [Thread(target=one.open) for one in taps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    place.put({"n": 1})

    for one in taps:
        assert place.journal(one).expect("EventBus", detail={"n": 1}, since=0)
