"""The events that the URL of a function sends."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from harness.events.caller import Caller
from harness.events.function_url import event

ANN = Caller(account="123456789012", arn="arn:aws:iam::123456789012:user/ann", user_id="AIDA", access_key="AK")


def test_a_request_has_the_fields_of_lambda() -> None:
    """The whole event; what belongs to API Gateway has placeholders."""
    found = event("GET", "/my%20path", region="eu-west-1", url_id="u1", request_id="r-1", time=1795255200.25)

    trace = found["headers"].pop("x-amzn-trace-id")
    assert re.fullmatch("Root=1-[0-9a-f]{8}-[0-9a-f]{24}", trace)
    assert found == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/my path",
        "rawQueryString": "",
        "headers": {
            "host": "u1.lambda-url.eu-west-1.on.aws",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256",
            "x-amzn-tls-version": "TLSv1.3",
        },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "u1",
            "domainName": "u1.lambda-url.eu-west-1.on.aws",
            "domainPrefix": "u1",
            "http": {
                "method": "GET",
                "path": "/my path",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "",
            },
            "requestId": "r-1",
            "routeKey": "$default",
            "stage": "$default",
            "time": "21/Nov/2026:10:00:00 +0000",
            "timeEpoch": 1795255200250,
        },
        "isBase64Encoded": False,
    }


def test_a_request_is_of_now_and_has_an_id_of_its_own() -> None:
    """Where neither is given."""
    before = int(time.time() * 1000)

    first, second = (event(region="eu-west-1")["requestContext"] for _ in range(2))

    assert before <= first["timeEpoch"] <= int(time.time() * 1000)
    assert first["requestId"] != second["requestId"]
    assert len(first["apiId"]) == 32


def test_query_cookies_and_headers_are_those_of_format_2() -> None:
    """Values are joined, cookies stand apart, names are in lower case."""
    found = event(
        region="eu-west-1",
        query={"tag": ["a", "b c"], "page": "2"},
        headers={"Cookie": "a=1; b=2", "X-Kind": "order", "User-Agent": "curl"},
    )

    assert found["rawQueryString"] == "tag=a&tag=b%20c&page=2"
    assert found["queryStringParameters"] == {"tag": "a,b c", "page": "2"}
    assert found["cookies"] == ["a=1", "b=2"]
    assert (found["headers"]["x-kind"], found["requestContext"]["http"]["userAgent"]) == ("order", "curl")


@pytest.mark.parametrize(
    ("body", "headers", "told"),
    [
        ({"id": "é"}, {}, ('{"id": "é"}', False, "application/json")),
        ({"id": 1}, {"Content-Type": "application/vnd.api+json"}, ("eyJpZCI6IDF9", True, "application/vnd.api+json")),
        ("hello", {}, ("hello", False, "text/plain;charset=UTF-8")),
        (b"\x02", {}, ("Ag==", True, None)),
        (b"a,b", {"content-type": "text/csv"}, ("a,b", False, "text/csv")),
    ],
)
def test_a_body_is_text_or_base64(body: Any, headers: dict[str, str], told: tuple[Any, ...]) -> None:
    """As its content type says; text and JSON give one where there is none."""
    found = event("POST", region="eu-west-1", body=body, headers=headers)

    assert (found["body"], found["isBase64Encoded"], found["headers"].get("content-type")) == told
    assert int(found["headers"]["content-length"]) > 0


def test_who_signs_is_told() -> None:
    """The account is then known."""
    found = event(region="eu-west-1", caller=ANN)["requestContext"]

    assert (found["accountId"], found["authorizer"]["iam"]["userArn"]) == ("123456789012", ANN.arn)
