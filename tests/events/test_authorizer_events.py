"""The events of Lambda authorizers, and what functions see of their answers."""

from __future__ import annotations

from typing import Any

import pytest

from harness.events.authorizers import request_event_v1, request_event_v2, route_arn, token_event
from harness.events.caller import Caller
from harness.events.decision import Decision
from harness.events.http import Call, Door, url_headers
from harness.events.payload_v1 import http_event_v1, rest_event
from harness.events.payload_v2 import http_event, url_event

DOOR = Door(
    account="123456789012",
    api_id="abcdef123",
    domain="abcdef123.execute-api.us-east-1.amazonaws.com",
    stage="test",
    variables={"colour": "red"},
)
ARN = "arn:aws:execute-api:us-east-1:123456789012:abcdef123/test/GET/request"


def call(**changes: Any) -> Call:
    usual = {
        "method": "GET",
        "path": "/request",
        "resource": "/request",
        "route_key": "GET /request",
        "request_id": "r",
        "moment": 0.0,
        "headers": [("x-a", "user1")],
        "body": b"{}",
    }
    return Call(**{**usual, **changes})


@pytest.mark.parametrize(("partition", "begins"), [("aws", "arn:aws:"), ("aws-cn", "arn:aws-cn:")])
def test_a_route_has_an_arn(partition: str, begins: str) -> None:
    """With stage, method and path as it was sent."""
    arn = route_arn(call(path="/a%20b"), DOOR, region="us-east-1", partition=partition)

    assert f"{begins}execute-api:us-east-1:123456789012:abcdef123/test/GET/a%20b" == arn


def test_a_token_event_has_three_fields() -> None:
    """No more than that."""
    event = token_event(token="Bearer x", arn=ARN)

    assert {"type": "TOKEN", "authorizationToken": "Bearer x", "methodArn": ARN} == event


def test_a_request_event_of_a_rest_api() -> None:
    """The event of the function without the body, empty in place of null."""
    event = request_event_v1(call(), DOOR, arn=ARN)

    told = {"type": "REQUEST", "methodArn": ARN}
    empty = {"queryStringParameters": {}, "multiValueQueryStringParameters": {}, "pathParameters": {}}
    theirs = {
        name: value for name, value in rest_event(call(), DOOR).items() if name not in ("body", "isBase64Encoded")
    }
    assert {**theirs, **told, **empty} == event
    assert {"colour": "red"} == event["stageVariables"]


def test_a_request_event_of_an_http_api_in_format_1() -> None:
    """With its version and its sources, and without an authorizer in its context."""
    event = request_event_v1(call(), DOOR, arn=ARN, sources=["user1", "123"], is_rest=False)

    told = [event[name] for name in ("version", "type", "methodArn", "identitySource", "authorizationToken")]
    assert ["1.0", "REQUEST", ARN, "user1,123", "user1,123"] == told
    assert "authorizer" not in event["requestContext"]


def test_a_request_event_of_an_http_api_in_format_2() -> None:
    """The sources are a list, what there is none of is left out."""
    event = request_event_v2(call(), DOOR, arn=ARN, sources=["user1", "123"])

    told = {"type": "REQUEST", "routeArn": ARN, "identitySource": ["user1", "123"]}
    theirs = {
        name: value for name, value in http_event(call(), DOOR).items() if name not in ("body", "isBase64Encoded")
    }
    assert {**theirs, **told} == event
    assert not {"queryStringParameters", "pathParameters"} & event.keys()


DECISION = Decision(context={"n": 1, "none": None}, principal="me", latency=5)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (rest_event, {"n": "1", "principalId": "me", "integrationLatency": 5}),
        (http_event_v1, {"n": "1", "principalId": "me"}),
        (http_event, {"lambda": {"n": 1, "none": None, "principalId": "me"}}),
    ],
)
def test_a_function_sees_the_decision(build: Any, expected: dict[str, Any]) -> None:
    """In the form of its payload."""
    event = build(call(decision=DECISION), DOOR)

    assert expected == event["requestContext"]["authorizer"]


def test_a_decision_may_be_empty() -> None:
    """No context, no principal."""
    decision = Decision()

    assert ({}, None) == (decision.flat, decision.nested)


def test_stage_variables_are_in_every_event() -> None:
    """And null, or left out, where there are none."""
    found = [build(call(), DOOR)["stageVariables"] for build in (rest_event, http_event_v1, http_event)]

    assert [{"colour": "red"}] * 3 == found


def test_a_function_url_knows_who_signed() -> None:
    """Else its account is anonymous."""
    caller = Caller(account="123456789012", arn="arn", user_id="u", access_key="k")

    accounts = [url_event(call(caller=one), DOOR)["requestContext"]["accountId"] for one in (None, caller)]

    assert ["anonymous", "123456789012"] == accounts


@pytest.mark.parametrize(("length", "told"), [(0, None), (5, "5")])
def test_a_function_url_tells_the_length_of_a_body(length: int, told: str | None) -> None:
    """And of nothing nothing; the first address is the client's."""
    sent = [("X-Forwarded-For", "1.2.3.4")]

    headers = dict(url_headers(sent, host="h", trace="t", source_ip="127.0.0.1", length=length))

    assert (told, "1.2.3.4", "TLSv1.3") == (
        headers.get("content-length"),
        headers["x-forwarded-for"],
        headers["x-amzn-tls-version"],
    )
