from __future__ import annotations

from pathlib import Path

import pytest

from harness.system.model import Api, Authorizer, Route, Rule, Subscription, System, Target
from harness.system.reader import read

TEMPLATE = Path(__file__).parents[2] / "systems" / "bigmouth" / "template.yaml"
CUSTOMERS = Authorizer(name="Customers", kind="cognito", pools=("UserPool",))
SIGNATURE = Authorizer(name="Signature", kind="iam")
THEME = {"type": "object", "required": ["theme"], "properties": {"theme": {"type": "string"}}}
FOR_TESTS = {"TestQueue", "TestQueuePolicy", "TestRule", "TestSubscription"}


@pytest.fixture(scope="module")
def bigmouth() -> System:
    return read(TEMPLATE, name="bigmouth")


@pytest.fixture(scope="module")
def temporary() -> System:
    return read(TEMPLATE, name="bigmouth", parameters={"Temporary": "true"})


def route(method: str, path: str, function: str, **rest: object) -> Route:
    """Give a route of the API."""
    return Route(api="Api", method=method, path=path, function=function, **rest)  # type: ignore[arg-type]


def test_the_front_door_has_four_routes(bigmouth: System) -> None:
    """Also the route whose function is named by an ARN that is built from parameters is found."""
    search = route(
        "POST",
        "/restaurants/search",
        "SearchRestaurants",
        authorizer=CUSTOMERS,
        model=THEME,
        validates_body=True,
    )

    routes = (
        route("GET", "/", "GetIndex"),
        route("GET", "/restaurants", "GetRestaurants", authorizer=SIGNATURE),
        search,
        route("POST", "/orders", "PlaceOrder", authorizer=CUSTOMERS),
    )

    assert bigmouth.apis == {"Api": Api(name="Api", kind="rest", stage="dev", routes=routes)}


def test_an_order_notifies_the_restaurant(bigmouth: System) -> None:
    """The event of the function is a rule on the bus of the template."""
    name = "NotifyRestaurantOrderPlaced"

    rule = Rule(
        name=name,
        bus="EventBus",
        pattern={"source": ["big-mouth"], "detail-type": ["order_placed"]},
        targets=(Target(resource="NotifyRestaurant"),),
    )

    assert bigmouth.rules == {name: rule}


def test_only_a_temporary_stage_has_what_tests_need(bigmouth: System, temporary: System) -> None:
    """The condition admits a queue, its policy, a rule and a subscription."""
    added = set(temporary.resources) - set(bigmouth.resources)

    subscription = Subscription(
        name="TestSubscription", topic="RestaurantNotificationTopic", protocol="sqs", endpoint="TestQueue"
    )
    assert added == FOR_TESTS
    assert (bigmouth.subscriptions, temporary.subscriptions) == ({}, {"TestSubscription": subscription})
    assert temporary.rules["TestRule"].targets[0].resource == "TestQueue"


def test_the_functions_have_their_code(bigmouth: System) -> None:
    """All five come from one folder and know at reading time what parameters say."""
    function = bigmouth.function("SearchRestaurants")

    assert {other.code for other in bigmouth.functions.values()} == {TEMPLATE.parent / "functions"}
    assert (function.handler, function.timeout, function.memory) == ("search_restaurants.handler", 6, 512)
    assert function.environment["restaurants_table"] == {"Ref": "RestaurantsTable"}
    assert function.environment["service_name"] == "bigmouth"
