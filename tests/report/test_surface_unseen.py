"""What a test has reached that nobody has seen, and where things have ended."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from harness.report.surface import reached
from harness.system.model import (
    AsyncConfig,
    Notification,
    Queue,
    Schedule,
    Subscription,
)
from tests.report.real_systems import act, entry, hand_made, notification, reached_of, system
from tests.report.small_systems import ORDER, PLACED, functions, reading, writer, writing


def test_what_a_function_may_send_to_may_have_been_reached_when_it_has_answered() -> None:
    """Its role lets it send to a queue and write to a stream, and no tap has looked there."""
    answered = act("request", "POST /jobs", api="Api", route="POST /jobs", status=202, answer="{}")

    found = reached_of(system("orders_async"), acts=[answered])

    perhaps = {"mapping:DoJobsJobs?", "function:DoJobs?", "mapping:SummariseAuditAudit?", "function:SummariseAudit?"}
    assert {"route:Api POST /jobs", "function:SubmitJob", *perhaps} == found


def test_what_was_sent_for_all_to_see_is_not_told_as_perhaps() -> None:
    """The test itself has sent to the queue; the stream is what nobody saw."""
    answered = act("request", "POST /jobs", api="Api", route="POST /jobs", status=202, answer="{}")
    sent = act("send", "JobsQueue", sent="{}")

    found = reached_of(system("orders_async"), acts=[answered, sent])

    assert {"mapping:DoJobsJobs", "function:DoJobs"} <= found
    assert {"mapping:SummariseAuditAudit?", "function:SummariseAudit?"} == {one for one in found if one.endswith("?")}


def test_where_a_tap_has_looked_nothing_is_told_as_perhaps() -> None:
    """The journal saw the message, so it is known what it has gone through."""
    answered = act("request", "POST /jobs", api="Api", route="POST /jobs", status=202, answer="{}")

    found = reached_of(system("orders_async"), acts=[answered], entries=[entry("queue", "JobsQueue", {"Body": "{}"})])

    assert {"mapping:DoJobsJobs", "function:DoJobs"} <= found
    assert not {"mapping:DoJobsJobs?", "function:DoJobs?"} & found


def test_what_a_function_may_write_goes_through_a_filter_of_kinds_of_change() -> None:
    """Whether it has inserted or modified, nobody sees."""
    found = reached_of(system("photos"), acts=[act("upload", "UploadBucket cat.jpg")])

    assert {"mapping:ProcessMetadataMetadata?", "function:ProcessMetadata?"} <= found


def test_what_a_function_may_only_delete_is_no_insertion() -> None:
    """The schedule takes metadata away, and the mapping wants what comes."""
    found = reached_of(system("photos"), acts=[act("fire", "Daily")])

    assert not {"mapping:ProcessMetadataMetadata", "mapping:ProcessMetadataMetadata?"} & found


def test_what_a_function_may_write_does_not_go_through_a_filter_of_content() -> None:
    """Nobody has seen what it was."""
    shop = reading("table", {"dynamodb": {"Keys": {"id": {"S": ["1"]}}}})
    shop = replace(shop, resources=writer("dynamodb:PutItem", "AWS::DynamoDB::Table"), functions=writing())

    assert {"function:Write"} == reached_of(shop, acts=[act("call", "Write")])


@pytest.mark.parametrize(("action", "is_reached"), [("s3:PutObject", True), ("s3:DeleteObject", False)])
def test_what_a_function_may_put_into_a_bucket_is_told(action: str, is_reached: bool) -> None:  # noqa: FBT001 - a parameter
    """What it may only take away is not."""
    shop = hand_made(
        functions=writing(),
        resources=writer(action, "AWS::S3::Bucket"),
        notifications={
            "B[0]": Notification(name="B[0]", bucket="Source", events=("s3:ObjectCreated:*",), target="Work")
        },
    )

    assert is_reached == ("notification:B[0]?" in reached_of(shop, acts=[act("call", "Write")]))


def test_a_function_that_refused_is_not_taken_to_have_sent() -> None:
    """It has run, and not done its work."""
    refused = act("request", "POST /jobs", api="Api", route="POST /jobs", status=400, answer='{"error": "empty"}')

    assert {"route:Api POST /jobs", "function:SubmitJob"} == reached_of(system("orders_async"), acts=[refused])


def test_in_handler_nothing_is_taken_to_have_been_sent() -> None:
    """The harness delivers, and knows what ran."""
    assert {"function:SubmitJob"} == reached_of(system("orders_async"), mode="handler", functions=["SubmitJob"])


def test_a_route_that_a_function_may_call_may_have_been_reached() -> None:
    """The index of bigmouth asks for the restaurants, under its own role."""
    index = act("request", "GET /", api="Api", route="GET /", status=200, answer="<html>")

    found = reached_of(system("bigmouth"), acts=[index])

    perhaps = {"route:Api GET /restaurants?", "function:GetRestaurants?"}
    assert {"route:Api GET /", "function:GetIndex", *perhaps} == found


def test_what_must_have_led_to_a_function_is_reached() -> None:
    """A worker has run, and only one mapping leads to it."""
    found = reached_of(system("orders_async"), mode="handler", functions=["DoJobs"])

    assert {"mapping:DoJobsJobs", "function:DoJobs"} == found


def test_what_may_have_led_to_a_function_is_not() -> None:
    """Two notifications lead to it, so that nobody knows."""
    assert {"function:ExtractMetadata"} == reached_of(system("photos"), mode="handler", functions=["ExtractMetadata"])


def test_a_called_function_needs_no_mapping() -> None:
    """The test itself has started it."""
    found = reached_of(system("orders_async"), mode="handler", acts=[act("call", "DoJobs")], functions=["DoJobs"])

    assert {"function:DoJobs"} == found


def test_a_function_of_another_system_is_no_part_of_this_one() -> None:
    """A name that the template does not declare is left out."""
    assert set() == reached_of(system("bigmouth"), mode="handler", functions=["Stranger"])


def test_a_message_in_the_dead_letter_queue_was_redriven() -> None:
    """Only SQS puts messages there."""
    found = reached_of(system("orders_async"), entries=[entry("queue", "DeadLetters", {"Body": "poison"})])

    assert {"destination:JobsQueue dead letters"} == found


def test_a_dead_letter_of_a_function_says_so() -> None:
    """Its attributes tell; the subscription to the topic is reached as well."""
    letter = notification("DeadLetterTopic", "{}", RequestID="1", ErrorCode="200", ErrorMessage="no")

    found = reached_of(system("gettogethers"), entries=[letter])

    assert {
        "destination:NotifyOrganiser dead letters",
        "subscription:NotificationFailedFailed",
        "function:NotificationFailed",
    } == found


def test_a_letter_counts_in_handler_where_the_function_ran() -> None:
    """Which function it is of, it does not say. In invoke the cloud has tried that function again."""
    letter = notification("DeadLetterTopic", "{}", RequestID="1", ErrorCode="200")

    found = [
        reached_of(system("gettogethers"), mode=mode, entries=[letter], functions=ran)
        for mode, ran in (("handler", ()), ("handler", ("NotifyOrganiser",)), ("invoke", ()))
    ]

    assert [False, True, True] == ["destination:NotifyOrganiser dead letters" in one for one in found]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("Success", "destination:Work success"), ("RetriesExhausted", "destination:Work failure")],
)
def test_a_record_of_lambda_tells_how_it_ended(condition: str, expected: str) -> None:
    """The same queue may be told of both."""
    shop = hand_made(
        functions=functions("Work"),
        asynchronous={"Work": AsyncConfig(on_success="Told", on_failure="Told")},
        queues={"Told": Queue(name="Told"), "Jobs": Queue(name="Jobs", dead_letters="Told", receives=2)},
    )
    told = entry("queue", "Told", {"Body": f'{{"requestContext": {{"condition": "{condition}"}}}}'})

    assert {expected} == reached_of(shop, entries=[told])


def test_dead_letters_in_a_queue_of_both_are_told_apart() -> None:
    """Those of a function have attributes of Lambda, those of a queue have not."""
    shop = hand_made(
        functions=functions("Work"),
        asynchronous={"Work": AsyncConfig(dead_letters="Lost")},
        queues={"Jobs": Queue(name="Jobs", dead_letters="Lost", receives=2), "Lost": Queue(name="Lost")},
    )
    told = {name: {"DataType": "String", "StringValue": "1"} for name in ("RequestID", "ErrorCode")}

    letter = reached_of(shop, entries=[entry("queue", "Lost", {"Body": "{}", "MessageAttributes": told})])
    redriven = reached_of(shop, entries=[entry("queue", "Lost", {"Body": "{}"})])

    assert ({"destination:Work dead letters"}, {"destination:Jobs dead letters"}) == (letter, redriven)


def test_a_batch_that_was_given_up_is_told_of_the_mapping() -> None:
    """Its record names the batch."""
    body = '{"requestContext": {"condition": "RetryAttemptsExhausted"}, "KinesisBatchInfo": {}}'

    found = reached_of(system("orders_async"), entries=[entry("queue", "UncountedAudit", {"Body": body})])

    assert {"destination:SummariseAuditAudit failure"} == found


def test_another_message_where_a_destination_leads_says_nothing() -> None:
    """A function may send there as well."""
    shop = hand_made(functions=functions("Work"), asynchronous={"Work": AsyncConfig(on_failure="Told")})

    told = reached_of(shop, entries=[entry("queue", "Told", {"Body": "hello"})])
    told |= reached_of(system("orders_async"), entries=[entry("queue", "UncountedAudit", {"Body": "hello"})])

    assert set() == told


def test_two_systems_are_kept_apart() -> None:
    """What is made ready for one is not used for another, however many there are."""
    shops = [
        hand_made(
            functions=functions(f"Work{number}"),
            schedules={"Daily": Schedule(name="Daily", expression="rate(1 day)", target=f"Work{number}")},
        )
        for number in range(20)
    ]

    found = [reached_of(shop, acts=[act("fire", "Daily")]) for shop in shops]

    assert [{"schedule:Daily", f"function:Work{number}"} for number in range(20)] == found


def test_what_leads_in_circles_comes_to_an_end() -> None:
    """Each thing is reached once."""
    shop = hand_made(
        functions=functions("Work"),
        notifications={"B[0]": Notification(name="B[0]", bucket="B", events=("s3:ObjectCreated:*",), target="Topic")},
        subscriptions={
            "Sub": Subscription(name="Sub", topic="Topic", protocol="sqs", endpoint="Loop"),
            "Again": Subscription(name="Again", topic="Loop", protocol="sqs", endpoint="Topic"),
        },
    )

    found = reached_of(shop, acts=[act("upload", "B key")])

    assert {"notification:B[0]", "subscription:Sub", "subscription:Again"} == found


def test_it_is_quick() -> None:
    """It is asked after every green test; measured at about 0.1 ms, and bounded with room for a busy machine."""
    acts, entries = [ORDER] * 3, [PLACED] * 5
    reached(system("bigmouth"), mode="http", acts=acts, entries=entries, functions=())

    began = time.perf_counter()
    for _ in range(100):
        reached(system("bigmouth"), mode="http", acts=acts, entries=entries, functions=())
    took = (time.perf_counter() - began) / 100

    assert took < 0.003
