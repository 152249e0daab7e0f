from typing import Any

import pytest

from harness.events.caller import Caller
from harness.events.http import Call, Door, http_headers, rest_headers
from harness.events.payload_v1 import http_event_v1, rest_event
from harness.events.payload_v2 import http_event

DOMAIN = "abc123.execute-api.eu-west-1.amazonaws.com"
REST = Door(account="123456789012", api_id="abc123", domain=DOMAIN, stage="dev")
HTTP = Door(account="123456789012", api_id="abc123", domain=DOMAIN, stage="$default")
HTTP_DEV = Door(account="123456789012", api_id="abc123", domain=DOMAIN, stage="dev")
CALLER = Caller(account="123456789012", arn="arn:aws:iam::123456789012:user/t", user_id="AIDA1", access_key="AKIA1")

IDENTITY = {
    "accessKey": None,
    "accountId": None,
    "caller": None,
    "cognitoAuthenticationProvider": None,
    "cognitoAuthenticationType": None,
    "cognitoIdentityId": None,
    "cognitoIdentityPoolId": None,
    "principalOrgId": None,
    "sourceIp": "127.0.0.1",
    "user": None,
    "userAgent": "tests",
    "userArn": None,
}

REST_CONTEXT = {
    "accountId": "123456789012",
    "apiId": "abc123",
    "domainName": DOMAIN,
    "domainPrefix": "abc123",
    "extendedRequestId": "btlmoHsTFiAFnZw=",
    "httpMethod": "PUT",
    "identity": IDENTITY,
    "path": "/dev/orders/a%20b",
    "protocol": "HTTP/1.1",
    "requestId": "6b0f2f1c",
    "requestTime": "09/Apr/2015:12:34:56 +0000",
    "requestTimeEpoch": 1428582896789,
    "resourceId": "x1y2z3",
    "resourcePath": "/orders/{id}",
    "stage": "dev",
}


def call(**changes: Any) -> Call:
    usual: dict[str, Any] = {
        "method": "PUT",
        "path": "/orders/a%20b",
        "resource": "/orders/{id}",
        "route_key": "PUT /orders/{id}",
        "resource_id": "x1y2z3",
        "parameters": {"id": "a%20b"},
        "query": (("page", "1"), ("tag", "a"), ("tag", "b c")),
        "headers": (("Content-Type", "application/json"), ("X-Tag", "1"), ("X-Tag", "2")),
        "body": b'{"a":1}',
        "request_id": "6b0f2f1c",
        "extended_request_id": "btlmoHsTFiAFnZw=",
        "moment": 1428582896.789,
        "user_agent": "tests",
    }
    return Call(**usual | changes)


def bare(**changes: Any) -> Call:
    return call(query=(), headers=(), body=b"", parameters={}, **changes)


def test_a_rest_event_is_as_api_gateway_builds_it() -> None:
    """The whole event: each key, repeated names in both forms, path parameters still percent-encoded."""
    event = rest_event(call(), REST)

    assert event == {
        "resource": "/orders/{id}",
        "path": "/orders/a%20b",
        "httpMethod": "PUT",
        "headers": {"Content-Type": "application/json", "X-Tag": "2"},
        "multiValueHeaders": {"Content-Type": ["application/json"], "X-Tag": ["1", "2"]},
        "queryStringParameters": {"page": "1", "tag": "b c"},
        "multiValueQueryStringParameters": {"page": ["1"], "tag": ["a", "b c"]},
        "pathParameters": {"id": "a%20b"},
        "stageVariables": None,
        "requestContext": {**REST_CONTEXT, "deploymentId": "abc123"},
        "body": '{"a":1}',
        "isBase64Encoded": False,
    }


def test_a_bare_rest_event_has_nulls() -> None:
    """What there is none of is null, not left out and not empty."""
    event = rest_event(bare(), REST)

    nothing = dict.fromkeys(
        [
            "headers",
            "multiValueHeaders",
            "queryStringParameters",
            "multiValueQueryStringParameters",
            "pathParameters",
            "stageVariables",
            "body",
        ]
    )
    rest = {"resource": "/orders/{id}", "path": "/orders/a%20b", "httpMethod": "PUT", "isBase64Encoded": False}
    assert event == {**nothing, **rest, "requestContext": {**REST_CONTEXT, "deploymentId": "abc123"}}


def test_a_rest_event_has_the_claims_of_a_token() -> None:
    """A Cognito authorizer puts the claims where the function looks for them."""
    event = rest_event(call(claims={"sub": "u"}), REST)

    assert event["requestContext"]["authorizer"] == {"claims": {"sub": "u"}}


def test_a_function_that_changes_its_claims_changes_nobody_elses() -> None:
    """Claims are remembered between requests, so an event gets a copy."""
    claims = {"sub": "u"}

    rest_event(call(claims=claims), REST)["requestContext"]["authorizer"]["claims"]["sub"] = "other"

    assert claims == {"sub": "u"}


def test_a_rest_event_names_who_signed() -> None:
    """An IAM authorizer fills in the identity."""
    event = rest_event(call(caller=CALLER), REST)

    assert event["requestContext"]["identity"] == {
        **IDENTITY,
        "accessKey": "AKIA1",
        "accountId": "123456789012",
        "caller": "AIDA1",
        "user": "AIDA1",
        "userArn": "arn:aws:iam::123456789012:user/t",
    }


@pytest.mark.parametrize(
    ("types", "content_type", "body", "is_base64"),
    [
        (("image/*",), "image/png", "AP8=", True),
        (("*/*",), "", "AP8=", True),
        (("image/*",), "text/plain", "\x00\ufffd", False),
        ((), "image/png", "\x00\ufffd", False),
    ],
)
def test_binary_media_types_decide_about_base64(
    types: tuple[str, ...], content_type: str, body: str, *, is_base64: bool
) -> None:
    """A REST API encodes what its binary media types name, and breaks all other bytes."""
    door = Door(account="1", api_id="a", domain="d", stage="s", binary_media_types=types)

    event = rest_event(call(body=b"\x00\xff", headers=(("content-type", content_type),)), door)

    assert (event["body"], event["isBase64Encoded"]) == (body, is_base64)


def test_an_http_event_is_as_api_gateway_builds_it() -> None:
    """The whole event of payload format 2.0: joined by commas, cookies apart, the path decoded."""
    cookies = (("cookie", "a=1; b=2"), ("accept", "x"), ("accept", "y"), ("content-type", "application/json"))

    event = http_event(call(headers=cookies, parameters={"id": "a b"}), HTTP)

    assert event == {
        "version": "2.0",
        "routeKey": "PUT /orders/{id}",
        "rawPath": "/orders/a b",
        "rawQueryString": "page=1&tag=a&tag=b%20c",
        "cookies": ["a=1", "b=2"],
        "headers": {"accept": "x,y", "content-type": "application/json"},
        "queryStringParameters": {"page": "1", "tag": "a,b c"},
        "pathParameters": {"id": "a b"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "domainName": DOMAIN,
            "domainPrefix": "abc123",
            "http": {
                "method": "PUT",
                "path": "/orders/a b",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "tests",
            },
            "requestId": "6b0f2f1c",
            "routeKey": "PUT /orders/{id}",
            "stage": "$default",
            "time": "09/Apr/2015:12:34:56 +0000",
            "timeEpoch": 1428582896789,
        },
        "body": '{"a":1}',
        "isBase64Encoded": False,
    }


def test_a_bare_http_event_leaves_out() -> None:
    """What there is none of is left out, not null."""
    event = http_event(bare(), HTTP)

    assert set(event) == {
        "version",
        "routeKey",
        "rawPath",
        "rawQueryString",
        "headers",
        "requestContext",
        "isBase64Encoded",
    }


def test_a_stage_with_a_name_is_in_the_path() -> None:
    """Only the stage ``$default`` has no place in the path."""
    event = http_event(call(), HTTP_DEV)

    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/dev/orders/a b"


@pytest.mark.parametrize("scopes", [None, ["read"]])
def test_an_http_event_has_the_claims_of_a_token(scopes: list[str] | None) -> None:
    """A JWT authorizer puts claims and scopes one level deeper than a REST API does."""
    event = http_event(call(claims={"sub": "u"}, scopes=scopes), HTTP)

    assert event["requestContext"]["authorizer"] == {"jwt": {"claims": {"sub": "u"}, "scopes": scopes}}


def test_an_http_event_names_who_signed() -> None:
    """An IAM authorizer fills in ``authorizer.iam``."""
    event = http_event(call(caller=CALLER), HTTP)

    assert event["requestContext"]["authorizer"] == {
        "iam": {
            "accessKey": "AKIA1",
            "accountId": "123456789012",
            "callerId": "AIDA1",
            "cognitoIdentity": None,
            "principalOrgId": None,
            "userArn": "arn:aws:iam::123456789012:user/t",
            "userId": "AIDA1",
        }
    }


@pytest.mark.parametrize(
    ("headers", "body", "is_base64"),
    [
        ([("content-type", "text/csv; charset=utf-8")], "a,b", False),
        ([("content-type", "application/x-www-form-urlencoded")], "YSxi", True),
        ([], "YSxi", True),
    ],
)
def test_the_content_type_decides_about_base64(headers: list[tuple[str, str]], body: str, *, is_base64: bool) -> None:
    """An HTTP API knows a few text types and encodes all others."""
    event = http_event(call(headers=headers, body=b"a,b"), HTTP)

    assert (event["body"], event["isBase64Encoded"]) == (body, is_base64)


def test_an_http_event_of_format_1_differs_from_rest() -> None:
    """Version, stage in the path, one request id, no resource id, an authorizer of nulls."""
    event, rest = http_event_v1(call(), HTTP_DEV), rest_event(call(), HTTP_DEV)

    differing = {name: value for name, value in event.items() if rest.get(name) != value}
    context = differing.pop("requestContext")
    assert differing == {"version": "1.0", "path": "/dev/orders/a%20b"}
    assert context == {
        **REST_CONTEXT,
        "authorizer": {"claims": None, "scopes": None},
        "extendedRequestId": "6b0f2f1c",
        "resourceId": None,
    }


def test_an_http_event_of_format_1_has_the_claims_of_a_token() -> None:
    """Claims and scopes are there, as text and as a list; the stage ``$default`` is not in the path."""
    event = http_event_v1(call(claims={"sub": "u"}, scopes=("read",)), HTTP)

    assert event["requestContext"]["authorizer"] == {"claims": {"sub": "u"}, "scopes": ["read"]}
    assert event["requestContext"]["path"] == event["path"] == "/orders/a%20b"


def test_an_http_event_of_format_1_encodes_by_content_type() -> None:
    """The rule is that of HTTP APIs, not that of REST APIs."""
    event = http_event_v1(call(headers=[("content-type", "image/png")], body=b"\x00\xff"), HTTP)

    assert (event["body"], event["isBase64Encoded"]) == ("AP8=", True)


def test_rest_headers_gain_what_api_gateway_adds() -> None:
    """Names keep their case; the connection's headers and a signature are dropped, the hops are joined."""
    sent = [
        ("ACCEPT", "x"),
        ("Connection", "keep-alive"),
        ("Content-Length", "3"),
        ("host", "localhost"),
        ("Authorization", "AWS4-HMAC-SHA256 Credential=…"),
        ("x-amzn-trace-id", "mine"),
        ("X-Forwarded-For", "10.0.0.1"),
    ]

    headers = rest_headers(sent, host=DOMAIN, trace="Root=1-a-b", source_ip="127.0.0.1")

    assert headers == [
        ("ACCEPT", "x"),
        ("Host", DOMAIN),
        ("X-Amzn-Trace-Id", "Root=1-a-b"),
        ("X-Forwarded-For", "10.0.0.1, 127.0.0.1"),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    ]


def test_rest_headers_keep_a_token() -> None:
    """Only a signature is dropped."""
    headers = rest_headers([("authorization", "Bearer t")], host=DOMAIN, trace="t", source_ip="127.0.0.1")

    assert headers[0] == ("authorization", "Bearer t")


def test_http_headers_are_in_lower_case_and_tell_the_length() -> None:
    """An HTTP API hands on the length of the body, zero included."""
    headers = http_headers([("Accept", "x")], host=DOMAIN, trace="t", source_ip="127.0.0.1", length=0)

    assert headers == [
        ("accept", "x"),
        ("content-length", "0"),
        ("host", DOMAIN),
        ("x-amzn-trace-id", "t"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-port", "443"),
        ("x-forwarded-proto", "https"),
    ]
