"""What people do."""

from __future__ import annotations

from collections.abc import Mapping

from harness import Response, Stage, User

__all__ = [
    "an_order_is_placed",
    "we_list_the_restaurants",
    "we_open_the_landing_page",
    "we_order_from_no_restaurant",
    "we_place_an_order",
    "we_search_for",
    "we_search_without_a_theme",
]


def we_open_the_landing_page(stage: Stage) -> Response:
    """We open the landing page."""
    return stage.request("GET", "/")


def we_list_the_restaurants(stage: Stage, *, signed: bool) -> Response:
    """We list the restaurants."""
    return stage.request("GET", "/restaurants", sign=signed)


def we_search_for(stage: Stage, theme: str, *, user: User | None) -> Response:
    """We search for restaurants with a theme."""
    return stage.request("POST", "/restaurants/search", json={"theme": theme}, user=user)


def we_search_without_a_theme(stage: Stage, *, user: User | None) -> Response:
    """We search, but name no theme."""
    return stage.request("POST", "/restaurants/search", json={}, user=user)


def we_place_an_order(stage: Stage, restaurant: str, *, user: User | None) -> Response:
    """We order from a restaurant."""
    return stage.request("POST", "/orders", json={"restaurantName": restaurant}, user=user)


def we_order_from_no_restaurant(stage: Stage, *, user: User | None) -> Response:
    """We order, but name no restaurant."""
    return stage.request("POST", "/orders", json={}, user=user)


def an_order_is_placed(stage: Stage, order: Mapping[str, str]) -> None:
    """Somebody's order is placed, as the bus tells."""
    stage.publish("EventBus", source="big-mouth", detail_type="order_placed", detail=order)
