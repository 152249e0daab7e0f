from typing import Any

import pytest

from harness.modes.exchange import Response

from .world import COGNITO, World, request, route

MODEL = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["theme"],
    "properties": {"theme": {"type": "string"}, "size": {"type": "number", "default": 3}},
}
SEARCH = route("POST", "/search", model=MODEL, validates_body=True)


def post(body: bytes, content_type: str | None = "application/json") -> Any:
    headers = {} if content_type is None else {"Content-Type": content_type}
    return request("POST", "/search", body=body, headers=headers)


def refused(response: Response) -> tuple[int, str, str | None]:
    return response.status_code, response.text, response.headers.get("x-amzn-ErrorType")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"{}", b'{"theme": 1}'])
@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", None])
def test_a_body_that_does_not_hold_is_refused(body: bytes, content_type: str | None) -> None:
    """No JSON, or JSON against the model; a body without a content type is JSON."""
    world = World(SEARCH)

    response = world.gateway.request(post(body, content_type))

    assert refused(response) == (400, '{"message": "Invalid request body"}', "BadRequestException")
    assert world.function.events == []


def test_a_body_that_holds_passes_as_it_is() -> None:
    """No default of the model is filled in."""
    world = World(SEARCH)

    response = world.gateway.request(post(b'{"theme": "tv"}'))

    assert (response.status_code, world.function.event["body"]) == (200, '{"theme": "tv"}')


def test_a_body_of_another_type_matches_no_model() -> None:
    """AWS passes it on unchecked."""
    world = World(SEARCH)

    assert world.gateway.request(post(b"theme=1", "application/x-www-form-urlencoded")).status_code == 200


def test_a_model_alone_checks_nothing() -> None:
    """Without a validator the model is documentation."""
    world = World(route("POST", "/search", model=MODEL))

    assert world.gateway.request(post(b"{}")).status_code == 200


def test_the_authorizer_comes_before_the_validator() -> None:
    """Who may not enter learns nothing of the body."""
    world = World(route("POST", "/search", model=MODEL, validates_body=True, authorizer=COGNITO))

    assert world.gateway.request(post(b"{}")).status_code == 401


REQUIRED = route(
    path="/orders/{id}",
    validates_parameters=True,
    required_parameters=("querystring.page", "method.request.header.X-Key", "path.id"),
)


@pytest.mark.parametrize(
    ("query", "headers", "missing"),
    [((), {}, "page, X-Key"), ((("page", ""),), {"x-key": "k"}, "page"), ((("page", "1"),), {}, "X-Key")],
)
def test_missing_parameters_are_named(query: Any, headers: Any, missing: str) -> None:
    """All that are missing, without their place; a blank one is missing."""
    world = World(REQUIRED)

    response = world.gateway.request(request(path="/orders/1", query=query, headers=headers))

    message = f'{{"message": "Missing required request parameters: [{missing}]"}}'
    assert refused(response) == (400, message, "BadRequestException")


def test_a_request_with_all_parameters_passes() -> None:
    """Headers are found whatever their case."""
    world = World(REQUIRED)

    asked = request(path="/orders/1", query=(("page", "1"),), headers={"x-KEY": "k"})

    assert world.gateway.request(asked).status_code == 200


def test_required_parameters_alone_check_nothing() -> None:
    """Without a validator they are documentation."""
    world = World(route(required_parameters=("querystring.page",)))

    assert world.gateway.request(request()).status_code == 200
