"""Requests from other origins, to HTTP APIs and function URLs."""

from typing import Any

import pytest

from harness.modes.exchange import Response
from harness.runtime.invocation import Invocation
from harness.system.model import Cors

from .world import IAM, World, request, route

SHOP = "https://shop.example"
CORS = Cors(origins=(SHOP,), methods=("GET", "POST"), headers=("x-a",), exposed=("x-b",), credentials=True, max_age=5)
FROM_SHOP = {"Origin": SHOP, "Access-Control-Request-Method": "GET"}


def crossing(response: Response) -> dict[str, str]:
    """Give the headers that are for browsers, without their common beginning."""
    begun = "access-control-"
    return {name.lower().removeprefix(begun): value for name, value in response.headers.items() if begun in name}


def http(*, cors: Cors | None = CORS, method: str = "GET", **changes: Any) -> World:
    return World(route(method, payload_format="2.0", **changes), kind="http", cors=cors)


def test_an_http_api_answers_a_preflight_by_itself() -> None:
    """Though no route takes it, and whatever its authorizer."""
    world = http(authorizer=IAM)

    response = world.gateway.request(request("OPTIONS", headers=FROM_SHOP))

    assert (204, b"", []) == (response.status_code, response.content, world.function.events)
    assert {
        "allow-origin": SHOP,
        "allow-methods": "GET,POST",
        "allow-headers": "x-a",
        "allow-credentials": "true",
        "expose-headers": "x-b",
        "max-age": "5",
    } == crossing(response)
    assert "Origin" == response.headers["vary"]


def test_a_route_that_takes_a_preflight_gets_it() -> None:
    """One for any method, too: an authorizer there refuses browsers."""
    world = http(method="ANY", authorizer=IAM)

    response = world.gateway.request(request("OPTIONS", headers=FROM_SHOP))

    assert 403 == response.status_code


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}])
def test_a_foreign_origin_gets_no_word(headers: dict[str, str]) -> None:
    """Nor does a request from no browser."""
    response = http().gateway.request(request("OPTIONS", headers=headers))

    assert (204, {}) == (response.status_code, crossing(response))


@pytest.mark.parametrize(
    ("origins", "origin", "expected"),
    [
        (("*",), SHOP, "*"),
        (("https://*",), SHOP, SHOP),
        (("http://*",), SHOP, None),
        (("HTTPS://SHOP.example",), SHOP, SHOP),
    ],
)
def test_origins_may_be_patterns(origins: tuple[str, ...], origin: str, expected: str | None) -> None:
    """The origin is told as it was sent; a star stays a star, and does not depend on the origin."""
    world = http(cors=Cors(origins=origins))

    response = world.gateway.request(request(headers={"Origin": origin}))

    assert expected == response.headers.get("access-control-allow-origin")
    assert (expected == SHOP) == ("vary" in response.headers)


def test_a_sparse_configuration_says_little() -> None:
    """Only what it names."""
    response = http(cors=Cors(origins=(SHOP,))).gateway.request(request("OPTIONS", headers=FROM_SHOP))

    assert {"allow-origin": SHOP} == crossing(response)


def test_an_http_api_replaces_the_headers_of_the_function() -> None:
    """Those of the function are ignored, says AWS."""
    world = http()
    headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Max-Age": "1", "x": "y"}
    world.function.invocation = Invocation(
        function="F", request_id="r", payload={"statusCode": 200, "headers": headers}
    )

    response = world.gateway.request(request(headers={"Origin": SHOP}))

    assert {"allow-origin": SHOP, "allow-credentials": "true", "expose-headers": "x-b"} == crossing(response)
    assert "y" == response.headers["x"]


def test_a_refusal_of_the_gateway_has_no_such_headers() -> None:
    """They are added to what an integration answers."""
    response = http(authorizer=IAM).gateway.request(request(headers={"Origin": SHOP}))

    assert (403, {}) == (response.status_code, crossing(response))


def test_a_failed_function_can_be_seen_by_browsers() -> None:
    """It is an answer of the integration."""
    world = http()
    world.function.invocation = Invocation(function="F", request_id="r", payload={"statusCode": "no"})

    response = world.gateway.request(request(headers={"Origin": SHOP}))

    assert (500, SHOP) == (response.status_code, response.headers["access-control-allow-origin"])


def test_without_cors_a_preflight_is_like_any_other() -> None:
    """No route, no answer."""
    response = http(cors=None).gateway.request(request("OPTIONS", headers=FROM_SHOP))

    assert (404, {}) == (response.status_code, crossing(response))


def test_a_function_url_answers_a_preflight_by_itself() -> None:
    """With 200, before any signature, though its one route takes every method."""
    world = World(route("ANY", "$default", authorizer=IAM, payload_format="2.0"), kind="url", cors=CORS)

    response = world.gateway.request(request("OPTIONS", headers=FROM_SHOP))

    assert (200, SHOP, []) == (
        response.status_code,
        response.headers["access-control-allow-origin"],
        world.function.events,
    )


def test_a_function_url_keeps_the_headers_of_the_function() -> None:
    """Both go out, as AWS warns."""
    world = World(route("ANY", "$default", payload_format="2.0"), kind="url", cors=Cors(origins=("*",)))
    payload = {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "https://mine"}}
    world.function.invocation = Invocation(function="F", request_id="r", payload=payload)

    response = world.gateway.request(request(headers={"Origin": SHOP}))

    assert "https://mine, *" == response.headers["access-control-allow-origin"]
