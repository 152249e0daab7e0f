"""Requests that meet no route, are let in by mistake, or are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from harness.system.model import Api, Authorizer, Route, System
from tests.report.causes.broken import asked, broken

Said = Callable[..., list[str]]

TOKENS = Authorizer(name="Customers", kind="cognito", pools=("UserPool",))
SIGNED = Authorizer(name="Signature", kind="iam")
ASKED = Authorizer(name="Guard", kind="lambda", function="Guard")
JWT = Authorizer(name="Jwt", kind="jwt")


def with_route(system: System, guard: Authorizer | None, *, kind: str = "rest", **known: object) -> System:
    """Give the system with one route only."""
    route = Route(api="Api", method="POST", path="/orders", function="PlaceOrder", authorizer=guard, **known)  # type: ignore[arg-type]
    return replace(system, apis={"Api": Api(name="Api", kind=kind, stage="dev", routes=(route,))})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "hint"),
    [
        ("POST /order", "; did you mean POST /orders?"),
        ("GET /orders", "; there is POST /orders"),
        ("DELETE /customers/5a1e0c4e-0000-4000-8000-000000000000", ""),
    ],
)
def test_a_request_that_no_route_matches(said: Said, what: str, hint: str) -> None:
    """The right one is offered where one is near."""
    record = broken(acts=(asked(what, 403, route=""),))

    shown = what.replace("5a1e0c4e-0000-4000-8000-000000000000", "…")
    assert [f"wiring: no route of Api matches {shown}{hint}"] == said(record)


def test_a_request_that_is_refused_on_purpose_is_no_cause(said: Said) -> None:
    """The test went on, and failed with something else; it is one where the failure names its status."""
    record = broken(acts=(asked("GET /nope", 404, route=""), asked("GET /", 200)))
    elsewhere, there = (replace(record, failure=f"AssertionError: assert {one} == 200") for one in (500, 404))

    assert [] == said(elsewhere)
    assert ["wiring: no route of Api matches GET /nope"] == [one.partition(";")[0] for one in said(there)]


@pytest.mark.parametrize(
    ("known", "more"),
    [
        ({"token": True, "answer": '{"message":"Missing Authentication Token"}', "status": 403}, {}),
        ({"token": True, "status": 401}, {}),
        ({"token": True, "status": 400, "function": "PlaceOrder"}, {"model": {"type": "object"}}),
    ],
    ids=["not deployed", "kept out", "not checked"],
)
def test_a_refusal_on_purpose_is_no_cause(
    said: Said, bigmouth: System, known: dict[str, Any], more: dict[str, Any]
) -> None:
    """The test goes on behind it; it is one where the test ends with it."""
    system = with_route(bigmouth, TOKENS, **more)
    acts = (asked("POST /orders", **known), asked("POST /orders", 200, token=True))

    assert [] == said(broken(mode="http", acts=acts), system=system)
    assert 1 == len(said(broken(mode="http", acts=acts[:1]), system=system))


def test_an_unknown_api_says_nothing(said: Said) -> None:
    """An act that did not come to an answer names none."""
    act = replace(asked("POST /order", 403, route=""), api="")

    assert [] == said(broken(acts=(act,)))


def test_an_answer_without_a_route_came_from_somewhere_else(said: Said) -> None:
    """Such as from a proxy before the API; it was no failure."""
    assert [] == said(broken(acts=(asked("GET /health", 200, route=""),)))


@pytest.mark.parametrize(
    ("kind", "status", "answer"),
    [("rest", 403, '{"message":"Missing Authentication Token"}'), ("http", 404, '{"message":"Not Found"}')],
)
def test_a_route_that_is_not_deployed(said: Said, bigmouth: System, kind: str, status: int, answer: str) -> None:
    """API Gateway does not know it, and the template does."""
    system = with_route(bigmouth, TOKENS, kind=kind)
    record = broken(mode="http", acts=(asked("POST /orders", status, answer=answer, token=True),))

    assert ["wiring: POST /orders is in the template and not in the deployed API"] == said(record, system=system)


def test_a_request_without_a_signature_is_told_the_same(said: Said, bigmouth: System) -> None:
    """A REST API says "Missing Authentication Token" of that, too; so it tells nothing."""
    act = asked("POST /orders", 403, answer='{"message":"Missing Authentication Token"}')

    assert [] == said(broken(mode="http", acts=(act,)), system=with_route(bigmouth, SIGNED))


@pytest.mark.parametrize("guard", [TOKENS, SIGNED, JWT])
def test_a_route_that_is_deployed_without_its_authorizer(said: Said, bigmouth: System, guard: Authorizer) -> None:
    """It answers somebody who has shown nothing."""
    record = broken(mode="http", acts=(asked("POST /orders", 200),))

    found = said(record, system=with_route(bigmouth, guard))

    assert ["wiring: POST /orders has no authorizer in the deployed API"] == found


def test_a_function_may_let_in_whom_it_likes(said: Said, bigmouth: System) -> None:
    """An authorizer that is a function may ask for anything, or for nothing."""
    record = broken(mode="http", acts=(asked("POST /orders", 200),))

    assert [] == said(record, system=with_route(bigmouth, ASKED))


def test_an_open_route_is_no_cause_of_another_failure(said: Said, bigmouth: System) -> None:
    """Every test of an open page would hear of it."""
    record = broken(acts=(asked("POST /orders", 200),), failure="AssertionError: assert 'Hello' == 'Servus'")

    assert said(record, system=with_route(bigmouth, None)) == []


def test_a_route_without_authorizer_in_the_template(said: Said, bigmouth: System) -> None:
    """Perhaps it is meant to be open, so this is only likely, and said only where the test wanted a refusal."""
    record = broken(acts=(asked("POST /orders", 200),), failure="AssertionError: assert 200 == 401")

    found = said(record, system=with_route(bigmouth, None))

    assert ["wiring: POST /orders has no authorizer in the template, so it lets anybody in"] == found


@pytest.mark.parametrize(
    ("guard", "known", "cause"),
    [
        (SIGNED, {"token": True}, "is for signed requests in the template, and the request carried a token"),
        (TOKENS, {"signed": True}, "is for tokens in the template (Customers), and the request was signed"),
        (TOKENS, {"token": True}, "takes the tokens of UserPool in the template, and refused that of the request"),
        (JWT, {"token": True}, "takes the tokens that its authorizer Jwt names, and refused that of the request"),
    ],
)
def test_a_refused_request_is_told_what_the_route_wants(
    said: Said, bigmouth: System, guard: Authorizer, known: dict[str, bool], cause: str
) -> None:
    """The authorizer may be the wrong one, or of another pool."""
    record = broken(acts=(asked("POST /orders", 401, **known),), failure="AssertionError: assert 401 == 200")

    assert [f"wiring: POST /orders {cause}"] == said(record, system=with_route(bigmouth, guard))


@pytest.mark.parametrize(("guard", "known"), [(SIGNED, {"signed": True}), (ASKED, {"token": True}), (TOKENS, {})])
def test_a_refusal_that_may_be_right_says_nothing(
    said: Said, bigmouth: System, guard: Authorizer, known: dict[str, bool]
) -> None:
    """Who shows nothing is refused by right."""
    record = broken(acts=(asked("POST /orders", 403, **known),))

    assert [] == said(record, system=with_route(bigmouth, guard))


def test_who_waits_was_not_let_in_by_mistake(said: Said, bigmouth: System) -> None:
    """A test that waits for an event wanted to be let in."""
    record = broken(kind="NeverHappened", acts=(asked("POST /orders", 200),))

    assert [] == said(record, system=with_route(bigmouth, None))


def test_a_body_that_nobody_checks(said: Said, bigmouth: System) -> None:
    """The function itself refused it, where the template has a model for it."""
    system = with_route(bigmouth, None, model={"type": "object"})
    record = broken(acts=(asked("POST /orders", 400, function="PlaceOrder"),))

    found = said(record, system=system)

    assert ["wiring: POST /orders has a model for its body, and no validator of the template checks it"] == found
