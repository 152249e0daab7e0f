"""Functions behind fields of AppSync, as AppSync calls them and hears them."""

from __future__ import annotations

import io
import json
import urllib.request
import uuid
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness.cloud.account import Cloud

SCHEMA = b"type Query { told: AWSJSON list: [String] told_of(id: ID): Thing } type Thing { id: ID }"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
Ask = Callable[[str, str], Any]


@pytest.fixture
def role(cloud: Cloud) -> Iterator[str]:
    """A role for functions."""
    iam, name = cloud.client("iam"), f"r-{uuid.uuid4()}"
    yield iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.delete_role(RoleName=name)


@pytest.fixture
def ask(cloud: Cloud, role: str) -> Iterator[Ask]:
    """Asks a graph whose fields are resolved by a function of one line."""
    appsync, aws_lambda = cloud.client("appsync"), cloud.client("lambda")
    api = appsync.create_graphql_api(name="shop", authenticationType="API_KEY")["graphqlApi"]["apiId"]
    key = appsync.create_api_key(apiId=api)["apiKey"]["id"]
    appsync.start_schema_creation(apiId=api, definition=SCHEMA)
    name = f"f-{uuid.uuid4()}"

    def asked(query: str, line: str) -> Any:
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("f.py", f"def handler(event, context):\n    {line}\n")
        made = aws_lambda.create_function(
            FunctionName=name, Runtime="python3.12", Handler="f.handler", Role=role, Code={"ZipFile": code.getvalue()}
        )
        config = {"lambdaFunctionArn": made["FunctionArn"]}
        appsync.create_data_source(apiId=api, name="F", type="AWS_LAMBDA", lambdaConfig=config)
        for field in ("told", "list", "told_of"):
            appsync.create_resolver(apiId=api, typeName="Query", fieldName=field, dataSourceName="F")
        url, body = f"{cloud.endpoint}/v1/apis/{api}/graphql", json.dumps({"query": query}).encode()
        request = urllib.request.Request(url, data=body, headers={"x-api-key": key})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return json.load(answer)

    yield asked
    aws_lambda.delete_function(FunctionName=name)
    appsync.delete_graphql_api(apiId=api)


def test_a_list_is_an_answer(ask: Ask) -> None:
    """The result becomes the field as it is, whatever JSON it is."""
    assert ask("{ list }", 'return ["a", "b"]') == {"data": {"list": ["a", "b"]}}


def test_a_function_gets_the_whole_context(ask: Ask) -> None:
    """Who asks nobody knows with a key; the selection set is told."""
    context = ask("{ told_of(id: 1) { id } }", 'return {"id": __import__("json").dumps(event)}')

    event = json.loads(context["data"]["told_of"]["id"])
    assert (event["identity"], event["source"], event["prev"]) == (None, None, None)
    assert (event["arguments"], event["info"]["selectionSetList"]) == ({"id": "1"}, ["id"])
    assert (event["info"]["parentTypeName"], event["info"]["fieldName"]) == ("Query", "told_of")


def test_a_failure_is_an_error_of_the_field(ask: Ask) -> None:
    """It has the type that AppSync gives it."""
    answer = ask("{ told }", 'raise KeyError("id")')

    [error] = answer["errors"]
    assert answer["data"] == {"told": None}
    assert (error["path"], error["errorType"], error["message"]) == (["told"], "Lambda:Unhandled", "'id'")
