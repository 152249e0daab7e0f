"""The notifications and events that SNS sends."""

from __future__ import annotations

import math
import time
import uuid
from typing import Any

import pytest

from harness.errors import MisusedStep
from harness.events.sns import attributes, function_event, notification, notified

TOPIC = "arn:aws:sns:eu-west-1:123456789012:orders"
SUBSCRIPTION = f"{TOPIC}:21be56ed-a058-49f5-8c98-aedd2564c486"
KIND = {"kind": {"Type": "String", "Value": "order"}}


def sent(**changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "topic_arn": TOPIC,
        "message": '{"id": "é"}',
        "region": "eu-west-1",
        "message_id": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
        "timestamp": 1795255200.25,
        "subscription_arn": SUBSCRIPTION,
    }
    return notification(**usual | changes)


def test_a_notification_has_the_fields_of_sns() -> None:
    """The whole document, in the order of AWS, without subject and attributes."""
    assert list(sent().items()) == [
        ("Type", "Notification"),
        ("MessageId", "95df01b4-ee98-5cb9-9903-4c221d41eb5e"),
        ("TopicArn", TOPIC),
        ("Message", '{"id": "é"}'),
        ("Timestamp", "2026-11-21T10:00:00.250Z"),
        ("SignatureVersion", "1"),
        ("Signature", "RVhBTVBMRQ=="),
        ("SigningCertURL", f"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-{'0' * 32}.pem"),
        ("UnsubscribeURL", f"https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={SUBSCRIPTION}"),
    ]


def test_subject_and_attributes_are_there_when_given() -> None:
    """The subject stands before the message, as in AWS."""
    found = sent(subject="Placed", attributes=KIND)

    assert list(found)[:5] == ["Type", "MessageId", "TopicArn", "Subject", "Message"]
    assert (found["Subject"], found["MessageAttributes"]) == ("Placed", KIND)


def test_a_notification_is_of_now_and_has_ids_of_its_own() -> None:
    """Where none are given."""
    before = time.time()

    found = notification(topic_arn=TOPIC, message="m", region="eu-west-1")

    moment = time.strptime(found["Timestamp"][:19], "%Y-%m-%dT%H:%M:%S")
    assert moment >= time.gmtime(before - 1)
    assert uuid.UUID(found["MessageId"])
    assert f"SubscriptionArn={TOPIC}:" in found["UnsubscribeURL"]


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1795255200.001, "2026-11-21T10:00:00.001Z"),
        (1795255200.9999, "2026-11-21T10:00:01.000Z"),
    ],
)
def test_a_moment_is_written_to_the_millisecond(moment: float, written: str) -> None:
    """Rounded, over the second if need be."""
    assert sent(timestamp=moment)["Timestamp"] == written


def test_a_function_gets_a_record() -> None:
    """The whole event: URLs in Lambda's spelling, a null for the subject, no attributes."""
    assert function_event(sent(subscription_arn=None), subscription_arn=SUBSCRIPTION) == {
        "Records": [
            {
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "EventSubscriptionArn": SUBSCRIPTION,
                "Sns": {
                    "Type": "Notification",
                    "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
                    "TopicArn": TOPIC,
                    "Subject": None,
                    "Message": '{"id": "é"}',
                    "Timestamp": "2026-11-21T10:00:00.250Z",
                    "SignatureVersion": "1",
                    "Signature": "RVhBTVBMRQ==",
                    "SigningCertUrl": sent()["SigningCertURL"],
                    "UnsubscribeUrl": sent()["UnsubscribeURL"],
                    "MessageAttributes": {},
                },
            }
        ]
    }


def test_a_function_gets_subject_and_attributes() -> None:
    """As the notification has them, and not shared with it."""
    message = sent(subject="Placed", attributes=KIND)

    found = function_event(message, subscription_arn=SUBSCRIPTION)["Records"][0]["Sns"]
    message["MessageAttributes"]["kind"]["Value"] = "other"

    assert (found["Subject"], found["MessageAttributes"]) == ("Placed", KIND)


@pytest.mark.parametrize(
    ("value", "typed", "told"),
    [
        ("é", {"DataType": "String", "StringValue": "é"}, {"Type": "String", "Value": "é"}),
        (7, {"DataType": "Number", "StringValue": "7"}, {"Type": "Number", "Value": "7"}),
        (0.5, {"DataType": "Number", "StringValue": "0.5"}, {"Type": "Number", "Value": "0.5"}),
        (False, {"DataType": "String", "StringValue": "false"}, {"Type": "String", "Value": "false"}),
        (b"\x02\x03\x04", {"DataType": "Binary", "BinaryValue": b"\x02\x03\x04"}, {"Type": "Binary", "Value": "AgME"}),
        (
            ["é", 1, None, True],
            {"DataType": "String.Array", "StringValue": '["é", 1, null, true]'},
            {"Type": "String.Array", "Value": '["é", 1, null, true]'},
        ),
    ],
)
def test_an_attribute_has_its_type(value: Any, typed: dict[str, Any], told: dict[str, str]) -> None:
    """As the API takes it, and as a notification tells it."""
    found = attributes({"a": value})

    assert (found, notified(found)) == ({"a": typed}, {"a": told})


@pytest.mark.parametrize("value", ["", b""])
def test_an_empty_attribute_is_refused(value: str | bytes) -> None:
    """SNS refuses it too: ParameterValueInvalid."""
    with pytest.raises(MisusedStep) as caught:
        attributes({"kind": value})

    assert str(caught.value) == (
        "The message attribute 'kind' is empty.\n  SNS takes: an attribute with a value, or none at all\n  leave it out"
    )


@pytest.mark.parametrize("value", [math.inf, None])
def test_what_sns_does_not_know_is_refused(value: Any) -> None:
    """Numbers without an end, and nothing at all."""
    with pytest.raises(MisusedStep) as caught:
        attributes({"kind": value})

    assert str(caught.value) == (
        f"The message attribute 'kind' cannot be a {type(value).__name__}.\n"
        "  SNS takes: text, finite numbers, bytes, and lists of text, numbers, booleans and None"
    )


def test_powertools_reads_the_event() -> None:
    """Its data class finds each field."""
    from aws_lambda_powertools.utilities.data_classes import SNSEvent

    record = SNSEvent(function_event(sent(attributes=KIND), subscription_arn=SUBSCRIPTION)).record

    message = record.sns
    assert (record.event_source, record.event_version) == ("aws:sns", "1.0")
    assert record.event_subscription_arn == SUBSCRIPTION
    assert (message.message, message.subject, message.topic_arn) == ('{"id": "é"}', None, TOPIC)
    assert (message.message_attributes["kind"].get_type, message.message_attributes["kind"].value) == tuple(
        KIND["kind"].values()
    )
    assert (message.signing_cert_url, message.unsubscribe_url) == (sent()["SigningCertURL"], sent()["UnsubscribeURL"])
    assert (message.signature, message.signature_version, message.get_type) == ("RVhBTVBMRQ==", "1", "Notification")


@pytest.mark.parametrize("changes", [{}, {"subject": "Placed", "attributes": KIND}])
def test_the_models_of_powertools_take_event_and_notification(changes: dict[str, Any]) -> None:
    """Where pydantic is installed; the model reads either spelling of the URLs."""
    from aws_lambda_powertools.utilities.parser.models import SnsModel, SnsNotificationModel

    event = SnsModel.model_validate(function_event(sent(**changes), subscription_arn=SUBSCRIPTION))
    document = SnsNotificationModel.model_validate(sent(**changes))

    assert event.Records[0].Sns.Subject == document.Subject == changes.get("subject")
    assert document.Timestamp.timestamp() == 1795255200.25
