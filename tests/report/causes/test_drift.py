"""What is deployed otherwise than the template says, of what a test touched."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.errors import UnreachableEndpoint
from harness.report.causes import causes_of
from harness.report.record import DriftRecord
from harness.system.model import System
from tests.report.causes.broken import asked, broken

Said = Callable[..., list[str]]

ORDERED = asked("POST /orders", 401, token=True)
LATER = "has another {} in the deployed API: {}; the template says {}"


def differs(kind: str, name: str, what: str, deployed: str, template: str = "it is there") -> DriftRecord:
    return DriftRecord(system="bigmouth", kind=kind, name=name, what=what, template=template, deployed=deployed)


@pytest.mark.parametrize(
    ("one", "cause"),
    [
        (
            differs("route", "POST /orders", "authorizer", "none", "Customers (cognito)"),
            "wiring: POST /orders has no authorizer in the deployed API",
        ),
        (
            differs("route", "POST /orders", "authorizer", "Others (cognito)", "Customers (cognito)"),
            f"wiring: POST /orders {LATER.format('authorizer', 'Others (cognito)', 'Customers (cognito)')}",
        ),
        (
            differs("route", "POST /orders", "trust of the authorizer", "AnotherPool", "UserPool"),
            "wiring: POST /orders: its authorizer trusts AnotherPool in the deployed API; the template says UserPool",
        ),
        (
            differs("route", "POST /orders", "existence", "nothing"),
            "wiring: POST /orders is in the template and not in the deployed API",
        ),
        (
            differs("route", "POST /orders", "existence", "a route to PlaceOrder", "nothing of it"),
            "wiring: POST /orders is in the deployed API and not in the template",
        ),
        (
            differs("rule", "NotifyRestaurantOrderPlaced", "state", "disabled", "enabled"),
            "wiring: the rule NotifyRestaurantOrderPlaced is disabled where it is deployed, enabled in the template",
        ),
        (
            differs("rule", "NotifyRestaurantOrderPlaced", "existence", "nothing"),
            "wiring: the rule NotifyRestaurantOrderPlaced is not deployed",
        ),
        (
            differs("rule", "NotifyRestaurantOrderPlaced", "pattern", '{"source": ["a"]}', '{"source": ["b"]}'),
            (
                "wiring: the rule NotifyRestaurantOrderPlaced is deployed with another pattern: "
                '{"source": ["a"]}; the template says {"source": ["b"]}'
            ),
        ),
        (
            differs("subscription", "TestSubscription", "existence", "a subscription", "nothing of it"),
            "wiring: the subscription TestSubscription is deployed and not in the template",
        ),
        (
            differs("permission", "Any", "existence", "nothing", "events.amazonaws.com may invoke PlaceOrder for Rule"),
            (
                "permissions: events.amazonaws.com may not invoke PlaceOrder for Rule where it is deployed, "
                "although the template lets it"
            ),
        ),
        (
            differs("function", "PlaceOrder", "role", "another", "PlaceOrderRole"),
            "permissions: PlaceOrder is deployed with another role: another; the template says PlaceOrderRole",
        ),
        (
            differs("function", "PlaceOrder", "timeout", "1 s", "6 s"),
            "limits: PlaceOrder is deployed with another timeout: 1 s; the template says 6 s",
        ),
        (
            differs("function", "NotifyRestaurant", "handler", "b.handler", "a.handler"),
            "packaging: NotifyRestaurant is deployed with another handler: b.handler; the template says a.handler",
        ),
        (
            differs("function", "PlaceOrder", "environment bus_name", "nothing"),
            "environment: PlaceOrder is deployed without the variable 'bus_name'",
        ),
        (
            differs("function", "PlaceOrder", "environment bus_name", "another one", "one value"),
            "environment: PlaceOrder is deployed with another value of the variable 'bus_name'",
        ),
        (
            differs("function", "PlaceOrder", "environment other", "a variable", "nothing of it"),
            "environment: PlaceOrder is deployed with the variable 'other', which the template does not give it",
        ),
        (differs("api", "Api", "existence", "nothing"), "wiring: the API Api is not deployed"),
    ],
)
def test_a_difference_in_words(said: Said, one: DriftRecord, cause: str) -> None:
    """An order leads to PlaceOrder, from there by the bus to NotifyRestaurant, and to its topic."""
    assert cause == said(broken(mode="http", acts=(ORDERED,)), drift=[one])[0]


@pytest.mark.parametrize(
    "one",
    [
        differs("route", "GET /restaurants", "authorizer", "none", "Signature (iam)"),
        differs("function", "SearchRestaurants", "timeout", "1 s", "6 s"),
        differs("route", "$default", "existence", "a route", "nothing of it"),
        differs("unread", "rules", "events:ListRules", "unknown: denied"),
    ],
)
def test_a_difference_elsewhere_is_no_cause(said: Said, one: DriftRecord) -> None:
    """The test has asked for nothing there; and what could not be read is not known to differ."""
    record = broken(mode="http", acts=(asked("POST /orders", 502, token=True),))

    assert [] == said(record, drift=[one])


def test_in_invoke_mode_the_deployed_doors_do_not_count(said: Said) -> None:
    """The harness plays them from the template."""
    route = differs("route", "POST /orders", "authorizer", "none", "Customers (cognito)")
    called = differs("permission", "Any", "existence", "nothing", "apigateway.amazonaws.com may invoke PlaceOrder")
    function = differs("function", "PlaceOrder", "timeout", "1 s", "6 s")
    record = broken(mode="invoke", acts=(asked("POST /orders", 502, token=True),))

    [cause] = said(record, drift=[route, called, function])

    assert cause.startswith("limits: PlaceOrder is deployed with another timeout")


def test_differences_at_the_door_come_first(said: Said) -> None:
    """What is not there at all comes before what is otherwise."""
    record = broken(mode="http", acts=(asked("POST /orders", 502, token=True),))
    drift = [
        differs("table", "EventBus", "name", "a", "b"),
        differs("function", "PlaceOrder", "timeout", "1 s", "6 s"),
        differs("route", "POST /orders", "validation", "none", "body"),
        differs("route", "POST /orders", "existence", "nothing"),
    ]

    found = said(record, drift=drift)

    assert ["wiring: POST /orders is in", "wiring: POST /orders has a", "limits: PlaceOrder is depl"] == [
        cause[:26] for cause in found[:3]
    ]


def test_a_stage_that_cannot_be_looked_at_takes_no_cause_away(bigmouth: System) -> None:
    """The tester may lack a permission, or the cloud may be gone."""

    def unreachable() -> list[DriftRecord]:
        raise UnreachableEndpoint("Nothing answers.")

    record = broken(mode="http", acts=(asked("POST /orders", 200),))

    [cause] = causes_of(record, system=bigmouth, drift=unreachable)

    assert "POST /orders has no authorizer in the deployed API" == cause.text


def test_handler_mode_asks_for_no_drift(bigmouth: System) -> None:
    """It costs calls, and nothing deployed took part."""
    asked_for = []

    causes_of(broken(), system=bigmouth, drift=lambda: asked_for.append("drift") or [])

    assert [] == asked_for
