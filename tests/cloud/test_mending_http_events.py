"""What ministack leaves out of the events of HTTP APIs, function URLs and authorizers; tests/comparison sees all."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cloud.mending.http_events import as_lambda_sends_it, for_an_authorizer, with_latency

EVENT: dict[str, Any] = {"headers": {"a": "b"}, "requestContext": {"stage": "s"}}


def test_cookies_are_a_list() -> None:
    """And not among the headers."""
    event = EVENT | {"headers": {"cookie": "a=1; b=2", "c": "d"}}

    found = as_lambda_sends_it(event, variables={}, signer=None)

    assert EVENT | {"headers": {"c": "d"}, "cookies": ["a=1", "b=2"]} == found


def test_stage_variables_are_told() -> None:
    """Where there are any."""
    found = as_lambda_sends_it(EVENT, variables={"colour": "red"}, signer=None)

    assert EVENT | {"stageVariables": {"colour": "red"}} == found


def test_who_signed_is_told() -> None:
    """As HTTP APIs tell it."""
    found = as_lambda_sends_it(EVENT, variables={}, signer={"accessKey": "A"})

    assert {"iam": {"accessKey": "A"}} == found["requestContext"]["authorizer"]


@pytest.mark.parametrize(("context", "expected"), [({}, None), ({"a": 1}, {"a": 1})])
def test_an_authorizer_without_a_context_leaves_a_null(context: dict[str, Any], expected: Any) -> None:
    """The event itself stays as it was."""
    event = EVENT | {"requestContext": {"authorizer": {"lambda": context}}}

    found = as_lambda_sends_it(event, variables={}, signer=None)

    assert {"lambda": expected} == found["requestContext"]["authorizer"]
    assert {"lambda": context} == event["requestContext"]["authorizer"]


@pytest.mark.parametrize("authorizer", [None, {"claims": {}}])
def test_only_lambda_authorizers_take_time(authorizer: Any) -> None:
    """An open route and one behind a user pool tell no latency."""
    event = EVENT | {"requestContext": {"authorizer": authorizer}}

    assert event == with_latency(event)


def test_an_authorizer_of_payload_2_gets_no_nulls() -> None:
    """What there is none of is left out."""
    event = EVENT | {"version": "2.0", "pathParameters": None, "queryStringParameters": {"a": "b"}}

    found = for_an_authorizer(event, sources=["t"])

    assert EVENT | {"version": "2.0", "queryStringParameters": {"a": "b"}} == found


def test_an_authorizer_of_payload_1_gets_its_sources() -> None:
    """As one text, and what there is none of is empty."""
    found = for_an_authorizer(EVENT | {"pathParameters": None}, sources=["a", "b"])

    told = {"version": "1.0", "identitySource": "a,b", "authorizationToken": "a,b"}
    assert EVENT | {"pathParameters": {}} | told == found
