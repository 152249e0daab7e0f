import re
from typing import Any

import pytest

from harness.errors import NotDeployed, UnknownResource
from harness.modes.exchange import Request
from harness.runtime.invocation import FunctionError, Invocation

from .world import World, request, route

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
EXTENDED = r"[A-Za-z0-9+/]{15}="
DOMAIN = "abc123.execute-api.eu-west-1.amazonaws.com"


def test_a_rest_request_becomes_an_event() -> None:
    """The whole event, but for the ids, which the response repeats."""
    world = World(route("POST", "/orders/{id}"))
    headers = {"Content-Type": "application/json", "User-Agent": "tests"}

    response = world.gateway.request(request("POST", "/orders/5", headers=headers, body=b"{}", query=(("a", "1"),)))

    added = {
        "Host": DOMAIN,
        "X-Amzn-Trace-Id": response.headers["X-Amzn-Trace-Id"],
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    event = world.function.event
    context, identity = event.pop("requestContext"), event["headers"]["User-Agent"]
    assert event == {
        "resource": "/orders/{id}",
        "path": "/orders/5",
        "httpMethod": "POST",
        "headers": headers | added,
        "multiValueHeaders": {name: [value] for name, value in (headers | added).items()},
        "queryStringParameters": {"a": "1"},
        "multiValueQueryStringParameters": {"a": ["1"]},
        "pathParameters": {"id": "5"},
        "stageVariables": None,
        "body": "{}",
        "isBase64Encoded": False,
    }
    assert context["identity"]["userAgent"] == identity
    assert {name: value for name, value in context.items() if name != "identity"} == {
        "accountId": "123456789012",
        "apiId": "abc123",
        "deploymentId": "abc123",
        "domainName": DOMAIN,
        "domainPrefix": "abc123",
        "extendedRequestId": response.headers["x-amz-apigw-id"],
        "httpMethod": "POST",
        "path": "/dev/orders/5",
        "protocol": "HTTP/1.1",
        "requestId": response.headers["x-amzn-RequestId"],
        "requestTime": "21/Nov/2025:07:00:00 +0000",
        "requestTimeEpoch": 1763708400000,
        "resourceId": context["resourceId"],
        "resourcePath": "/orders/{id}",
        "stage": "dev",
    }


def test_ids_look_like_those_of_api_gateway() -> None:
    """A uuid, fifteen characters and an equals sign, a trace with the time in it, six characters of a resource."""
    world = World(route())

    response = world.gateway.request(request())

    assert re.fullmatch(UUID, response.headers["x-amzn-RequestId"])
    assert re.fullmatch(EXTENDED, response.headers["x-amz-apigw-id"])
    assert re.fullmatch(r"Root=1-69200df0-[0-9a-f]{24}", response.headers["X-Amzn-Trace-Id"])
    assert re.fullmatch(r"[0-9a-z]{6}", world.function.event["requestContext"]["resourceId"])


def test_a_rest_response_has_what_api_gateway_adds() -> None:
    """Type, length and date besides the ids, and the evidence with it."""
    world = World(route())
    asked = request()

    response = world.gateway.request(asked)

    found = {name: response.headers[name] for name in ("Content-Type", "Content-Length", "Date")}
    date = "Fri, 21 Nov 2025 07:00:00 GMT"
    assert found == {"Content-Type": "application/json", "Content-Length": "4", "Date": date}
    assert (response.status_code, response.text) == (200, "done")
    assert response.invocation is world.function.invocation
    assert response.request is asked


def test_an_http_request_becomes_an_event_of_format_2() -> None:
    """One request id, in event and response."""
    world = World(route(payload_format="2.0"), kind="http")

    response = world.gateway.request(request(headers={"Accept": "x"}))

    assert world.function.event["headers"]["accept"] == "x"
    assert world.function.event["headers"]["content-length"] == "0"
    assert world.function.event["routeKey"] == "GET /orders"
    assert world.function.event["requestContext"]["requestId"] == response.headers["apigw-requestid"]
    assert re.fullmatch(EXTENDED, response.headers["apigw-requestid"])
    assert "x-amzn-RequestId" not in response.headers


def test_an_http_request_becomes_an_event_of_format_1() -> None:
    """The integration chooses the format."""
    world = World(route(payload_format="1.0"), kind="http")

    world.gateway.request(request())

    assert (world.function.event["version"], world.function.event["path"]) == ("1.0", "/orders")


def test_the_default_route_is_its_own_key() -> None:
    """No method is in the key of ``$default``."""
    world = World(route("ANY", "$default", payload_format="2.0"), kind="http")

    world.gateway.request(request("PUT", "/anything"))

    assert world.function.event["routeKey"] == "$default"


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("PUT", "/orders")])
def test_a_rest_api_misses_a_token_where_it_knows_no_route(method: str, path: str) -> None:
    """An unknown path or method is 403 and not 404."""
    world = World(route())

    response = world.gateway.request(request(method, path))

    assert (response.status_code, response.text) == (403, '{"message":"Missing Authentication Token"}')
    assert response.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"
    assert re.fullmatch(UUID, response.headers["x-amzn-RequestId"])
    assert (response.invocation, world.function.events) == (None, [])


def test_an_http_api_does_not_find_an_unknown_route() -> None:
    """There it is a plain 404."""
    response = World(route(), kind="http").gateway.request(request(path="/nowhere"))

    assert (response.status_code, response.text) == (404, '{"message":"Not Found"}')
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("kind", "text"),
    [("rest", '{"message":"Request Too Long"}'), ("http", '{"message":"Request Entity Too Large"}')],
)
def test_a_body_of_more_than_ten_megabytes_is_too_long(kind: Any, text: str) -> None:
    """Ten are not."""
    world = World(route("POST"), kind=kind)
    body = bytes(10 * 1024 * 1024)

    longest, longer = (world.gateway.request(request("POST", body=b)) for b in (body, body + b"0"))

    assert (longest.status_code, longer.status_code, longer.text) == (200, 413, text)


def test_an_error_of_the_function_is_kept_as_evidence() -> None:
    """The client sees a 502, the reader of the failure sees the exception."""
    world, boom = World(route()), ValueError("boom")
    error = FunctionError(type="ValueError", message="boom", exception=boom)
    world.function.invocation = Invocation(function="F", request_id="r", error=error)

    response = world.gateway.request(request())

    assert (response.status_code, response.text) == (502, '{"message": "Internal server error"}')
    assert response.headers["x-amzn-ErrorType"] == "InternalServerErrorException"
    assert response.invocation is not None
    assert response.invocation.error is error


def test_a_slow_function_is_a_504() -> None:
    """After 29 seconds API Gateway waits no longer."""
    world = World(route())
    world.function.invocation = Invocation(function="F", request_id="r", payload={"statusCode": 200}, seconds=29.5)

    response = world.gateway.request(request())

    assert (response.status_code, response.text) == (504, '{"message": "Endpoint request timed out"}')


def test_cookies_stay_apart() -> None:
    """Two cookies are two headers."""
    world = World(route(payload_format="2.0"), kind="http")
    payload = {"statusCode": 200, "cookies": ["a=1", "b=2"]}
    world.function.invocation = Invocation(function="F", request_id="r", payload=payload)

    response = world.gateway.request(request())

    assert response.headers.getlist("Set-Cookie") == ["a=1", "b=2"]  # type: ignore[attr-defined]


def test_the_function_of_the_route_is_run() -> None:
    """Each route names its function."""
    world = World(route())

    world.gateway.request(request())

    assert [name for name, _ in world.function.events] == ["F"]


def test_an_unknown_api_is_the_tests_mistake() -> None:
    """The error lists those that exist."""
    with pytest.raises(UnknownResource) as failure:
        World(route()).gateway.request(Request(method="GET", path="/", api="Apy"))

    text = "No API is called 'Apy'.\n  declared in template.yaml: Api, Planned\n  did you mean 'Api'?"
    assert str(failure.value) == text


def test_an_api_that_is_not_deployed_is_the_stages_mistake() -> None:
    """The template declares it, the stage does not have it."""
    with pytest.raises(NotDeployed) as failure:
        World(route()).gateway.request(Request(method="GET", path="/", api="Planned"))

    assert str(failure.value) == "The API 'Planned' is not in the stage.\n  stack: shop-dev"
