"""What a test has reached through front doors: requests, queries, schedules, state machines, calls."""

from __future__ import annotations

import pytest

from harness.system.model import (
    Api,
    Authorizer,
    Route,
    Rule,
    StateMachine,
    System,
    Target,
)
from tests.report.real_systems import act, event, hand_made, reached_of, system
from tests.report.small_systems import ORDER, functions


def guarded(*, kind: str = "lambda") -> System:
    guard = Authorizer(name="Guard", kind=kind, function="Check" if kind == "lambda" else None)  # type: ignore[arg-type]
    routes = (Route(api="Api", method="GET", path="/", function="Work", authorizer=guard),)
    api = Api(name="Api", kind="rest", stage="dev", routes=routes)
    return hand_made(functions=functions("Work", "Check"), apis={"Api": api})


def test_an_answered_request_reaches_route_and_function_in_http() -> None:
    """Nobody sees a deployed function start; the answer came from it."""
    assert {"route:Api POST /orders", "function:PlaceOrder"} == reached_of(system("bigmouth"), acts=[ORDER])


@pytest.mark.parametrize("mode", ["handler", "invoke"])
def test_a_function_that_did_not_run_is_not_reached(mode: str) -> None:
    """In these modes it is known which ones ran."""
    assert {"route:Api POST /orders"} == reached_of(system("bigmouth"), mode=mode, acts=[ORDER])


def test_the_function_behind_a_request_is_reached_in_handler() -> None:
    """The act says which one it was."""
    found = reached_of(system("bigmouth"), mode="handler", acts=[act("call", "PlaceOrder", function="PlaceOrder")])

    assert {"function:PlaceOrder"} == found


def test_a_refused_request_reaches_its_route_only() -> None:
    """The route has done its work: it has asked the authorizer."""
    refused = act(
        "request", "POST /orders", api="Api", route="POST /orders", status=401, answer='{"message":"Unauthorized"}'
    )

    assert {"route:Api POST /orders"} == reached_of(system("bigmouth"), acts=[refused])


def test_an_unknown_path_reaches_nothing() -> None:
    """No route of the template takes it."""
    unknown = act("request", "GET /nowhere", api="Api", status=403, answer='{"message":"Missing Authentication Token"}')

    assert set() == reached_of(system("bigmouth"), acts=[unknown])


@pytest.mark.parametrize(
    ("mode", "status", "ran", "expected"),
    [
        ("http", 200, (), {"authorizer:Api Guard", "function:Check", "function:Work"}),
        ("http", 403, (), {"authorizer:Api Guard", "function:Check"}),
        ("http", 401, (), set()),
        ("handler", 403, ("Check",), {"authorizer:Api Guard", "function:Check"}),
        ("handler", 401, (), set()),
    ],
)
def test_an_authorizer_is_reached_by_what_it_decided(
    mode: str, status: int, ran: tuple[str, ...], expected: set[str]
) -> None:
    """It has not been asked where a token is missing, which is told by 401."""
    answers = {200: "{}", 403: '{"Message":"User is not authorized to access this resource"}'}
    asked = act(
        "request",
        "GET /",
        api="Api",
        route="GET /",
        status=status,
        answer=answers.get(status, '{"message":"Unauthorized"}'),
    )

    assert expected | {"route:Api GET /"} == reached_of(guarded(), mode=mode, acts=[asked], functions=ran)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('{"data": {"product": {"name": "Kettle"}}}', {"function:GetProduct"}),
        ('{"data": {"product": null}, "errors": [{"errorType": "Unauthorized"}]}', set()),
        ('{"data": null, "errors": [{"message": "Validation error of type FieldUndefined"}]}', set()),
    ],
)
def test_a_query_reaches_the_fields_that_it_asks_for(answer: str, expected: set[str]) -> None:
    """And the functions behind them where it was neither refused nor invalid."""
    sent = '{"query": "query ($id: ID!) { product(id: $id) { name } }", "variables": {"id": "kettle"}}'
    asked = act("query", "GraphApi", api="GraphApi", status=200, sent=sent, answer=answer)

    assert expected | {"field:GraphApi Query.product"} == reached_of(system("catalogue"), acts=[asked])


def test_a_schedule_that_was_fired_reaches_its_function() -> None:
    """The verb does what the time would do."""
    assert {"schedule:Daily", "function:DeleteOldMetadata"} == reached_of(system("photos"), acts=[act("fire", "Daily")])


def test_a_schedule_that_does_not_exist_reaches_nothing() -> None:
    """The verb has failed."""
    assert set() == reached_of(system("photos"), acts=[act("fire", "Weekly")])


def test_an_execution_reaches_the_machine_and_the_functions_of_visited_states() -> None:
    """The answer says which states it went through."""
    started = act("start", "Workflow", answer="<Execution SUCCEEDED; visited: CheckFileType, ExtractMetadata>")

    found = [reached_of(system("photos"), mode=mode, acts=[started]) for mode in ("handler", "invoke", "http")]

    assert [{"machine:Workflow"}, *[{"machine:Workflow", "function:ReadMetadata"}] * 2] == found


def test_an_execution_of_nothing_reaches_nothing() -> None:
    """The verb has failed: there is no such machine."""
    assert set() == reached_of(system("photos"), acts=[act("start", "Nowhere")])


def test_a_test_of_a_state_is_no_execution() -> None:
    """One state by itself says nothing about the way through the machine."""
    assert set() == reached_of(system("photos"), acts=[act("test_state", "Workflow CopyPhoto")])


def test_a_call_reaches_the_function() -> None:
    """In http it is the Lambda API that is called."""
    assert {"function:GetJob"} == reached_of(system("orders_async"), acts=[act("call", "GetJob")])


def test_a_machine_behind_a_rule_is_reached() -> None:
    """A rule that starts no function counts by itself, in every mode."""
    rule = Rule(name="Go", bus="Bus", pattern={"source": ["a"]}, targets=(Target(resource="Flow"),))
    shop = hand_made(rules={"Go": rule}, machines={"Flow": StateMachine(name="Flow", definition={})})

    found = reached_of(shop, mode="handler", entries=[event("Bus", source="a", detail_type="b")])

    assert {"rule:Go", "machine:Flow"} == found
