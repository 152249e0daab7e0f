"""Every way in over HTTP: the same test in each mode, and the events field by field."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from harness.modes.exchange import Response
from harness.stage import Stage

from .differing import ONLY_DEPLOYED, ONLY_PLAYED, differing, masked
from .test_http_events import HTTP, NO_LENGTH, OWN, REST

SHOP = "https://shop.example"
FROM_SHOP = {"Origin": SHOP, "Access-Control-Request-Method": "GET"}
PNG = b"\x89PNG\xff"


def answering(answer: Any) -> dict[str, str]:
    """Give the header that says what the function answers."""
    return {"X-Answer": base64.b64encode(json.dumps(answer).encode()).decode()}


def crossing(response: Response) -> dict[str, str]:
    begun = "access-control-"
    return {
        name.lower().removeprefix(begun): value for name, value in response.headers.items() if begun in name.lower()
    }


def test_a_protected_route_answers_a_preflight(door: Stage) -> None:
    """The mock that SAM's Cors makes, without a token."""
    response = door.request("OPTIONS", "/users", api="Rest", headers=FROM_SHOP)

    expected = {
        "allow-origin": SHOP,
        "allow-methods": "GET,OPTIONS",
        "allow-headers": "Authorization",
        "max-age": "600",
    }
    assert (200, expected) == (response.status_code, crossing(response))


def test_a_protected_route_refuses_and_admits(door: Stage) -> None:
    """A refusal can be read by browsers: a gateway response has the header."""
    with door.user() as user:
        admitted = door.request("GET", "/users", api="Rest", user=user)
    refused = door.request("GET", "/users", api="Rest")

    assert (200, 401) == (admitted.status_code, refused.status_code)
    assert {"allow-origin": "*"} == crossing(refused)


def test_a_mock_of_resources_answers_a_preflight(door: Stage) -> None:
    """As the CDK writes it, without a body."""
    response = door.request("OPTIONS", "/things", api="Plain", headers=FROM_SHOP)

    expected = {"allow-origin": SHOP, "allow-methods": "GET"}
    assert (204, b"", expected) == (response.status_code, response.content, crossing(response))


def test_a_gateway_response_of_resources(door: Stage) -> None:
    """Status, body and header are the template's."""
    response = door.request("GET", "/things", api="Plain")

    assert (418, {"why": "Unauthorized"}, "no token") == (
        response.status_code,
        response.json,
        response.headers["X-Why"],
    )


@pytest.mark.parametrize(
    ("token", "status"),
    [
        ("me", 200),
        ("ME", 401),
        ("", 401),
        ("deny", 403),
        ("elsewhere", 403),
        ("torn", 401),
        ("broken", 500),
        ("odd", 500),
    ],
)
def test_a_token_authorizer_decides(door: Stage, token: str, status: int) -> None:
    """By its policy, its exception, or its failure; and not at all where the token cannot be one."""
    response = door.request("GET", "/token/5", api="Rest", headers={"X-Token": token})

    assert status == response.status_code


def test_what_an_authorizer_says_is_kept(door: Stage) -> None:
    """The next request does not ask; a policy for one route is a denial at the next."""
    token = {"X-Token": f"kept-{door.mode}"}
    first, second = (door.request("GET", "/kept", api="Rest", headers=token).json for _ in range(2))

    other = door.request("GET", "/other", api="Rest", headers=token)

    calls = [event["requestContext"]["authorizer"]["calls"] for event in (first, second)]
    assert (calls[0], 403) == (calls[1], other.status_code)


def test_a_policy_for_all_routes_counts_for_all(door: Stage) -> None:
    """The way out of that trap."""
    statuses = [
        door.request("GET", path, api="Rest", headers={"X-Token": "all"}).status_code for path in ("/kept", "/other")
    ]

    assert [200, 200] == statuses


@pytest.mark.parametrize(("query", "status"), [("?q=1", 200), ("", 401)])
def test_a_request_authorizer_needs_its_sources(door: Stage, query: str, status: int) -> None:
    """All of them."""
    response = door.request("GET", f"/request{query}", api="Rest", headers={"X-Token": "me"})

    assert status == response.status_code


@pytest.mark.parametrize(("token", "status"), [("me", 200), ("deny", 403), ("torn", 500), ("", 401)])
def test_a_simple_response_decides(door: Stage, token: str, status: int) -> None:
    """In an HTTP API every exception is 500."""
    response = door.request("GET", "/simple/1", api="Http", headers={"X-Token": token})

    assert status == response.status_code


def test_an_http_api_answers_a_preflight(door: Stage) -> None:
    """204, with all that is configured."""
    response = door.request("OPTIONS", "/simple/1", api="Http", headers=FROM_SHOP)

    assert (204, b"") == (response.status_code, response.content)
    assert {
        "allow-origin": SHOP,
        "allow-methods": "GET,POST",
        "allow-headers": "x-token",
        "allow-credentials": "true",
        "expose-headers": "x-seen",
        "max-age": "600",
    } == crossing(response)


def test_an_http_api_adds_its_headers_to_answers(door: Stage) -> None:
    """In place of those of the function."""
    answer = {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}}

    response = door.request("POST", "/echo", api="Http", headers={"Origin": SHOP, **answering(answer)})

    assert {"allow-origin": SHOP, "allow-credentials": "true", "expose-headers": "x-seen"} == crossing(response)


def test_a_foreign_origin_is_not_let_in(door: Stage) -> None:
    """A browser sees no permission, neither before nor after."""
    evil = {"Origin": "https://evil.example"}

    responses = [door.request(method, "/echo", api="Http", headers=evil) for method in ("OPTIONS", "POST")]

    assert [{}, {}] == [crossing(response) for response in responses]


@pytest.mark.parametrize("api", ["Http", "OpenDoorUrl"])
def test_cookies_go_out_one_by_one(door: Stage, api: str) -> None:
    """Each has a header of its own."""
    answer = {"statusCode": 200, "cookies": ["a=1", "b=2"]}

    response = door.request("POST", "/echo", api=api, headers=answering(answer))

    assert ["a=1", "b=2"] == response.headers.getlist("set-cookie")  # type: ignore[attr-defined]


def test_cookies_are_not_sent_back(door: Stage) -> None:
    """A stage is no browser: each request stands alone."""
    door.request("POST", "/echo", api="Http", headers=answering({"statusCode": 200, "cookies": ["a=1"]}))

    event = door.request("POST", "/echo", api="Http").json

    assert "cookies" not in event


@pytest.mark.parametrize("api", ["Http", "OpenDoorUrl"])
def test_cookies_come_in_as_a_list(door: Stage, api: str) -> None:
    """And not among the headers."""
    event = door.request("POST", "/echo", api=api, headers={"Cookie": "a=1; b=2"}).json

    assert (["a=1", "b=2"], False) == (event["cookies"], "cookie" in event["headers"])


@pytest.mark.parametrize("api", ["Http", "OpenDoorUrl"])
def test_what_has_no_status_is_the_body(door: Stage, api: str) -> None:
    """As JSON."""
    response = door.request("POST", "/echo", api=api, headers=answering({"plain": [1]}))

    assert (200, {"plain": [1]}, "application/json") == (
        response.status_code,
        response.json,
        response.headers["content-type"],
    )


@pytest.mark.parametrize(
    ("api", "accept", "expected"),
    [
        ("Rest", "image/png", PNG),
        ("Rest", "*/*", base64.b64encode(PNG)),
        ("Http", "*/*", PNG),
        ("OpenDoorUrl", "*/*", PNG),
    ],
)
def test_bytes_go_out(door: Stage, api: str, accept: str, expected: bytes) -> None:
    """A REST API decodes them only for a client that accepts such a type first."""
    answer = {
        "statusCode": 200,
        "headers": {"Content-Type": "image/png"},
        "body": base64.b64encode(PNG).decode(),
        "isBase64Encoded": True,
    }

    response = door.request("POST", "/echo", api=api, headers={"Accept": accept, **answering(answer)})

    assert (expected, "image/png") == (response.content, response.headers["content-type"])


@pytest.mark.parametrize("api", ["Rest", "Http", "OpenDoorUrl"])
def test_bytes_come_in(door: Stage, api: str) -> None:
    """As base64."""
    event = door.request("POST", "/echo", api=api, body=PNG, headers={"Content-Type": "image/png"}).json

    assert (base64.b64encode(PNG).decode(), True) == (event["body"], event["isBase64Encoded"])


def test_a_function_url_answers_a_preflight(door: Stage) -> None:
    """With 200."""
    response = door.request("OPTIONS", "/", api="OpenDoorUrl", headers=FROM_SHOP)

    expected = {"allow-origin": SHOP, "allow-methods": "GET", "allow-headers": "x-token", "max-age": "600"}
    assert (200, expected) == (response.status_code, crossing(response))


def test_a_function_url_may_ask_for_a_signature(door: Stage) -> None:
    """And tells the function who signed."""
    unsigned = door.request("GET", "/", api="SignedDoorUrl")
    signed = door.request("GET", "/", api="SignedDoorUrl", sign=True)

    assert (403, '{"Message":"Forbidden"}', 200) == (unsigned.status_code, unsigned.text, signed.status_code)
    assert signed.json["requestContext"]["authorizer"]["iam"]["userArn"] == door.cloud.identity["Arn"]


def test_a_function_url_tells_of_a_failure(door: Stage) -> None:
    """A bad gateway, in words."""
    response = door.request("GET", "/", api="OpenDoorUrl", headers=answering({"statusCode": "no"}))

    assert (502, "Internal Server Error") == (response.status_code, response.text)


def test_a_function_finds_the_url_of_another(door: Stage) -> None:
    """The address in its environment is one that answers."""
    response = door.request("GET", "/neighbour", api="Http")

    assert {"rawPath": "/"} == response.json


# How long the authorizer took; who signs is of another account on a muted stage.
_OWN = (
    *OWN,
    "requestContext/authorizer/calls",
    "requestContext/authorizer/integrationLatency",
    "headers/x-amzn-trace-id",
)

# A REST API of AWS tells its authorizers all that it tells its functions.
_UNTOLD = (
    "deploymentId", "domainName", "domainPrefix", "extendedRequestId", "path", "protocol", "requestId", "requestTime",
    "requestTimeEpoch",
)  # fmt: skip


def both(doors: Callable[[str], Stage], path: str, **request: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the event as it is played and as it is deployed."""
    return doors("handler").request("GET", path, **request).json, doors("http").request("GET", path, **request).json


def seen_by_authorizer(event: Mapping[str, Any]) -> dict[str, Any]:
    authorizer = dict(event["requestContext"]["authorizer"])
    told: dict[str, Any] = json.loads(authorizer.get("lambda", authorizer)["seen"])
    return lowered(told)


def lowered(event: dict[str, Any]) -> dict[str, Any]:
    for form in ("headers", "multiValueHeaders"):
        if form in event:
            event[form] = {name.lower(): value for name, value in event[form].items()}
    return masked(event, (*_OWN, "methodArn", "routeArn"))


def without(event: dict[str, Any], *names: str) -> dict[str, Any]:
    """Give an event whose authorizer tells nothing that is its own each time."""
    authorizer = event["requestContext"]["authorizer"]
    told = authorizer.get("lambda", authorizer)
    for name in names:
        told.pop(name, None)
    return lowered(event)


def test_the_event_behind_a_token_authorizer(doors: Callable[[str], Stage]) -> None:
    """The context as text, the principal, and a latency that only AWS measures."""
    ours, theirs = both(doors, "/token/5", api="Rest", headers={"X-Token": "me"})

    own = ("seen", "calls", "integrationLatency")
    assert REST == differing(without(ours, *own), without(theirs, *own))


def test_the_event_of_a_token_authorizer(doors: Callable[[str], Stage]) -> None:
    """The same three fields."""
    ours, theirs = both(doors, "/token/5", api="Rest", headers={"X-Token": "me"})

    assert {} == differing(seen_by_authorizer(ours), seen_by_authorizer(theirs))


def test_the_event_of_a_request_authorizer(doors: Callable[[str], Stage]) -> None:
    """Behind a REST API of AWS it has all that functions get, but the body."""
    ours, theirs = both(doors, "/request?q=1", api="Rest", headers={"X-Token": "me"})

    untold = {f"requestContext/{name}": ONLY_PLAYED for name in _UNTOLD}
    expected = {name: what for name, what in REST.items() if name != "version"} | untold
    assert expected == differing(seen_by_authorizer(ours), seen_by_authorizer(theirs))


def test_the_event_behind_a_simple_authorizer(doors: Callable[[str], Stage]) -> None:
    """Payload 2.0 with cookies and stage variables."""
    request = {"api": "Http", "headers": {"X-Token": "me", "Cookie": "a=1; b=2"}}
    ours, theirs = both(doors, "/simple/5?a=1&a=2", **request)

    assert HTTP | NO_LENGTH == differing(without(ours, "seen", "calls"), without(theirs, "seen", "calls"))


def test_the_event_of_a_simple_authorizer(doors: Callable[[str], Stage]) -> None:
    """It gets what the function gets, but the body, and the values of its sources."""
    request = {"api": "Http", "headers": {"X-Token": "me", "Cookie": "a=1; b=2"}}
    ours, theirs = both(doors, "/simple/5?a=1&a=2", **request)

    untold = {"requestContext/time": ONLY_PLAYED, "requestContext/timeEpoch": ONLY_PLAYED}
    assert HTTP | NO_LENGTH | untold == differing(seen_by_authorizer(ours), seen_by_authorizer(theirs))


def test_the_event_of_an_authorizer_in_format_1(doors: Callable[[str], Stage]) -> None:
    """As behind a REST API, with the version and the values of its sources."""
    ours, theirs = both(doors, "/policy", api="Http", headers={"X-Token": "me"})

    untold = {f"requestContext/{name}": ONLY_PLAYED for name in (*_UNTOLD, "identity", "resourceId")}
    added = {name: what for name, what in REST.items() if "requestContext" not in name and name != "version"}
    lengths = {f"{form}/content-length": ONLY_PLAYED for form in ("headers", "multiValueHeaders")}
    untold.pop("requestContext/deploymentId")
    assert added | untold | lengths == differing(seen_by_authorizer(ours), seen_by_authorizer(theirs))


def test_the_event_of_a_function_url(doors: Callable[[str], Stage]) -> None:
    """Nothing differs."""
    ours, theirs = both(doors, "/a b?x=1&x=2", api="OpenDoorUrl", headers={"Cookie": "a=1; b=2", "X-Tag": "1"})

    assert {} == differing(for_url(ours), for_url(theirs))


def test_the_event_of_a_signed_function_url(doors: Callable[[str], Stage]) -> None:
    """A real signature is among the headers."""
    ours, theirs = both(doors, "/", api="SignedDoorUrl", sign=True)

    signature = ("authorization", "x-amz-content-sha256", "x-amz-date")
    assert {f"headers/{name}": ONLY_DEPLOYED for name in signature} == differing(for_url(ours), for_url(theirs))


def for_url(event: dict[str, Any]) -> dict[str, Any]:
    context = event["requestContext"]
    context["domainPrefix"] = ""
    if "authorizer" in context:
        # A muted stage has an account of its own.
        context["authorizer"]["iam"] = dict.fromkeys(context["authorizer"]["iam"])
    return lowered(event)
