"""Mock integrations and gateway responses of REST APIs."""

from typing import Any

import pytest

from harness.errors import MisusedStep
from harness.modes.exchange import Response
from harness.system.model import GatewayResponse, Mock, MockResponse

from .world import COGNITO, IAM, World, request, route

PREFLIGHT = MockResponse(
    status=200, headers=(("Access-Control-Allow-Origin", "*"),), templates={"application/json": "{}\n"}
)


def mocked(*responses: MockResponse, method: str = "OPTIONS", **mock: Any) -> World:
    made = Mock(**{"templates": {"application/json": '{"statusCode" : 200}'}, **mock}, responses=responses)
    return World(route(method, mock=made), route("GET", authorizer=COGNITO))


def seen(response: Response) -> tuple[int, str]:
    return response.status_code, response.text


def test_a_preflight_passes_where_the_route_is_protected() -> None:
    """As SAM's Cors makes it: no function, no authorizer."""
    world = mocked(PREFLIGHT)

    response = world.gateway.request(request("OPTIONS"))

    assert ((200, "{}\n"), "*") == (seen(response), response.headers["access-control-allow-origin"])
    assert ("application/json", None) == (response.headers["content-type"], response.invocation)
    assert 401 == world.gateway.request(request()).status_code


@pytest.mark.parametrize(("status", "expected"), [("201", 1), ("200", 2), ("500", 3)])
def test_the_status_of_the_integration_selects_the_response(status: str, expected: int) -> None:
    """The first whose pattern matches it as a whole, else the default."""
    responses = [
        MockResponse(status=203),
        MockResponse(status=201, pattern="201"),
        MockResponse(status=202, pattern="20."),
    ]
    world = mocked(*responses, templates={"application/json": f"{{ statusCode: {status} }}"})

    response = world.gateway.request(request("OPTIONS"))

    assert 200 + expected == response.status_code


def test_a_response_without_a_body_has_none() -> None:
    """Whatever its template says."""
    world = mocked(MockResponse(status=204, templates={"application/json": "{}"}))

    response = world.gateway.request(request("OPTIONS"))

    assert (204, "") == seen(response)


def test_the_type_of_the_answer_may_be_its_own() -> None:
    """A header of the template comes before the usual one."""
    world = mocked(MockResponse(status=200, headers=(("content-type", "text/plain"),)))

    response = world.gateway.request(request("OPTIONS"))

    assert "text/plain" == response.headers["content-type"]


@pytest.mark.parametrize(
    ("mock", "expected"),
    [
        ({}, 200),
        ({"passthrough": "NEVER"}, 415),
        ({"passthrough": "WHEN_NO_TEMPLATES"}, 415),
        ({"passthrough": "WHEN_NO_TEMPLATES", "templates": {}}, 200),
    ],
)
def test_a_body_without_a_template_is_passed_through_or_refused(mock: Any, expected: int) -> None:
    """Its own status then selects the response."""
    world = mocked(PREFLIGHT, method="POST", **mock)
    asked = request("POST", headers={"Content-Type": "text/x"}, body=b'{"statusCode": 200}')

    assert expected == world.gateway.request(asked).status_code


@pytest.mark.parametrize("mock", [{"templates": {"application/json": "{}"}}, {}])
def test_a_mock_that_fits_nothing_is_the_template_s_fault(mock: Any) -> None:
    """No status, or no response for it."""
    world = mocked(*([] if not mock else [PREFLIGHT]), **mock)

    response = world.gateway.request(request("OPTIONS"))

    assert (500, '{"message": "Internal server error"}') == seen(response)


@pytest.mark.parametrize("text", ["$input.params('a')", "#set($a = 1)"])
def test_a_template_with_variables_is_not_played(text: str) -> None:
    """Nothing is answered that API Gateway would not."""
    world = mocked(MockResponse(status=200, templates={"application/json": text}))

    with pytest.raises(MisusedStep) as failure:
        world.gateway.request(request("OPTIONS"))

    assert (
        "The mock integration of 'OPTIONS /orders' has a template with variables, which is not played.\n"
        "  API: Api\n"
        "  run this test with --mode=http."
    ) == str(failure.value)


def refusing(kind: str, **response: Any) -> World:
    return World(route(authorizer=COGNITO), gateway_responses={kind: GatewayResponse(**response)})


@pytest.mark.parametrize("kind", ["UNAUTHORIZED", "DEFAULT_4XX"])
def test_a_gateway_response_changes_a_refusal(kind: str) -> None:
    """That of the type, or that for all of its kind."""
    template = '{"why":$context.error.messageString,"is":"$context.error.message","type":"$context.error.responseType"}'
    world = refusing(kind, status=418, headers=(("X-A", "'b'"), ("content-type", "'a/b'")), template=template)

    response = world.gateway.request(request())

    assert (418, '{"why":"Unauthorized","is":"Unauthorized","type":"UNAUTHORIZED"}') == seen(response)
    assert ("b", "a/b") == (response.headers["X-A"], response.headers["content-type"])


@pytest.mark.parametrize("kind", ["DEFAULT_5XX", "ACCESS_DENIED"])
def test_a_gateway_response_of_another_type_changes_nothing(kind: str) -> None:
    """The refusal is as always."""
    world = refusing(kind, status=418)

    assert (401, '{"message":"Unauthorized"}') == seen(world.gateway.request(request()))


def test_headers_may_repeat_the_request() -> None:
    """What is not there, or not known here, is left out."""
    known = (("X-O", "method.request.header.Origin"), ("X-Q", "method.request.querystring.q"))
    world = refusing(
        "UNAUTHORIZED", headers=(*known, ("X-N", "method.request.header.No"), ("X-C", "context.requestId"))
    )

    response = world.gateway.request(request(headers={"Origin": "o"}, query=(("q", "1"),)))

    assert ["o", "1", None, None] == [response.headers.get(name) for name in ("X-O", "X-Q", "X-N", "X-C")]


def test_an_unknown_path_has_gateway_responses_too() -> None:
    """It is a refusal like any other."""
    world = World(route(authorizer=IAM), gateway_responses={"DEFAULT_4XX": GatewayResponse(headers=(("X-A", "'b'"),))})

    response = world.gateway.request(request(path="/nowhere"))

    assert (403, "b") == (response.status_code, response.headers["X-A"])
