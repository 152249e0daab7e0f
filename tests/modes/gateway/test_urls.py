"""Function URLs, and what streams."""

import re
from typing import Any

import pytest

from harness.errors import MisusedStep
from harness.runtime.invocation import FunctionError, Invocation

from .world import IAM, World, request, route


def url(**changes: Any) -> World:
    return World(route("ANY", "$default", payload_format="2.0", **changes), kind="url")


def test_a_request_becomes_an_event() -> None:
    """Of payload 2.0; the account of who may be anybody is anonymous."""
    world = url()

    response = world.gateway.request(
        request("POST", "/a%20b", headers={"Cookie": "a=1; b=2", "X-Forwarded-For": "1.2.3.4"}, body=b"\xff")
    )

    event, context = world.function.event, world.function.event["requestContext"]
    assert ["2.0", "$default", "/a b", ["a=1", "b=2"], "/w=="] == [
        event[name] for name in ("version", "routeKey", "rawPath", "cookies", "body")
    ]
    assert ("anonymous", "url123", "$default") == (context["accountId"], context["apiId"], context["stage"])
    assert "url123.lambda-url.eu-west-1.on.aws" == context["domainName"] == event["headers"]["host"]
    assert ("1.2.3.4", "1") == (event["headers"]["x-forwarded-for"], event["headers"]["content-length"])
    assert not {"pathParameters", "authorizer"} & (event.keys() | context.keys())
    assert context["requestId"] == response.headers["x-amzn-RequestId"]


def test_the_response_has_ids_of_its_own() -> None:
    """A uuid and a trace, and nothing of API Gateway."""
    response = url().gateway.request(request())

    assert re.fullmatch(r"[0-9a-f-]{36}", response.headers["x-amzn-RequestId"])
    assert "X-Amzn-Trace-Id" in response.headers
    assert not {"x-amz-apigw-id", "apigw-requestid"} & {name.lower() for name in response.headers}


def test_an_unsigned_request_is_refused() -> None:
    """With the key in capitals, as AWS writes it."""
    world = url(authorizer=IAM)

    response = world.gateway.request(request())

    assert (403, '{"Message":"Forbidden"}') == (response.status_code, response.text)
    assert ("AccessDeniedException", []) == (response.headers["x-amzn-ErrorType"], world.function.events)


def test_a_signed_request_passes_with_its_caller() -> None:
    """As HTTP APIs tell it, with the account of the function."""
    world = url(authorizer=IAM)

    world.gateway.request(request(sign=True))

    context = world.function.event["requestContext"]
    assert ("123456789012", "AKIA1") == (context["accountId"], context["authorizer"]["iam"]["accessKey"])


@pytest.mark.parametrize(
    ("payload", "content", "kind"),
    [
        ({"a": 1}, b'{"a":1}', "application/json"),
        ({"statusCode": 200, "body": "x"}, b"x", "application/json"),
        ({"statusCode": 200, "body": "x", "headers": {"Content-Type": "text/csv"}}, b"x", "text/csv"),
    ],
)
def test_an_answer_is_json_unless_it_says_otherwise(payload: Any, content: bytes, kind: str) -> None:
    """With a status and without."""
    world = url()
    world.function.invocation = Invocation(function="F", request_id="r", payload=payload, seconds=60)

    response = world.gateway.request(request())

    assert (200, content, kind) == (response.status_code, response.content, response.headers["content-type"])


@pytest.mark.parametrize(
    "invocation",
    [
        Invocation(function="F", request_id="r", payload={"statusCode": "no"}),
        Invocation(function="F", request_id="r", error=FunctionError(type="E", message="x", trace="")),
    ],
)
def test_a_failure_is_a_bad_gateway(invocation: Invocation) -> None:
    """In words."""
    world = url()
    world.function.invocation = invocation

    response = world.gateway.request(request())

    assert (502, "Internal Server Error") == (response.status_code, response.text)


def test_a_body_may_be_six_megabytes() -> None:
    """And not a byte more."""
    world = url()

    statuses = [world.gateway.request(request("POST", body=b"x" * (6 * 1024 * 1024 + n))).status_code for n in (0, 1)]

    assert [200, 413] == statuses


def test_a_stream_is_refused_when_it_is_asked_for() -> None:
    """With the name of the resource."""
    world = url(streams=True)

    with pytest.raises(MisusedStep) as failure:
        world.gateway.request(request())

    assert (
        "The route 'ANY $default' of 'Api' streams its response, which is not played in handler and invoke mode.\n"
        "  function: F\n"
        "  run this test with --mode=http, against a stage in AWS."
    ) == str(failure.value)
