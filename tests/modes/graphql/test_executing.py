"""What becomes of a query."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import HandlerNotFound, NotOffered
from harness.runtime.invocation import Invocation
from tests.modes.graphql.world import FAILED, World


def test_a_resolver_gets_the_whole_context() -> None:
    """Arguments, variables, headers in lower case, and what is asked for, aliases and fragments included."""
    world = World()
    query = """
        query ($id: ID!) { product(id: $id) { title: name ...rest ... on Product { price } } }
        fragment rest on Product { maker { name } }
    """

    world.ask(query, variables={"id": "1"}, headers={"X-Api-Key": "da2-good", "X-Trace": "t"})

    event = world.function.events[0]
    assert (event["arguments"], event["info"]["variables"], event["source"]) == ({"id": "1"}, {"id": "1"}, None)
    assert event["info"]["selectionSetList"] == ["title", "maker", "maker/name", "price"]
    assert event["request"]["headers"] == {"x-api-key": "da2-good", "x-trace": "t"}


def test_a_nested_resolver_gets_its_source() -> None:
    """A field of another field's value is resolved by a function of its own."""
    world = World()

    answer = world.ask('{ product(id: "1") { maker { name } } }')

    nested = world.function.events[1]
    assert (nested["info"]["parentTypeName"], nested["source"]) == ("Product", {"id": "1", "name": "Kettle"})
    assert answer.json == {"data": {"product": {"maker": {"name": "Kettle"}}}}


def test_the_last_invocation_is_evidence() -> None:
    """A failed test shows what the function logged."""
    world = World()

    assert world.ask('{ product(id: "1") { name } }').invocation is world.function.invocation


def test_an_unknown_field_is_an_error_with_status_200() -> None:
    """The message is AppSync's own, with the way to the field; no function runs."""
    world = World()

    answer = world.ask('{ product(id: "1") { name colour } }')

    message = (
        "Validation error of type FieldUndefined: Field 'colour' in type 'Product' is undefined @ 'product/colour'"
    )
    locations = [{"line": 1, "column": 27, "sourceName": None}]
    assert answer.status_code == 200
    assert answer.json == {"data": None, "errors": [{"path": None, "locations": locations, "message": message}]}
    assert world.function.events == []


def test_what_else_is_invalid_is_told_too() -> None:
    """A missing argument is found before anything runs."""
    answer = World().ask("{ product { name } }")

    [error] = answer.json["errors"]
    assert error["message"].startswith("Validation error: ")
    assert "'id'" in error["message"]


def test_a_field_below_an_unknown_field_is_not_told() -> None:
    """Of a field whose type is not known nothing can be said."""
    answer = World().ask("{ unknown { below } }")

    assert len(answer.json["errors"]) == 1


def test_a_failed_function_is_an_error_of_its_field() -> None:
    """The answer keeps its status; the error has AppSync's form."""
    world = World()
    world.function.invocation = FAILED

    answer = world.ask('{ product(id: "1") { name } }')

    error = {
        "path": ["product"],
        "data": None,
        "errorType": "Lambda:Unhandled",
        "errorInfo": None,
        "locations": [{"line": 1, "column": 3, "sourceName": None}],
        "message": "'id'",
    }
    assert answer.json == {"data": {"product": None}, "errors": [error]}


@pytest.mark.parametrize("payload", ["text", {"id": None}])
def test_a_value_of_the_wrong_kind_is_an_error(payload: Any) -> None:
    """What the schema does not admit is null, and an error says so."""
    world = World()
    world.function.invocation = Invocation(function="F", request_id="r", payload=payload)

    answer = world.ask('{ product(id: "1") { id } }')

    assert answer.json["data"] == {"product": None}
    assert "Product.id" in answer.json["errors"][0]["message"]


def test_variables_that_do_not_fit_are_an_error() -> None:
    """Nothing is resolved, and the error has no place in the query's data."""
    answer = World().ask("query ($id: ID!) { product(id: $id) { name } }", variables={})

    assert answer.json["data"] is None
    assert answer.json["errors"][0]["path"] is None


@pytest.mark.parametrize("query", ["{ product(", ""])
def test_what_cannot_be_read_is_refused(query: str) -> None:
    """AppSync answers 400 to what is no GraphQL."""
    answer = World().ask(query)

    error = {"errorType": "MalformedHttpRequestException", "message": "Unable to parse GraphQL query."}
    assert (answer.status_code, answer.json) == (400, {"errors": [error]})


@pytest.mark.parametrize("body", [b"{", b"[]"])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    """AppSync answers 400 to what is no request of GraphQL."""
    world = World()

    answer = world.graph.query(world.request(body, headers={"x-api-key": "da2-good"}))

    error = {"errorType": "MalformedHttpRequestException", "message": "Invalid JSON payload in POST request."}
    assert (answer.status_code, answer.json) == (400, {"errors": [error]})


def test_one_of_several_operations_is_chosen() -> None:
    """The name says which."""
    world = World()

    world.ask('query A { plain } query B { product(id: "2") { name } }', operationName="B")

    assert world.function.events[0]["arguments"] == {"id": "2"}


def test_subscriptions_are_not_played() -> None:
    """They are no matter of one answer."""
    with pytest.raises(NotOffered) as caught:
        World().ask("subscription { renamed { name } }")

    assert str(caught.value) == (
        "Subscriptions of GraphQL are not played.\n  subscribe through AppSync's own endpoint."
    )


def test_what_the_harness_has_to_say_is_no_answer() -> None:
    """A handler that cannot be imported ends the test, not the field."""
    world = World()
    world.function.fault = HandlerNotFound("There is no handler.")

    with pytest.raises(HandlerNotFound):
        world.ask('{ product(id: "1") { name } }')
