"""What a test has reached, told by what it did and saw."""

from __future__ import annotations

import time

import pytest

from harness.report.surface import reached
from harness.system.model import (
    Api,
    AsyncConfig,
    Authorizer,
    EventSourceMapping,
    Function,
    Notification,
    Queue,
    Route,
    Rule,
    Schedule,
    StateMachine,
    Subscription,
    System,
    Target,
)
from tests.report.real_systems import act, change, entry, event, hand_made, notification, reached_of, record, system

PLACED = event("EventBus", source="big-mouth", detail_type="order_placed", detail={"orderId": "o-1"})
ORDER = act("request", "POST /orders", api="Api", route="POST /orders", status=200, answer='{"orderId": "o-1"}')
RULES = {"rule:NotifyRestaurantOrderPlaced", "rule:TestRule"}


def functions(*names: str) -> dict[str, Function]:
    return {name: Function(name=name, handler="app.handler", code=None) for name in names}


def listening(policy: dict[str, object] | None = None) -> System:
    subscription = Subscription(name="Sub", topic="Topic", protocol="lambda", endpoint="Work", filter_policy=policy)
    return hand_made(functions=functions("Work"), subscriptions={"Sub": subscription})


def reading(kind: str, *filters: dict[str, object]) -> System:
    mapping = EventSourceMapping(
        name="Read",
        function="Work",
        source="Source",
        kind=kind,
        filters=filters,  # type: ignore[arg-type]
    )
    return hand_made(functions=functions("Work"), mappings={"Read": mapping})


def guarded(*, kind: str = "lambda") -> System:
    guard = Authorizer(name="Guard", kind=kind, function="Check" if kind == "lambda" else None)  # type: ignore[arg-type]
    routes = (Route(api="Api", method="GET", path="/", function="Work", authorizer=guard),)
    api = Api(name="Api", kind="rest", stage="dev", routes=routes)
    return hand_made(functions=functions("Work", "Check"), apis={"Api": api})


# Requests


def test_an_answered_request_reaches_route_and_function_in_http() -> None:
    """Nobody sees a deployed function start; the answer came from it."""
    assert {"route:Api POST /orders", "function:PlaceOrder"} == reached_of(system("bigmouth"), acts=[ORDER])


@pytest.mark.parametrize("mode", ["handler", "invoke"])
def test_a_function_that_did_not_run_is_not_reached(mode: str) -> None:
    """In these modes it is known which ones ran."""
    assert {"route:Api POST /orders"} == reached_of(system("bigmouth"), mode=mode, acts=[ORDER])


def test_the_function_behind_a_request_is_reached_in_handler() -> None:
    """The act says which one it was."""
    found = reached_of(system("bigmouth"), mode="handler", acts=[act("call", "PlaceOrder", function="PlaceOrder")])

    assert {"function:PlaceOrder"} == found


def test_a_refused_request_reaches_its_route_only() -> None:
    """The route has done its work: it has asked the authorizer."""
    refused = act(
        "request", "POST /orders", api="Api", route="POST /orders", status=401, answer='{"message":"Unauthorized"}'
    )

    assert {"route:Api POST /orders"} == reached_of(system("bigmouth"), acts=[refused])


def test_an_unknown_path_reaches_nothing() -> None:
    """No route of the template takes it."""
    unknown = act("request", "GET /nowhere", api="Api", status=403, answer='{"message":"Missing Authentication Token"}')

    assert set() == reached_of(system("bigmouth"), acts=[unknown])


@pytest.mark.parametrize(
    ("mode", "status", "ran", "expected"),
    [
        ("http", 200, (), {"authorizer:Api Guard", "function:Check", "function:Work"}),
        ("http", 403, (), {"authorizer:Api Guard", "function:Check"}),
        ("http", 401, (), set()),
        ("handler", 403, ("Check",), {"authorizer:Api Guard", "function:Check"}),
        ("handler", 401, (), set()),
    ],
)
def test_an_authorizer_is_reached_by_what_it_decided(
    mode: str, status: int, ran: tuple[str, ...], expected: set[str]
) -> None:
    """It has not been asked where a token is missing, which is told by 401."""
    answers = {200: "{}", 403: '{"Message":"User is not authorized to access this resource"}'}
    asked = act(
        "request",
        "GET /",
        api="Api",
        route="GET /",
        status=status,
        answer=answers.get(status, '{"message":"Unauthorized"}'),
    )

    assert expected | {"route:Api GET /"} == reached_of(guarded(), mode=mode, acts=[asked], functions=ran)


# Fields of GraphQL


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('{"data": {"product": {"name": "Kettle"}}}', {"function:GetProduct"}),
        ('{"data": {"product": null}, "errors": [{"errorType": "Unauthorized"}]}', set()),
        ('{"data": null, "errors": [{"message": "Validation error of type FieldUndefined"}]}', set()),
    ],
)
def test_a_query_reaches_the_fields_that_it_asks_for(answer: str, expected: set[str]) -> None:
    """And the functions behind them where it was neither refused nor invalid."""
    sent = '{"query": "query ($id: ID!) { product(id: $id) { name } }", "variables": {"id": "kettle"}}'
    asked = act("query", "GraphApi", api="GraphApi", status=200, sent=sent, answer=answer)

    assert expected | {"field:GraphApi Query.product"} == reached_of(system("catalogue"), acts=[asked])


# Buses and topics


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


# Queues, streams, tables, buckets


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


# Schedules, machines, calls


def test_a_schedule_that_was_fired_reaches_its_function() -> None:
    """The verb does what the time would do."""
    assert {"schedule:Daily", "function:DeleteOldMetadata"} == reached_of(system("photos"), acts=[act("fire", "Daily")])


def test_a_schedule_that_does_not_exist_reaches_nothing() -> None:
    """The verb has failed."""
    assert set() == reached_of(system("photos"), acts=[act("fire", "Weekly")])


def test_an_execution_reaches_the_machine_and_the_functions_of_visited_states() -> None:
    """The answer says which states it went through."""
    started = act("start", "Workflow", answer="<Execution SUCCEEDED; visited: CheckFileType, ExtractMetadata>")

    found = [reached_of(system("photos"), mode=mode, acts=[started]) for mode in ("handler", "invoke", "http")]

    assert [{"machine:Workflow"}, *[{"machine:Workflow", "function:ReadMetadata"}] * 2] == found


def test_an_execution_of_nothing_reaches_nothing() -> None:
    """The verb has failed: there is no such machine."""
    assert set() == reached_of(system("photos"), acts=[act("start", "Nowhere")])


def test_a_test_of_a_state_is_no_execution() -> None:
    """One state by itself says nothing about the way through the machine."""
    assert set() == reached_of(system("photos"), acts=[act("test_state", "Workflow CopyPhoto")])


def test_a_call_reaches_the_function() -> None:
    """In http it is the Lambda API that is called."""
    assert {"function:GetJob"} == reached_of(system("orders_async"), acts=[act("call", "GetJob")])


def test_a_machine_behind_a_rule_is_reached() -> None:
    """A rule that starts no function counts by itself, in every mode."""
    rule = Rule(name="Go", bus="Bus", pattern={"source": ["a"]}, targets=(Target(resource="Flow"),))
    shop = hand_made(rules={"Go": rule}, machines={"Flow": StateMachine(name="Flow", definition={})})

    found = reached_of(shop, mode="handler", entries=[event("Bus", source="a", detail_type="b")])

    assert {"rule:Go", "machine:Flow"} == found


# What no tap sees


def test_what_a_function_may_send_to_is_reached_when_it_has_answered() -> None:
    """Its role lets it send to a queue and write to a stream, and no tap has looked there."""
    answered = act("request", "POST /jobs", api="Api", route="POST /jobs", status=202, answer="{}")

    found = reached_of(system("orders_async"), acts=[answered])

    assert {"mapping:DoJobsJobs", "function:DoJobs", "mapping:SummariseAuditAudit", "function:SummariseAudit"} <= found


def test_what_a_function_writes_into_a_table_goes_through_a_filter_of_kinds_of_change() -> None:
    """Whether it has inserted or modified, nobody sees; a filter that asks for content lets nothing unseen through."""
    photos = reached_of(system("photos"), acts=[act("upload", "UploadBucket cat.jpg")])

    assert {"mapping:ProcessMetadataMetadata", "function:ProcessMetadata"} <= photos


def test_a_function_that_refused_is_not_taken_to_have_sent() -> None:
    """It has run, and not done its work."""
    refused = act("request", "POST /jobs", api="Api", route="POST /jobs", status=400, answer='{"error": "empty"}')

    assert {"route:Api POST /jobs", "function:SubmitJob"} == reached_of(system("orders_async"), acts=[refused])


def test_in_handler_nothing_is_taken_to_have_been_sent() -> None:
    """The harness delivers, and knows what ran."""
    assert {"function:SubmitJob"} == reached_of(system("orders_async"), mode="handler", functions=["SubmitJob"])


def test_a_route_that_a_function_may_call_is_reached() -> None:
    """The index of bigmouth asks for the restaurants, under its own role."""
    index = act("request", "GET /", api="Api", route="GET /", status=200, answer="<html>")

    found = reached_of(system("bigmouth"), acts=[index])

    assert {"route:Api GET /", "function:GetIndex", "route:Api GET /restaurants", "function:GetRestaurants"} == found


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


# Where things end


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
    found = reached_of(system("orders_async"), entries=[entry("queue", "UncountedAudit", {"Body": "hello"})])

    assert set() == found


# Around it


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
