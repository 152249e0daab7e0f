"""What callers of an API see of a function's answer in the embedded cloud: what they see in AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from harness.cloud.account import Cloud
from harness.cloud.addresses import address_of
from harness.cloud.mending.answers import http_answer, rest_answer

from .test_mending import function, role

__all__ = ["function", "role"]

Get = Callable[[str], tuple[int, str, str]]


def got(address: str) -> tuple[int, str, str]:
    """Give status, text and type of an answer."""
    try:
        with urlopen(address) as answer:
            return answer.status, answer.read().decode(), answer.headers["content-type"]
    except HTTPError as answer:
        return answer.code, answer.read().decode(), answer.headers["content-type"]


def open_to_apis(function: str, *, cloud: Cloud) -> str:
    """Let every API start a function, and give its ARN."""
    may = {"StatementId": "apis", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}
    cloud.client("lambda").add_permission(FunctionName=function, **may)
    return f"arn:aws:lambda:{cloud.region}:{cloud.account}:function:{function}"


@pytest.fixture
def rest(cloud: Cloud, function: Callable[..., str]) -> Iterator[Get]:
    """Gets the answer of a REST API whose one function runs a line of code."""
    client, made = cloud.client("apigateway"), []

    def get(line: str) -> tuple[int, str, str]:
        arn = open_to_apis(function(line), cloud=cloud)
        api = client.create_rest_api(name="answers")["id"]
        made.append(api)
        place = {"restApiId": api, "resourceId": client.get_resources(restApiId=api)["items"][0]["id"]}
        client.put_method(**place, httpMethod="GET", authorizationType="NONE")
        uri = f"arn:aws:apigateway:{cloud.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
        how = {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": uri}
        client.put_integration(**place, httpMethod="GET", **how)
        client.create_deployment(restApiId=api, stageName="s")
        return got(address_of(api, stage="s", cloud=cloud) + "/")

    yield get
    for api in made:
        client.delete_rest_api(restApiId=api)


@pytest.fixture
def http(cloud: Cloud, function: Callable[..., str]) -> Iterator[Get]:
    """Gets the answer of an HTTP API whose one function runs a line of code."""
    client, made = cloud.client("apigatewayv2"), []

    def get(line: str) -> tuple[int, str, str]:
        arn = open_to_apis(function(line), cloud=cloud)
        api = client.create_api(Name="answers", ProtocolType="HTTP")["ApiId"]
        made.append(api)
        how = {"IntegrationType": "AWS_PROXY", "IntegrationUri": arn, "PayloadFormatVersion": "2.0"}
        integration = client.create_integration(ApiId=api, **how)["IntegrationId"]
        client.create_route(ApiId=api, RouteKey="GET /a", Target=f"integrations/{integration}")
        client.create_stage(ApiId=api, StageName="s", AutoDeploy=True)
        return got(address_of(api, stage="s", cloud=cloud) + "/a")

    yield get
    for api in made:
        client.delete_api(ApiId=api)


@pytest.mark.parametrize(
    "line",
    [
        "return {'status': 200}",
        "return None",
        "return {'statusCode': 200, 'body': 5}",
        "return 'text'",
        "return event['missing']",
        "return {'statusCode': 200, 'body': 'x' * 6_300_000}",
    ],
)
def test_a_rest_api_refuses_what_is_malformed(rest: Get, line: str) -> None:
    """API Gateway answers 502, and says nothing of the reason."""
    status, text, _ = rest(line)

    assert (status, text) == (502, '{"message": "Internal server error"}')


def test_a_rest_api_answers_what_is_well_formed(rest: Get) -> None:
    """A status written as text and a missing body are well formed."""
    status, text, kind = rest("return {'statusCode': '201', 'headers': {'content-type': 'text/x'}}")

    assert (status, text, kind) == (201, "", "text/x")


@pytest.mark.parametrize(
    ("line", "text"), [("return {'a': 1}", '{"a": 1}'), ("return 'text'", "text"), ("return None", "null")]
)
def test_an_http_api_infers_an_answer(http: Get, line: str, text: str) -> None:
    """With payload 2.0 what has no status code is itself the body."""
    assert http(line) == (200, text, "application/json")


@pytest.mark.parametrize("line", ["return event['missing']", "return {'statusCode': 200, 'body': 5}"])
def test_an_http_api_refuses_what_is_malformed(http: Get, line: str) -> None:
    """HTTP APIs answer 500 with capitals, and say nothing of the reason."""
    status, text, _ = http(line)

    assert (status, text) == (500, '{"message":"Internal Server Error"}')


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"statusCode": True},
        {"statusCode": 99},
        {"statusCode": "abc"},
        {"statusCode": 200, "headers": []},
        {"statusCode": 200, "headers": {"a": None}},
        {"statusCode": 200, "multiValueHeaders": {"a": "b"}},
        {"statusCode": 200, "isBase64Encoded": "yes"},
        {"statusCode": 200, "other": 1},
    ],
)
def test_each_part_of_an_answer_has_its_form(payload: object) -> None:
    """One malformed part makes a REST API refuse the whole."""
    assert rest_answer({"body": payload})["statusCode"] == 502


def test_scalars_are_written_as_json_writes_them() -> None:
    """Headers may be numbers and truth values."""
    answer = rest_answer({"body": {"statusCode": 200, "headers": {"a": True}, "multiValueHeaders": {"b": [1, "c"]}}})

    assert (answer["headers"], answer["multiValueHeaders"]) == ({"a": "true"}, {"b": ["1", "c"]})


def test_cookies_of_an_http_api_stay() -> None:
    """They are a list beside the headers."""
    answer = http_answer({"body": {"statusCode": 200, "cookies": ["a=1"], "isBase64Encoded": "true"}})

    assert answer is not None
    assert (answer["cookies"], answer["isBase64Encoded"]) == (["a=1"], True)


def test_a_throttled_function_is_left_to_ministack() -> None:
    """Nothing ran, so there is no answer to judge."""
    assert http_answer({"throttle": True, "body": {}}) is None


def test_a_response_that_is_too_large_fails_the_invocation(cloud: Cloud, function: Callable[..., str]) -> None:
    """Lambda counts the JSON, with the quotes."""
    name = function("return 'x' * event")
    client = cloud.client("lambda")

    fits = client.invoke(FunctionName=name, Payload=str(6_291_556 - 2))
    fails = client.invoke(FunctionName=name, Payload=str(6_291_556 - 1))

    assert "FunctionError" not in fits
    assert fails["FunctionError"] == "Unhandled"
    assert json.load(fails["Payload"]) == {
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }
