"""Authorizers that are functions, mocks, CORS, gateway responses and function URLs, as a template declares them."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.system.lambda_authorizers import sources_of
from harness.system.model import Authorizer, Cors, GatewayResponse, Mock, MockResponse, Route, System
from harness.system.reader import read


@pytest.fixture(scope="module")
def doors() -> System:
    return read(Path(__file__).parent / "templates" / "doors.yaml", name="doors")


def route(system: System, api: str, key: str) -> Route:
    method, path = key.split(" ")
    return next(one for one in system.apis[api].routes if (one.method, one.path) == (method, path))


def test_a_token_authorizer_of_a_document(doors: System) -> None:
    """SAM writes its header as the name of the security scheme."""
    found = route(doors, "Rest", "GET /token").authorizer

    expected = Authorizer(
        name="Token",
        kind="lambda",
        header="X-Token",
        function="Guard",
        takes="token",
        sources=("header.X-Token",),
        validation="a+",
        ttl=60,
    )
    assert expected == found


def test_a_request_authorizer_of_a_document(doors: System) -> None:
    """Its sources come from several places; answers count for five minutes where nothing is said."""
    found = route(doors, "Rest", "GET /request").authorizer

    sources = ("header.X-Token", "querystring.q", "stageVariables.colour", "context.httpMethod")
    assert Authorizer(name="Request", kind="lambda", header="Unused", function="Guard", sources=sources) == found


def test_an_authorizer_of_an_http_api_may_answer_simply(doors: System) -> None:
    """Payload 2.0, with simple responses."""
    found = route(doors, "Http", "GET /simple").authorizer

    assert found is not None
    assert (found.payload_format, found.simple_responses, found.ttl, found.sources) == (
        "2.0",
        True,
        30,
        ("header.X-Token",),
    )


def test_an_authorizer_that_is_a_resource(doors: System) -> None:
    """The header is named by its identity source; numbers may be text."""
    found = route(doors, "Plain", "GET /").authorizer

    expected = Authorizer(
        name="PlainGuard",
        kind="lambda",
        header="X-Token",
        function="Guard",
        takes="token",
        sources=("header.X-Token",),
        ttl=0,
    )
    assert expected == found


def test_an_authorizer_without_sources_has_none() -> None:
    """Nothing is made up."""
    found = sources_of(None)

    assert () == found


def test_cors_of_a_rest_api_is_a_mock(doors: System) -> None:
    """SAM adds an OPTIONS method to each path."""
    found = route(doors, "Rest", "OPTIONS /token")

    headers = {"Access-Control-Allow-Methods": "GET", "Access-Control-Allow-Origin": "*"}
    assert found.mock is not None
    assert (found.function, found.authorizer, dict(found.mock.responses[0].headers)) == ("", None, headers)


def test_a_mock_that_is_a_resource(doors: System) -> None:
    """Constants are its headers; what only the cloud or an integration knows is left out."""
    found = route(doors, "Plain", "OPTIONS /").mock

    response = MockResponse(
        status=204,
        pattern=r"2\d\d",
        headers=(("Access-Control-Allow-Origin", "*"),),
        templates={"application/json": ""},
    )
    template = {"application/json": "{statusCode: 204}"}
    assert Mock(templates=template, responses=(response,), passthrough="NEVER") == found


def test_an_http_api_has_cors_and_variables(doors: System) -> None:
    """Methods in capitals, and the variables of the stage."""
    api = doors.apis["Http"]

    cors = Cors(origins=("https://shop.example",), methods=("GET",), credentials=True, max_age=5)
    assert (cors, {"colour": "blue"}) == (api.cors, api.variables)


def test_a_rest_api_has_variables(doors: System) -> None:
    """What only the cloud can resolve stays as it is."""
    api = doors.apis["Rest"]

    assert ({"colour": "red", "table": {"Ref": "Unknown"}}, "dev") == (api.variables, api.stage)


def test_gateway_responses_of_a_document(doors: System) -> None:
    """By type, with their headers."""
    found = doors.apis["Rest"].gateway_responses

    assert {"DEFAULT_4XX": GatewayResponse(headers=(("Access-Control-Allow-Origin", "'*'"),))} == found


def test_gateway_responses_that_are_resources(doors: System) -> None:
    """With status and template, and only those of their API."""
    found = doors.apis["Plain"].gateway_responses

    template = '{"why":$context.error.messageString}'
    response = GatewayResponse(status=418, headers=(("X-Why", "'no token'"),), template=template)
    assert {"UNAUTHORIZED": response} == found


def test_a_function_url_is_an_api(doors: System) -> None:
    """One route for all, behind a signature where it asks for one; an alias is its function."""
    api = doors.apis["ShopUrl"]

    iam = Authorizer(name="AWS_IAM", kind="iam")
    expected = Route(
        api="ShopUrl", method="ANY", path="$default", function="Shop", authorizer=iam, payload_format="2.0"
    )
    assert ((expected,), "url", Cors(origins=("*",))) == (api.routes, api.kind, api.cors)


def test_streams_are_known(doors: System) -> None:
    """Of a function URL and of a method."""
    streams = [doors.apis["StreamUrl"].routes[0].streams, route(doors, "Plain", "GET /").streams]

    assert [True, True] == streams


def test_the_url_of_another_function_is_no_api(doors: System) -> None:
    """Nothing here can play it."""
    known = "ElsewhereUrl" in doors.apis

    assert not known


def test_a_method_that_leads_elsewhere_is_no_route(doors: System) -> None:
    """Only functions and mocks are played."""
    methods = {one.method for one in doors.apis["Plain"].routes}

    assert {"GET", "OPTIONS"} == methods
