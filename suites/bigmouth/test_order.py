"""Orders."""

import uuid

from harness import Stage, User
from steps.bigmouth import given, then, when


def test_answers_an_id(stage: Stage, customer: User) -> None:
    """A customer who orders gets the id of the order."""
    answer = when.we_place_an_order(stage, "Fangtasia", user=customer)

    then.an_order_id_comes_back(answer)


def test_is_told_to_the_bus(stage: Stage, customer: User) -> None:
    """An order that a customer places is on the bus, under the id that the customer got."""
    answer = when.we_place_an_order(stage, "Fangtasia", user=customer)

    order_id = then.an_order_id_comes_back(answer)
    then.the_bus_carries_the_order(stage, {"orderId": order_id, "restaurantName": "Fangtasia"})


def test_reaches_the_restaurant(stage: Stage) -> None:
    """The restaurant hears of an order that was placed, and the bus hears that it did."""
    order = given.an_order()

    when.an_order_is_placed(stage, order)

    then.the_topic_carries_the_order(stage, order)
    then.the_bus_carries_the_notification(stage, order)


def test_goes_all_the_way(stage: Stage, customer: User) -> None:
    """An order that a customer places reaches the restaurant."""
    answer = when.we_place_an_order(stage, "Fangtasia", user=customer)

    order = {"orderId": then.an_order_id_comes_back(answer), "restaurantName": "Fangtasia"}
    then.the_topic_carries_the_order(stage, order)
    then.the_bus_carries_the_notification(stage, order)


def test_refuses_nobody(stage: Stage) -> None:
    """An order without a token is refused, and nobody hears of it."""
    restaurant = f"Nowhere {uuid.uuid4()}"

    answer = when.we_place_an_order(stage, restaurant, user=None)

    then.it_is_refused(answer, status=401)
    then.no_order_is_on_the_bus(stage, restaurant=restaurant)


def test_refuses_an_order_from_no_restaurant(stage: Stage, customer: User) -> None:
    """An order that names no restaurant is refused, and nobody hears of it."""
    answer = when.we_order_from_no_restaurant(stage, user=customer)

    then.it_is_refused(answer, status=400)
    then.no_order_from_nowhere_is_on_the_bus(stage)
