"""What AWS did not allow, in the words of each service."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from harness.report.denials import denials, is_denial
from harness.report.record import Denial
from tests.report.recorded import DENIED_EVENTS, DENIED_INVOKE, DENIED_SCAN, DENIED_TOPIC, LOG_OF_A_DENIAL, NAMES

PLACE_ORDER_ROLE = "bigmouth-embedded-PlaceOrderRole-9E05AB1D07BE9"
PLACE_ORDER = f"arn:aws:sts::000000000000:assumed-role/{PLACE_ORDER_ROLE}/place-order"
WHY = "because no identity-based policy allows the action"


def told(text: str, *, function: str = "PlaceOrder") -> list[tuple[str, str, str]]:
    return [(one.function, one.action, one.resource) for one in denials([(function, text)], names=NAMES)]


@pytest.mark.parametrize(
    ("text", "function", "action"),
    [
        (DENIED_EVENTS, "PlaceOrder", "events:PutEvents"),
        (DENIED_TOPIC, "NotifyRestaurant", "sns:Publish"),
        (DENIED_SCAN, "GetRestaurants", "dynamodb:Scan"),
        (DENIED_INVOKE, "GetIndex", "execute-api:Invoke"),
        ("\n".join(LOG_OF_A_DENIAL), "PlaceOrder", "events:PutEvents"),
    ],
)
def test_the_embedded_cloud_names_no_resource(text: str, function: str, action: str) -> None:
    """Who it was follows from the role, wherever the text comes from."""
    assert [(function, action, "")] == told(text, function="")


@pytest.mark.parametrize(
    ("said", "action", "resource"),
    [
        (
            "events:PutEvents on resource: arn:aws:events:us-east-1:000000000000:event-bus/bigmouth-embedded",
            "events:PutEvents",
            "EventBus",
        ),
        (
            (
                "dynamodb:Query on resource: arn:aws:dynamodb:us-east-1:000000000000:table/"
                "bigmouth-embedded-RestaurantsTable-581053E433B71/index/by-theme"
            ),
            "dynamodb:Query",
            "RestaurantsTable",
        ),
        (
            (
                "SNS:Publish on resource: "
                "arn:aws:sns:us-east-1:000000000000:bigmouth-embedded-RestaurantNotificationTopic-A5F49C41F9FD0"
            ),
            "sns:Publish",
            "RestaurantNotificationTopic",
        ),
        (
            "sqs:sendmessage on resource: arn:aws:sqs:us-east-1:000000000000:bigmouth-embedded-TestQueue-56D520296E37E",
            "sqs:SendMessage",
            "TestQueue",
        ),
        ('s3:GetObject on resource: "arn:aws:s3:::photos-embedded-uploads/a/b.jpg"', "s3:GetObject", "UploadBucket"),
        (
            "kms:Decrypt on resource: arn:aws:kms:us-east-1:000000000000:key/63b44101-048a-4571-ba1a-3f7513e661c5",
            "kms:Decrypt",
            "SecretsKey",
        ),
        ("kms:Decrypt on the resource associated with this ciphertext", "kms:Decrypt", ""),
        (
            (
                "ssm:GetParameter on resource: "
                "arn:aws:ssm:us-east-1:000000000000:parameter/bigmouth/embedded/get-restaurants/config"
            ),
            "ssm:GetParameter",
            "GetRestaurantsConfig",
        ),
        (
            (
                "execute-api:Invoke on resource: "
                "arn:aws:execute-api:us-east-1:********0000:0ab7186e/embedded/GET/restaurants"
            ),
            "execute-api:Invoke",
            "Api GET /restaurants",
        ),
        (
            (
                "lambda:InvokeFunction on resource: "
                "arn:aws:lambda:us-east-1:000000000000:function:bigmouth-embedded-place-order:live"
            ),
            "lambda:InvokeFunction",
            "PlaceOrder",
        ),
        (
            "events:PutEvents on resource: arn:aws:events:us-east-1:000000000000:event-bus/of-nobody",
            "events:PutEvents",
            "arn:aws:events:us-east-1:000000000000:event-bus/of-nobody",
        ),
    ],
)
def test_aws_names_the_resource(said: str, action: str, resource: str) -> None:
    """Its ARN is that of a thing of the template, or of a part of it; else the ARN stays."""
    text = f"User: {PLACE_ORDER} is not authorized to perform: {said} {WHY}"

    assert [("PlaceOrder", action, resource)] == told(text)


@pytest.mark.parametrize(
    ("text", "action", "resource"),
    [
        (
            "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
            "s3:GetObject",
            "",
        ),
        (
            "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied",
            "s3:ListBucket",
            "",
        ),
        ("An error occurred (403) when calling the HeadObject operation: Forbidden", "s3:GetObject", ""),
        (
            (
                "An error occurred (AccessDenied) when calling the SendMessageBatch operation: Access to the resource "
                "https://sqs.us-east-1.amazonaws.com/000000000000/bigmouth-embedded-TestQueue-56D520296E37E is denied."
            ),
            "sqs:SendMessage",
            "TestQueue",
        ),
        (
            (
                "An error occurred (AccessDenied) when calling the SendMessage operation (reached max retries: 4): "
                "Access to the resource https://sqs.us-east-1.amazonaws.com/ is denied."
            ),
            "sqs:SendMessage",
            "",
        ),
        (
            (
                "An error occurred (AccessDeniedException) when calling the GetParameter operation: "
                "The ciphertext refers to a customer master key that does not exist, does not exist in this region, "
                "or you are not allowed to access."
            ),
            "kms:Decrypt",
            "",
        ),
        (
            (
                "An error occurred (AccessDeniedException) when calling the GetSecretValue operation: "
                "Access to KMS is not allowed"
            ),
            "kms:Decrypt",
            "",
        ),
        ("An error occurred (AccessDeniedException) when calling the RunTask operation: no", "RunTask", ""),
    ],
)
def test_some_denials_name_neither_who_nor_what(text: str, action: str, resource: str) -> None:
    """The operation tells the action, and the function is the one whose error or log it is."""
    [denial] = denials([("PlaceOrder", text)], names=NAMES)

    assert Denial(function="PlaceOrder", role=PLACE_ORDER_ROLE, action=action, resource=resource) == denial


def test_a_denial_in_a_log_of_json_is_read() -> None:
    """Quotes have backslashes there."""
    said = f'User: {PLACE_ORDER} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::photos/a" {WHY}'

    assert [("PlaceOrder", "s3:GetObject", "arn:aws:s3:::photos/a")] == told(json.dumps({"exception": said}))


def test_a_denial_told_twice_is_one() -> None:
    """It stands in the error, in its trace and in the log; one that names the resource says more than one without."""
    bus = "arn:aws:events:us-east-1:000000000000:event-bus/bigmouth-embedded"
    in_full = f"User: {PLACE_ORDER} is not authorized to perform: events:PutEvents on resource: {bus} {WHY}"

    found = denials([("PlaceOrder", DENIED_EVENTS), ("PlaceOrder", in_full), ("", DENIED_EVENTS)], names=NAMES)

    assert [("events:PutEvents", "EventBus")] == [(one.action, one.resource) for one in found]


def test_nobody_is_called_anonymous() -> None:
    """API Gateway says so of a request without a signature, and no function has tried anything."""
    said = "User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:a:b:c/d"

    [denial] = denials([("", said)], names=NAMES)

    assert ("", "anonymous") == (denial.function, denial.role)


def test_a_tester_is_no_function() -> None:
    """The function that told of it was not under its own role."""
    said = "User: arn:aws:iam::000000000000:user/ann is not authorized to perform: s3:GetObject"

    [denial] = denials([("PlaceOrder", said)], names=NAMES)

    assert ("", "ann") == (denial.function, denial.role)


def test_a_role_that_does_not_exist_is_denied_without_a_user() -> None:
    """The embedded cloud leaves the user out there; it was the function whose error it is."""
    role = f"arn:aws:iam::000000000000:role/{PLACE_ORDER_ROLE}"
    said = f"User: is not authorized to perform: sts:AssumeRole on resource: {role}"

    assert [("GetIndex", "sts:AssumeRole", "PlaceOrderRole")] == told(said, function="GetIndex")


def test_a_role_that_several_functions_have_is_that_of_who_told() -> None:
    """Where none of them told, nobody knows."""
    shared = NAMES.functions["PlaceOrder"]
    names = replace(NAMES, functions={"PlaceOrder": shared, "CancelOrder": shared})

    found = denials([("CancelOrder", DENIED_EVENTS), ("", DENIED_EVENTS)], names=names)

    assert ["CancelOrder", ""] == [one.function for one in found]


def test_other_errors_are_no_denials() -> None:
    """What is not there, and a password that is wrong, are something else."""
    text = "An error occurred (NotAuthorizedException) when calling the InitiateAuth operation: Incorrect password"

    assert [] == told(text)
    assert not is_denial(text)
    assert is_denial(DENIED_EVENTS)
