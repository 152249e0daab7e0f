"""What must be so afterwards."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from harness import Entry, Response, Stage

__all__ = [
    "an_order_id_comes_back",
    "it_is_refused",
    "no_order_from_nowhere_is_on_the_bus",
    "no_order_is_on_the_bus",
    "restaurants_come_back",
    "the_body_is_invalid",
    "the_bus_carries_the_notification",
    "the_bus_carries_the_order",
    "the_page_lists",
    "the_page_shows_the_day_and_its_settings",
    "the_topic_carries_the_order",
]


def the_page_lists(response: Response, restaurants: int) -> None:
    """The page lists so many restaurants."""
    assert response.status_code == 200, response
    assert response.headers["content-type"].startswith("text/html")
    assert len(response.html.select("ul#restaurantsUl > li.restaurant")) == restaurants


def the_page_shows_the_day_and_its_settings(response: Response, stage: Stage) -> None:
    """The page shows today, and carries the pool, the web client and the addresses of this stage."""
    now = datetime.now(UTC)
    # The request may have been made a moment before midnight.
    days = {f"{moment:%A}" for moment in (now, now - timedelta(minutes=1))}
    assert response.status_code == 200, response
    (day,) = response.html.select("#day")
    (config,) = response.html.select("#config")
    assert day.get_text(strip=True) in days
    settings = json.loads(config.get_text())
    assert settings["region"] == stage.names.region
    assert settings["userPoolId"] == stage.output("UserPoolId")
    assert settings["clientId"] == stage.output("WebClientId")
    assert settings["searchUrl"] == f"{stage.output('ApiUrl')}/restaurants/search"
    assert settings["ordersUrl"] == f"{stage.output('ApiUrl')}/orders"


def restaurants_come_back(response: Response, *, count: int) -> None:
    """So many restaurants come back, each with name, image and themes."""
    assert response.status_code == 200, response
    assert len(response.json) == count
    for restaurant in response.json:
        assert set(restaurant) == {"name", "image", "themes"}


def it_is_refused(response: Response, *, status: int) -> None:
    """The request is refused with this status."""
    assert response.status_code == status, response


def an_order_id_comes_back(response: Response) -> str:
    """The id of the order comes back."""
    assert response.status_code == 200, response
    order_id: str = response.json["orderId"]
    assert str(uuid.UUID(order_id)) == order_id
    return order_id


def the_body_is_invalid(response: Response) -> None:
    """API Gateway itself refuses the body: the words are its own, not the function's."""
    assert response.status_code == 400, response
    assert response.json == {"message": "Invalid request body"}


def the_bus_carries_the_order(stage: Stage, order: Mapping[str, str]) -> None:
    """The bus carries the order, once."""
    stage.journal.expect(
        "EventBus", pattern={"source": ["big-mouth"]}, detail_type="order_placed", detail=order, times=1
    )


def the_topic_carries_the_order(stage: Stage, order: Mapping[str, str]) -> None:
    """The topic of the restaurants carries the order."""
    stage.journal.expect("RestaurantNotificationTopic", body=order)


def the_bus_carries_the_notification(stage: Stage, order: Mapping[str, str]) -> None:
    """The bus says that the restaurant knows of the order."""
    stage.journal.expect("EventBus", detail_type="restaurant_notified", detail=order)


def no_order_is_on_the_bus(stage: Stage, *, restaurant: str) -> None:
    """Nobody hears of an order from this restaurant."""
    order = {"restaurantName": restaurant}
    stage.journal.expect_none("EventBus", pattern={"source": ["big-mouth"]}, detail=order)
    stage.journal.expect_none("RestaurantNotificationTopic", body=order)


def no_order_from_nowhere_is_on_the_bus(stage: Stage) -> None:
    """Nobody hears of an order that names no restaurant; others may order meanwhile."""

    def names_none(order: Entry) -> bool:
        return not order.body.get("restaurantName")

    stage.journal.expect_none("EventBus", pattern={"source": ["big-mouth"]}, where=names_none)
    stage.journal.expect_none("RestaurantNotificationTopic", where=names_none)
