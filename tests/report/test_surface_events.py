"""What a test has reached by events, messages, records, changes and objects."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.system.model import (
    Rule,
    Target,
)
from tests.report.real_systems import act, change, entry, event, hand_made, notification, reached_of, record, system
from tests.report.small_systems import PLACED, RULES, functions, listening, reading


def test_an_event_reaches_the_rules_that_it_matches_and_what_they_start() -> None:
    """In http the deployed function is started."""
    assert RULES | {"function:NotifyRestaurant"} == reached_of(system("bigmouth"), entries=[PLACED])


def test_an_event_that_no_rule_matches_reaches_nothing() -> None:
    """The source is another one."""
    other = event("EventBus", source="small-mouth", detail_type="order_placed")

    assert set() == reached_of(system("bigmouth"), entries=[other])


def test_an_event_on_another_bus_reaches_nothing() -> None:
    """Rules are those of their bus."""
    other = event("default", source="big-mouth", detail_type="order_placed")

    assert set() == reached_of(system("bigmouth"), entries=[other])


def test_in_handler_a_rule_counts_where_its_function_ran() -> None:
    """The rule to the queue counts by itself: no function of this process is behind it."""
    found = [
        reached_of(system("bigmouth"), mode="handler", entries=[PLACED], functions=ran)
        for ran in ((), ("NotifyRestaurant",))
    ]

    assert [{"rule:TestRule"}, RULES | {"function:NotifyRestaurant"}] == found


@pytest.mark.parametrize(("played", "expected"), [(True, set()), (False, {"function:NotifyRestaurant"})])
def test_in_invoke_the_cloud_delivers_what_the_harness_has_not_played(*, played: bool, expected: set[str]) -> None:
    """What a deployed function publishes starts deployed functions, through real rules."""
    placed = event("EventBus", source="big-mouth", detail_type="order_placed", played=played)

    found = reached_of(system("bigmouth"), mode="invoke", entries=[placed])

    assert expected == {one for one in found if one.startswith("function:")}


def test_a_publication_that_no_tap_saw_counts_itself() -> None:
    """Detail-type and detail are in the record, and the source is taken to fit."""
    published = act("publish", "EventBus order_placed", sent='{"orderId": "o-1"}')

    assert RULES | {"function:NotifyRestaurant"} == reached_of(system("bigmouth"), acts=[published])


def test_a_publication_that_a_tap_saw_is_told_by_the_tap() -> None:
    """The entry knows the source, which no rule wants."""
    published = act("publish", "EventBus order_placed", sent='{"orderId": "o-1"}')
    seen = event("EventBus", source="small-mouth", detail_type="order_placed")

    assert set() == reached_of(system("bigmouth"), acts=[published], entries=[seen])


def test_a_disabled_rule_is_reached_by_nothing() -> None:
    """EventBridge sends it no events."""
    rule = Rule(name="Off", bus="Bus", pattern={"source": ["a"]}, enabled=False, targets=(Target(resource="Work"),))

    found = reached_of(
        hand_made(functions=functions("Work"), rules={"Off": rule}),
        entries=[event("Bus", source="a", detail_type="b")],
    )

    assert set() == found


def test_a_pattern_with_a_name_that_only_the_stage_knows_takes_any() -> None:
    """The name of a bucket is not in the template."""
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [{"Ref": "Photos"}]}}}
    rule = Rule(name="Photo", pattern=pattern, targets=(Target(resource="Work"),))
    told = event("default", source="aws.s3", detail_type="Object Created", detail={"bucket": {"name": "photos-1x"}})

    found = reached_of(hand_made(functions=functions("Work"), rules={"Photo": rule}), entries=[told])

    assert {"rule:Photo", "function:Work"} == found


def test_a_pattern_that_aws_would_refuse_matches_nothing() -> None:
    """Such a rule cannot be deployed."""
    rule = Rule(name="Odd", pattern={"source": [{"sounds-like": "a"}]}, targets=(Target(resource="Work"),))

    found = reached_of(
        hand_made(functions=functions("Work"), rules={"Odd": rule}),
        entries=[event("default", source="a", detail_type="b")],
    )

    assert set() == found


@pytest.mark.parametrize(("shop", "expected"), [("tea", {"subscription:Sub", "function:Work"}), ("coffee", set())])
def test_a_message_reaches_the_subscriptions_that_admit_it(shop: str, expected: set[str]) -> None:
    """The filter policy decides, by the attributes."""
    assert expected == reached_of(listening({"shop": ["tea"]}), entries=[notification("Topic", "m", shop=shop)])


def test_a_filter_policy_that_aws_would_refuse_admits_nothing() -> None:
    """Such a subscription cannot be deployed."""
    assert set() == reached_of(listening({"shop": {"name": ["tea"]}}), entries=[notification("Topic", "m", shop="tea")])


@pytest.mark.parametrize(("policy", "expected"), [(None, {"subscription:Sub", "function:Work"}), ({"a": ["b"]}, set())])
def test_a_notification_that_no_tap_saw_reaches_what_is_not_filtered(
    policy: dict[str, object] | None, expected: set[str]
) -> None:
    """The attributes are not in the record."""
    assert expected == reached_of(listening(policy), acts=[act("notify", "Topic", sent="m")])


def test_what_a_rule_hands_to_a_topic_goes_on_where_nothing_is_filtered() -> None:
    """The journal did not see the topic, so nobody knows what a filter policy would say."""
    rule = Rule(name="Fan", bus="Bus", pattern={"source": ["a"]}, targets=(Target(resource="Topic"),))
    told = event("Bus", source="a", detail_type="b")

    found = [
        reached_of(replace(listening(policy), rules={"Fan": rule}), entries=[told]) for policy in (None, {"a": ["b"]})
    ]

    assert [{"rule:Fan", "subscription:Sub", "function:Work"}, {"rule:Fan"}] == found


def test_a_message_to_a_queue_reaches_mapping_and_function() -> None:
    """No tap looks into a queue, so the verb counts."""
    sent = act("send", "JobsQueue", sent='{"id": "1"}')

    assert {"mapping:DoJobsJobs", "function:DoJobs"} == reached_of(system("orders_async"), acts=[sent])


@pytest.mark.parametrize("mode", ["handler", "invoke"])
def test_a_message_to_a_queue_counts_where_the_function_ran(mode: str) -> None:
    """The harness plays the queue, and knows."""
    sent = act("send", "JobsQueue", sent="{}")

    found = [reached_of(system("orders_async"), mode=mode, acts=[sent], functions=ran) for ran in ((), ("DoJobs",))]

    assert [set(), {"mapping:DoJobsJobs", "function:DoJobs"}] == found


@pytest.mark.parametrize(("sent", "is_reached"), [('{"total": 12}', True), ('{"total": 2}', False), ("no JSON", False)])
@pytest.mark.parametrize("several", [True, False])
def test_the_filter_of_a_mapping_is_asked(sent: str, is_reached: bool, several: bool) -> None:  # noqa: FBT001 - parameters
    """One of several messages is enough."""
    shop = reading("queue", {"body": {"total": [{"numeric": [">", 10]}]}})
    text = f'[{{"total": 1}}, {sent}]' if several and sent != "no JSON" else sent

    found = reached_of(shop, acts=[act("send", "Source", sent=text)])

    assert is_reached == ("mapping:Read" in found)


def test_a_filter_that_aws_would_refuse_lets_nothing_through() -> None:
    """Text cannot be asked of a stream's data."""
    assert set() == reached_of(reading("stream", {"data": ["x"]}), acts=[act("put_record", "Source", sent="x")])


@pytest.mark.parametrize(("total", "expected"), [(12, {"mapping:Read", "function:Work"}), (2, set())])
def test_records_of_a_stream_go_through_the_filter(total: int, expected: set[str]) -> None:
    """Whether a tap has seen them or the verb tells them."""
    shop = reading("stream", {"data": {"total": [{"numeric": [">", 10]}]}})

    seen = reached_of(shop, entries=[record("Source", {"total": total})])
    unseen = reached_of(shop, acts=[act("put_record", "Source", sent=f'{{"total": {total}}}')])

    assert (expected, expected) == (seen, unseen)


def test_a_message_that_a_tap_saw_goes_through_the_filter() -> None:
    """As it would stand in the event of the function."""
    shop = reading("queue", {"body": {"total": [12]}})
    message = {"MessageId": "1", "ReceiptHandle": "r", "Body": '{"total": 12}', "MD5OfBody": "", "Attributes": {}}

    assert {"mapping:Read", "function:Work"} == reached_of(shop, entries=[entry("queue", "Source", message)])


@pytest.mark.parametrize(("name", "is_reached"), [("INSERT", True), ("REMOVE", False)])
def test_changes_of_a_table_go_through_the_filter(name: str, is_reached: bool) -> None:  # noqa: FBT001 - a parameter
    """The metadata of a photo is counted when it comes, not when it goes."""
    found = reached_of(system("photos"), entries=[change("MetadataTable", name)])

    assert is_reached == ("mapping:ProcessMetadataMetadata" in found)


@pytest.mark.parametrize(("verb", "is_reached"), [("write", True), ("update", True), ("delete", False)])
def test_an_item_that_a_test_writes_reaches_the_mapping(verb: str, is_reached: bool) -> None:  # noqa: FBT001 - a parameter
    """Whether the item was there is not in the record: writing and updating may insert."""
    found = reached_of(system("photos"), acts=[act(verb, "MetadataTable", sent="{}")])

    assert is_reached == ("mapping:ProcessMetadataMetadata" in found)


def test_a_filter_that_asks_for_no_kind_of_change_takes_any() -> None:
    """What it asks of the item is not in the record."""
    shop = reading("table", {"dynamodb": {"Keys": {"id": {"S": ["1"]}}}})

    assert {"mapping:Read", "function:Work"} == reached_of(shop, acts=[act("delete", "Source")])


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("a b/cat.jpg", {"notification:UploadBucket[0]"}),
        ("cat.png", {"notification:UploadBucket[1]"}),
        ("cat.gif", set()),
    ],
)
def test_an_upload_reaches_the_notifications_of_its_key(key: str, expected: set[str]) -> None:
    """In invoke too the object is really put there, so the deployed function is started."""
    found = reached_of(system("photos"), mode="invoke", acts=[act("upload", f"UploadBucket {key}", sent="3 bytes")])

    assert expected == {one for one in found if one.startswith("notification:")}
    assert bool(expected) == ("function:ExtractMetadata" in found)


def test_an_object_that_a_tap_saw_reaches_the_notification() -> None:
    """As the record of S3 tells it."""
    told = {"eventName": "ObjectCreated:Put", "s3": {"object": {"key": "cat.jpg"}}}

    found = reached_of(system("photos"), entries=[entry("bucket", "UploadBucket", told)])

    assert {"notification:UploadBucket[0]", "function:ExtractMetadata"} <= found


@pytest.mark.parametrize(("bucket", "is_reached"), [("Photos", True), ("Others", False)])
def test_an_upload_reaches_rules_on_the_default_bus(bucket: str, is_reached: bool) -> None:  # noqa: FBT001 - a parameter
    """Where the bucket tells EventBridge, and the rule is for that bucket."""
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": ["Photos"]}}}
    shop = hand_made(
        functions=functions("Work"),
        rules={"Photo": Rule(name="Photo", pattern=pattern, targets=(Target(resource="Work"),))},
        buckets_on_bus=frozenset({"Photos", "Others"}),
    )

    found = reached_of(shop, acts=[act("upload", f"{bucket} cat.jpg")])

    assert is_reached == ({"rule:Photo", "function:Work"} == found)
