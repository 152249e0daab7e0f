"""Every event is read without complaint by Powertools for AWS Lambda: by its models, its envelopes and data classes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest
from aws_lambda_powertools.utilities import data_classes
from aws_lambda_powertools.utilities.data_classes.api_gateway_authorizer_event import (
    APIGatewayAuthorizerEventV2,
    APIGatewayAuthorizerRequestEvent,
    APIGatewayAuthorizerTokenEvent,
)
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecordEventName
from aws_lambda_powertools.utilities.parser import envelopes, models
from pydantic import BaseModel

from harness import events
from harness.events.caller import Caller
from harness.events.dynamodb import View
from harness.events.http import Call, Door

ACCOUNT, REGION = "123456789012", "eu-west-1"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:uploads"
STREAM = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/orders"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders/stream/2026-11-21T10:00:00.000"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/nightly"
SCHEDULE = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/nightly"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pay"
METHOD = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:abc123/dev/PUT/orders/o-1"
CALLER = Caller(account=ACCOUNT, arn=f"arn:aws:iam::{ACCOUNT}:user/ann", user_id="AIDA1", access_key="AKIA1")
DOOR = Door(account=ACCOUNT, api_id="abc123", domain=f"abc123.execute-api.{REGION}.amazonaws.com", stage="dev")
CLAIMS = {"sub": "s-1", "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc", "cognito:username": "ann"}
SIGNED = {"caller": CALLER}
MOMENT = datetime(2026, 11, 21, 10, tzinfo=UTC)
BY_TOKEN = {"claims": CLAIMS, "scopes": ("orders/write",)}
# As boto3 gives them: ReceiveMessage, and GetRecords of a table's stream.
RECEIVED = {
    "MessageId": "m-1",
    "ReceiptHandle": "AQEB",
    "Body": '{"id": "o-1"}',
    "Attributes": {
        "ApproximateReceiveCount": "2",
        "SentTimestamp": "1795255200250",
        "SenderId": "AIDA1",
        "ApproximateFirstReceiveTimestamp": "1795255200300",
    },
}
EXPIRED = {
    "eventID": "e-1",
    "eventName": "REMOVE",
    "dynamodb": {
        "ApproximateCreationDateTime": MOMENT,
        "Keys": {"id": {"S": "o-1"}},
        "OldImage": {"id": {"S": "o-1"}, "seal": {"B": b"\x02"}, "total": {"N": "9.5"}},
        "SequenceNumber": "1" * 21,
        "SizeBytes": 20,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    },
    "userIdentity": {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"},
}


class Order(BaseModel):
    id: str


def call(**changes: Any) -> Call:
    usual: dict[str, Any] = {
        "method": "PUT",
        "path": "/orders/o-1",
        "resource": "/orders/{id}",
        "route_key": "PUT /orders/{id}",
        "resource_id": "x1y2z3",
        "parameters": {"id": "o-1"},
        "query": (("tag", "a"), ("tag", "b")),
        "headers": (("content-type", "application/json"), ("x-tag", "1")),
        "body": b'{"id": "o-1"}',
        "request_id": "6b0f2f1c",
        "moment": 1795255200.25,
        "user_agent": "tests",
    }
    return Call(**{**usual, **changes})


def message(body: Any, **changes: Any) -> dict[str, Any]:
    return events.sqs.event([events.sqs.record(body, queue_arn=QUEUE, **changes)])


def upload(**changes: Any) -> dict[str, Any]:
    return events.s3.event([events.s3.record("my photos/é.jpg", bucket="photos", region=REGION, **changes)])


def notified(text: Any) -> dict[str, Any]:
    return events.sns.notification(topic_arn=TOPIC, message=text, region=REGION)


def change(operation: Any, **changes: Any) -> dict[str, Any]:
    images = {"INSERT": {"new": {}}, "MODIFY": {"new": {}, "old": {}}, "REMOVE": {"old": {}}}[operation]
    asked = {"keys": {"id": "o-1"}, "stream_arn": TABLE, **images, **changes}
    return events.dynamodb.event([events.dynamodb.record(operation, **asked)])


@pytest.mark.parametrize("changes", [{}, {"claims": CLAIMS}, SIGNED, {"body": b"", "query": (), "parameters": None}])
def test_requests_of_rest_apis(changes: dict[str, Any]) -> None:
    """Open, with claims, signed, and bare."""
    event = events.payload_v1.rest_event(call(**changes), DOOR)

    model = models.APIGatewayProxyEventModel.model_validate(event)
    read = data_classes.APIGatewayProxyEvent(event)

    assert (model.path, model.requestContext.resourcePath) == ("/orders/o-1", "/orders/{id}")
    assert (read.http_method, read.request_context.stage, read.headers["x-tag"]) == ("PUT", "dev", "1")


def test_requests_of_http_apis_in_the_first_format() -> None:
    """Model and data class are those of REST APIs."""
    event = events.payload_v1.http_event_v1(call(**BY_TOKEN), DOOR)

    model = models.APIGatewayProxyEventModel.model_validate(event)
    read = data_classes.APIGatewayProxyEvent(event)

    assert model.path == "/dev/orders/o-1"
    assert (read.version, read.json_body, read.request_context.api_id) == ("1.0", {"id": "o-1"}, "abc123")
    assert read.request_context.authorizer.claims == CLAIMS


@pytest.mark.parametrize("changes", [{}, BY_TOKEN, SIGNED, {"body": b"", "query": (), "parameters": None}])
def test_requests_of_http_apis(changes: dict[str, Any]) -> None:
    """Open, with claims, signed, and bare."""
    event = events.payload_v2.http_event(call(**changes), DOOR)

    model = models.APIGatewayProxyEventV2Model.model_validate(event)
    read = data_classes.APIGatewayProxyEventV2(event)

    assert (model.rawPath, model.requestContext.timeEpoch.timestamp()) == ("/dev/orders/o-1", 1795255200.25)
    assert (read.route_key, read.request_context.http.method) == ("PUT /orders/{id}", "PUT")


def test_tokens_for_authorizers() -> None:
    """The smallest of events."""
    event = events.authorizers.token_event(token="Bearer abc", arn=METHOD)

    model = models.ApiGatewayAuthorizerToken.model_validate(event)
    read = APIGatewayAuthorizerTokenEvent(event)

    assert (model.authorizationToken, read.parsed_arn.resource) == ("Bearer abc", "orders/o-1")


@pytest.mark.parametrize("is_rest", [True, False])
def test_requests_for_authorizers_in_the_first_format(is_rest: bool) -> None:  # noqa: FBT001
    """The function's event without its body, of either kind of API."""
    event = events.authorizers.request_event_v1(call(), DOOR, arn=METHOD, sources=["abc"], is_rest=is_rest)

    model = models.ApiGatewayAuthorizerRequest.model_validate(event)
    read = APIGatewayAuthorizerRequestEvent(event)

    assert (model.methodArn, model.body) == (METHOD, None)
    assert (read.get_type, read.path_parameters, read.headers["x-tag"]) == ("REQUEST", {"id": "o-1"}, "1")


def test_requests_for_authorizers_of_http_apis() -> None:
    """The function's event without its body."""
    event = events.authorizers.request_event_v2(call(), DOOR, arn=METHOD, sources=["abc"])

    model = models.ApiGatewayAuthorizerRequestV2.model_validate(event)
    read = APIGatewayAuthorizerEventV2(event)

    assert (model.routeArn, model.identitySource) == (METHOD, ["abc"])
    assert (read.route_key, read.parsed_arn.http_method) == ("PUT /orders/{id}", "PUT")


@pytest.mark.parametrize("asked", [{}, {"method": "POST", "body": {"id": "o-1"}, "query": {"a": ["1", "2"]}}, SIGNED])
def test_requests_of_function_urls(asked: dict[str, Any]) -> None:
    """Bare, with a body, and signed."""
    event = events.function_url.event(**{"region": REGION, "headers": {"Cookie": "a=1"}, **asked})

    model = models.LambdaFunctionUrlModel.model_validate(event)
    read = data_classes.LambdaFunctionUrlEvent(event)

    assert (model.routeKey, model.cookies) == ("$default", ["a=1"])
    assert read.request_context.domain_prefix == model.requestContext.apiId


@pytest.mark.parametrize("changes", [{}, SIGNED, {"body": b"", "query": (), "parameters": None}])
def test_calls_of_function_urls(changes: dict[str, Any]) -> None:
    """Open, signed, and bare, as the harness builds them of a call."""
    event = events.payload_v2.url_event(call(**{"route_key": "$default", **changes}), DOOR)

    model = models.LambdaFunctionUrlModel.model_validate(event)
    read = data_classes.LambdaFunctionUrlEvent(event)

    assert (model.routeKey, model.rawPath) == ("$default", "/dev/orders/o-1")
    assert (read.request_context.http.method, read.headers["x-tag"]) == ("PUT", "1")


@pytest.mark.parametrize("attributes", [None, {"kind": "order", "total": 9.5, "seal": b"\x02"}])
def test_messages_of_queues(attributes: dict[str, Any] | None) -> None:
    """With attributes of each type, and without."""
    told = events.sns.attributes(attributes or {})
    event = message({"id": "o-1"}, attributes=told, sent=1795255200.25)

    (model,) = models.SqsModel.model_validate(event).Records
    (read,) = data_classes.SQSEvent(event).records

    assert (model.attributes.SentTimestamp.timestamp(), read.json_body) == (1795255200.25, {"id": "o-1"})
    assert {name: one.data_type for name, one in read.message_attributes.items()} == {
        name: one["DataType"] for name, one in told.items()
    }
    assert envelopes.SqsEnvelope().parse(event, Order) == [Order(id="o-1")]


def test_messages_of_fifo_queues() -> None:
    """With their order."""
    record = events.sqs.record("a", queue_arn=f"{QUEUE}.fifo", group="g", deduplication="d", sequence_number="18")

    (read,) = models.SqsModel.model_validate(events.sqs.event([record])).Records

    told = read.attributes
    assert (told.MessageGroupId, told.MessageDeduplicationId, told.SequenceNumber) == ("g", "d", "18")


def test_messages_that_were_received() -> None:
    """As boto3 gives them."""
    told = {**RECEIVED, "MessageAttributes": events.sns.attributes({"kind": "order"})}
    event = events.sqs.event([events.sqs.record_of(told, queue_arn=QUEUE)])

    (model,) = models.SqsModel.model_validate(event).Records
    (read,) = data_classes.SQSEvent(event).records

    assert (model.attributes.ApproximateReceiveCount, model.messageAttributes["kind"].stringValue) == ("2", "order")
    assert (read.json_body, read.queue_url) == ({"id": "o-1"}, f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/orders")


def test_dead_letters_of_functions() -> None:
    """The body is the event, the attributes tell the failure."""
    told = events.destinations.dead_letter_attributes(request_id="r-1", error_message="no")
    event = message({"id": "o-1"}, attributes=told)

    (model,) = models.SqsModel.model_validate(event).Records

    assert {name: one.stringValue for name, one in model.messageAttributes.items()} == {
        "RequestID": "r-1",
        "ErrorCode": "200",
        "ErrorMessage": "no",
    }


def test_notifications_of_topics() -> None:
    """As a function gets them, and within a queue."""
    sent = notified({"id": "o-1"})
    event = events.sns.function_event(sent, subscription_arn=f"{TOPIC}:1")

    read = data_classes.SQSEvent(message(sent))

    assert envelopes.SnsEnvelope().parse(event, Order) == [Order(id="o-1")]
    assert envelopes.SnsSqsEnvelope().parse(message(sent), Order) == [Order(id="o-1")]
    assert next(read.records).decoded_nested_sns_event.message == '{"id": "o-1"}'


def test_notifications_with_attributes() -> None:
    """A text, a number and bytes."""
    told = events.sns.notified(events.sns.attributes({"kind": "order", "total": 9.5, "seal": b"\x02"}))
    sent = events.sns.notification(topic_arn=TOPIC, message="placed", region=REGION, attributes=told)
    event = events.sns.function_event(sent, subscription_arn=f"{TOPIC}:1")

    (model,) = models.SnsModel.model_validate(event).Records
    (read,) = data_classes.SNSEvent(event).records

    assert {name: one.Value for name, one in model.Sns.MessageAttributes.items()} == {
        "kind": "order",
        "total": "9.5",
        "seal": "Ag==",
    }
    assert read.sns.message_attributes["total"].get_type == "Number"


def test_records_of_streams() -> None:
    """JSON in base64, and the moment of their arrival."""
    record = events.kinesis.record(b'{"id": "o-1"}', key="k", stream_arn=STREAM, arrived=1795255200.25)
    event = events.kinesis.event([record])

    (model,) = models.KinesisDataStreamModel.model_validate(event).Records
    (read,) = data_classes.KinesisStreamEvent(event).records

    assert (model.kinesis.data, model.kinesis.approximateArrivalTimestamp) == (b'{"id": "o-1"}', 1795255200.25)
    assert (read.kinesis.data_as_json(), read.kinesis.partition_key) == ({"id": "o-1"}, "k")
    assert envelopes.KinesisDataStreamEnvelope().parse(event, Order) == [Order(id="o-1")]


def test_records_that_were_read_of_streams() -> None:
    """As boto3 gives them."""
    given = {
        "SequenceNumber": "49" + "5" * 54,
        "ApproximateArrivalTimestamp": MOMENT,
        "Data": b'{"id": "o-1"}',
        "PartitionKey": "k",
    }
    event = events.kinesis.event([events.kinesis.record_of(given, stream_arn=STREAM)])

    (model,) = models.KinesisDataStreamModel.model_validate(event).Records
    (read,) = data_classes.KinesisStreamEvent(event).records

    assert (model.kinesis.data, model.kinesis.approximateArrivalTimestamp) == (b'{"id": "o-1"}', MOMENT.timestamp())
    assert (read.kinesis.sequence_number, read.kinesis.partition_key) == (given["SequenceNumber"], "k")


@pytest.mark.parametrize("view", get_args(View))
@pytest.mark.parametrize("operation", ["INSERT", "MODIFY", "REMOVE"])
def test_changes_of_tables(operation: str, view: View) -> None:
    """Each operation in each view."""
    event = change(operation, view=view, created=1795255200)

    (model,) = models.DynamoDBStreamModel.model_validate(event).Records
    (read,) = data_classes.DynamoDBStreamEvent(event).records

    told = event["Records"][0]["dynamodb"]
    assert (model.dynamodb.Keys, model.dynamodb.StreamViewType) == ({"id": "o-1"}, view)
    assert model.dynamodb.NewImage == ({"id": "o-1"} if "NewImage" in told else None)
    assert read.event_name is DynamoDBRecordEventName[operation]
    assert read.dynamodb.old_image == ({"id": "o-1"} if "OldImage" in told else {})


def test_changes_that_were_read_of_tables() -> None:
    """As boto3 gives them, here of an item that expired."""
    event = events.dynamodb.event([events.dynamodb.record_of(EXPIRED, stream_arn=TABLE)])

    (model,) = models.DynamoDBStreamModel.model_validate(event).Records
    (read,) = data_classes.DynamoDBStreamEvent(event).records

    assert model.userIdentity is not None
    assert (model.eventID, model.userIdentity.principalId) == ("e-1", "dynamodb.amazonaws.com")
    assert (read.event_name, read.dynamodb.old_image["total"]) == (DynamoDBRecordEventName.REMOVE, Decimal("9.5"))


def test_values_of_tables() -> None:
    """Each type comes back as the value that it was."""
    item = {
        "id": "o-1",
        "none": None,
        "paid": True,
        "total": Decimal("9.5"),
        "lines": [{"sku": "é", "count": 2}],
        "tags": {"a", "b"},
        "sizes": {Decimal(9), Decimal(10)},
    }

    (read,) = data_classes.DynamoDBStreamEvent(change("INSERT", new=item)).records

    assert read.dynamodb.new_image == item


def test_items_that_expired() -> None:
    """The service that removed them is told."""
    (model,) = models.DynamoDBStreamModel.model_validate(change("REMOVE", expired=True)).Records

    assert model.userIdentity is not None
    assert model.userIdentity.principalId == "dynamodb.amazonaws.com"


@pytest.mark.parametrize("name", ["ObjectCreated:Put", "ObjectRemoved:Delete", "LifecycleExpiration:Delete"])
@pytest.mark.parametrize("version_id", [None, "v-1"])
def test_uploads(name: str, version_id: str | None) -> None:
    """The data class decodes the key, the model does not."""
    event = upload(event=name, version_id=version_id, size=5)

    (model,) = models.S3Model.model_validate(event).Records
    read = data_classes.S3Event(event)

    assert (model.s3.object.key, read.object_key) == ("my+photos/%C3%A9.jpg", "my photos/é.jpg")
    assert (read.bucket_name, model.s3.object.versionId) == ("photos", version_id)


def test_uploads_in_queues() -> None:
    """Straight from the bucket."""
    event = message(upload())

    (model,) = models.S3SqsEventNotificationModel.model_validate(event).Records
    (read,) = data_classes.SQSEvent(event).records

    assert model.body.Records[0].s3.bucket.name == "photos"
    assert read.decoded_nested_s3_event.object_key == "my photos/é.jpg"


def test_uploads_by_topics_in_queues() -> None:
    """Three services deep."""
    (found,) = envelopes.SnsSqsEnvelope().parse(message(notified(upload())), models.S3Model)

    assert found.Records[0].s3.bucket.name == "photos"


@pytest.mark.parametrize("kind", get_args(events.s3.BusKind))
def test_uploads_on_the_bus(kind: Any) -> None:
    """Of each kind; the key is as people write it."""
    event = events.s3.bus_event("é b.jpg", bucket="photos", account=ACCOUNT, region=REGION, kind=kind)

    model = models.S3EventNotificationEventBridgeModel.model_validate(event)
    read = data_classes.S3EventBridgeNotificationEvent(event)

    assert (model.detail_type, model.detail.object.key) == (kind, "é b.jpg")
    assert (read.detail.bucket.name, read.detail.requester) == ("photos", ACCOUNT)


def test_events_of_buses() -> None:
    """The detail is the order."""
    event = events.eventbridge.event(
        source="shop", detail_type="order_placed", detail={"id": "o-1"}, account=ACCOUNT, region=REGION
    )

    assert envelopes.EventBridgeEnvelope().parse(event, Order) == Order(id="o-1")
    assert data_classes.EventBridgeEvent(event).detail_type == "order_placed"


@pytest.mark.parametrize(
    "event",
    [
        events.schedule.event(rule_arn=RULE),
        events.eventbridge.schedule_event(RULE),
        events.schedule.scheduler_event(schedule_arn=SCHEDULE),
    ],
)
def test_schedules(event: dict[str, Any]) -> None:
    """Of a rule, and of the scheduler, whose detail is a text."""
    model = models.EventBridgeModel.model_validate(event)

    assert (model.detail_type, model.detail, model.region) == ("Scheduled Event", {}, REGION)


def test_records_of_batches_that_were_given_up() -> None:
    """There is a model for tables alone."""
    batch = change("MODIFY", created=1795255200)["Records"]
    record = events.destinations.batch_record(batch, function_arn=FUNCTION, request_id="r-1", attempts=2)

    model = models.DynamoDBStreamLambdaOnFailureDestinationModel.model_validate(record)

    assert (model.request_context.approximate_invoke_count, model.ddb_stream_batch_info.batch_size) == (2, 1)
    assert model.ddb_stream_batch_info.approximate_arrival_of_last_record.timestamp() == 1795255200


def test_results_on_a_bus() -> None:
    """The record of an invocation is the detail."""
    record = events.destinations.invocation_record(
        function_arn=FUNCTION, request_id="r-1", condition="Success", attempts=1, request={}, response="done"
    )
    event = events.destinations.bus_event(record, bus_arn=f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/results")

    assert models.EventBridgeModel.model_validate(event).detail == record


@pytest.mark.parametrize(
    "identity",
    [
        None,
        events.appsync.cognito_identity(CLAIMS),
        events.appsync.iam_identity(CALLER),
        events.appsync.oidc_identity(CLAIMS),
        events.appsync.lambda_identity({"tenant": "t-1"}),
    ],
)
def test_fields_of_graphql(identity: dict[str, Any] | None) -> None:
    """For each kind of user."""
    event = events.appsync.resolver_event("order", arguments={"id": "o-1"}, identity=identity, selections=["id"])

    model = models.AppSyncResolverEventModel.model_validate(event)
    read = data_classes.AppSyncResolverEvent(event)

    assert (model.info.fieldName, read.type_name, read.arguments) == ("order", "Query", {"id": "o-1"})
    assert json.loads(model.model_dump_json())["identity"] == identity
