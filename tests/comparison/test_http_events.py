"""One request, one event: as the harness builds it and as the embedded cloud does.

Each difference is listed with the fact of AWS; a test fails when one goes away and when a new one appears.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from harness.stage import Stage

from .differing import ONLY_DEPLOYED, ONLY_PLAYED, differing, masked

# Ids, moments and addresses are of their own each time.
OWN = (
    "headers/host",
    "multiValueHeaders/host",
    "requestContext/accountId",
    "requestContext/apiId",
    "requestContext/domainName",
    "requestContext/extendedRequestId",
    "requestContext/requestId",
    "requestContext/requestTime",
    "requestContext/requestTimeEpoch",
    "requestContext/resourceId",
    "requestContext/time",
    "requestContext/timeEpoch",
)

# https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html shows these.
_ADDED_HEADERS = ("x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto")
_IDENTITY = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)

REST = {
    # Only the payload 1.0 of HTTP APIs tells its version.
    "version": ONLY_DEPLOYED,
    # API Gateway adds them to every request.
    **{f"{form}/{name}": ONLY_PLAYED for form in ("headers", "multiValueHeaders") for name in _ADDED_HEADERS},
    # They are in every event of AWS.
    "requestContext/deploymentId": ONLY_PLAYED,
    "requestContext/domainName": ONLY_PLAYED,
    "requestContext/domainPrefix": ONLY_PLAYED,
    # AWS names them all, as null where there is none.
    **{f"requestContext/identity/{name}": ONLY_PLAYED for name in _IDENTITY},
}

HTTP = {
    # API Gateway adds them to every request.
    **{f"headers/{name}": ONLY_PLAYED for name in _ADDED_HEADERS},
    "requestContext/domainPrefix": ONLY_PLAYED,
}

# An HTTP API of AWS tells the length of each request, also of one without a body.
NO_LENGTH = {"headers/content-length": ONLY_PLAYED}
# A REST API of AWS hands no length on.
A_LENGTH = {"headers/content-length": ONLY_DEPLOYED, "multiValueHeaders/content-length": ONLY_DEPLOYED}

OCTETS = {"Content-Type": "application/octet-stream"}
MANY = (("a", "1"), ("a", "2"), ("b", ""), ("c d", "e f"), ("u", "é&="), ("p", "1+1"))

Case = tuple[str, str, Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]

# Method, path, the rest of the request, what else differs behind a REST API and what behind an HTTP API.
CASES: dict[str, Case] = {
    "plain": ("GET", "/things/1", {}, {}, NO_LENGTH),
    "root": ("GET", "/", {}, {}, NO_LENGTH),
    "JSON": ("POST", "/things/1", {"json": {"a": "é", "b": None}}, A_LENGTH, {}),
    "no body": ("POST", "/things/1", {"body": b""}, A_LENGTH, {}),
    "delete": ("DELETE", "/things/1", {}, A_LENGTH, {}),
    "binary": ("POST", "/things/1", {"body": b"\x00\xff\x01", "headers": OCTETS}, A_LENGTH, {}),
    "image": ("POST", "/things/1", {"body": b"\x89PNG", "headers": {"Content-Type": "image/png"}}, A_LENGTH, {}),
    "text": ("POST", "/things/1", {"body": "té", "headers": {"Content-Type": "text/plain"}}, A_LENGTH, {}),
    "no UTF-8": ("POST", "/things/1", {"body": b"\xff\xfe", "headers": {"Content-Type": "text/plain"}}, A_LENGTH, {}),
    "form": (
        "POST",
        "/things/1",
        {"body": "a=1&b=%C3%A9", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        A_LENGTH,
        {},
    ),
    "XML": ("POST", "/things/1", {"body": "<a/>", "headers": {"Content-Type": "application/xml"}}, A_LENGTH, {}),
    "own JSON": (
        "POST",
        "/things/1",
        {"body": "{}", "headers": {"Content-Type": "application/vnd.api+json"}},
        A_LENGTH,
        {},
    ),
    "no content type": ("POST", "/things/1", {"body": b"abc"}, A_LENGTH, {}),
    "empty and mixed-case headers": (
        "GET",
        "/things/1",
        {"headers": [("X-Empty", ""), ("X-CaSe", "Yes"), ("User-Agent", "tests/1"), ("X-Name", "café")]},
        {},
        NO_LENGTH,
    ),
    "repeated headers": (
        "GET",
        "/things/1",
        {"headers": [("X-Tag", "1"), ("x-tag", "2")]},
        # Behind a REST API of AWS the last value stands in `headers`, all of them in `multiValueHeaders`.
        {"headers/x-tag": ("2", "1, 2"), "multiValueHeaders/x-tag": (["1", "2"], ["1, 2"])},
        # An HTTP API of AWS joins them by a comma alone.
        NO_LENGTH | {"headers/x-tag": ("1,2", "1, 2")},
    ),
    "forwarded": (
        "GET",
        "/things/1",
        {"headers": {"X-Forwarded-For": "1.2.3.4"}},
        # API Gateway adds the address that it sees, and the source is that address.
        {
            "headers/x-forwarded-for": ("1.2.3.4, 127.0.0.1", "1.2.3.4"),
            "multiValueHeaders/x-forwarded-for": (["1.2.3.4, 127.0.0.1"], ["1.2.3.4"]),
            "requestContext/identity/sourceIp": ("127.0.0.1", "1.2.3.4"),
        },
        NO_LENGTH | {"headers/x-forwarded-for": ("1.2.3.4, 127.0.0.1", "1.2.3.4")},
    ),
    "cookies": (
        "GET",
        "/things/1",
        {"headers": {"Cookie": "a=1; b=2"}},
        {},
        NO_LENGTH,
    ),
    "query": (
        "GET",
        "/things/1",
        {"query": MANY},
        # The last value stands in the single form.
        {"queryStringParameters/a": ("2", "1")},
        NO_LENGTH,
    ),
    "commas in the query": (
        "GET",
        "/things/1?x=1,2&x=3&y",
        {},
        {"queryStringParameters/x": ("3", "1,2")},
        NO_LENGTH,
    ),
    "space in the path": (
        "GET",
        "/things/a b",
        {},
        # A REST API of AWS leaves the path as it was sent.
        {
            "path": ("/things/a%20b", "/things/a b"),
            "pathParameters/id": ("a%20b", "a b"),
            "requestContext/path": ("/dev/things/a%20b", "/dev/things/a b"),
        },
        NO_LENGTH,
    ),
    "unicode in a greedy path": (
        "PUT",
        "/files/ab/é",
        {},
        A_LENGTH
        | {
            "path": ("/files/ab/%C3%A9", "/files/ab/é"),
            "pathParameters/proxy": ("ab/%C3%A9", "ab/é"),
            "requestContext/path": ("/dev/files/ab/%C3%A9", "/dev/files/ab/é"),
        },
        {},
    ),
    "slashes in a greedy path": (
        "GET",
        "/files/a//b/",
        {},
        # AWS keeps the empty segment.
        {"pathParameters/proxy": ("a//b", "a/b")},
        NO_LENGTH,
    ),
    "percent in the path": (
        "GET",
        "/things/100%25",
        {},
        {
            "path": ("/things/100%25", "/things/100%"),
            "pathParameters/id": ("100%25", "100%"),
            "requestContext/path": ("/dev/things/100%25", "/dev/things/100%"),
        },
        # An HTTP API of AWS decodes the path; whether %25 is left as it is, as here, nobody has published.
        NO_LENGTH
        | {
            "pathParameters/id": ("100%", "100%25"),
            "rawPath": ("/things/100%", "/things/100%25"),
            "requestContext/http/path": ("/things/100%", "/things/100%25"),
        },
    ),
    "plus in the path": ("GET", "/things/a+b", {}, {}, NO_LENGTH),
}


def seen(stage: Stage, case: Case, *, api: str) -> dict[str, Any]:
    method, path, options, *_ = case
    event = stage.request(method, path, api=api, **options).json
    for form in ("headers", "multiValueHeaders"):
        # The embedded cloud has the names in lower case; a test of its own says so.
        if form in event:
            event[form] = {name.lower(): value for name, value in event[form].items()}
    return masked(event, OWN)


def together(everywhere: Mapping[str, Any], case: Mapping[str, Any]) -> dict[str, Any]:
    return {**everywhere, **case}


@pytest.mark.parametrize("name", CASES)
def test_events_of_rest_apis_differ_as_listed(played: Stage, deployed: Stage, name: str) -> None:
    """Payload 1.0, field by field."""
    ours = seen(played, CASES[name], api="Rest")

    theirs = seen(deployed, CASES[name], api="Rest")

    assert together(REST, CASES[name][3]) == differing(ours, theirs)


@pytest.mark.parametrize("name", CASES)
def test_events_of_http_apis_differ_as_listed(played: Stage, deployed: Stage, name: str) -> None:
    """Payload 2.0, field by field."""
    ours = seen(played, CASES[name], api="Http")

    theirs = seen(deployed, CASES[name], api="Http")

    assert together(HTTP, CASES[name][4]) == differing(ours, theirs)


def test_names_of_headers_keep_their_case_in_aws_only(played: Stage, deployed: Stage) -> None:
    """A REST API of AWS hands on the names as the client wrote them."""
    headers = {"X-CaSe": "Yes"}

    ours = played.request("GET", "/things/1", headers=headers, api="Rest").json["headers"]
    theirs = deployed.request("GET", "/things/1", headers=headers, api="Rest").json["headers"]

    assert ("Yes", "Yes") == (ours.get("X-CaSe"), theirs.get("x-case"))


def test_options_reach_a_function_in_aws_only(played: Stage, deployed: Stage) -> None:
    """An API without CORS has no preflight, so a route for ANY method takes OPTIONS.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
    """
    ours = played.request("OPTIONS", "/things/1", api="Http")

    theirs = deployed.request("OPTIONS", "/things/1", api="Http")

    assert (200, 403) == (ours.status_code, theirs.status_code)
