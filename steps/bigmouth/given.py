"""What is there before something happens."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness import Stage, User

__all__ = [
    "a_customer_with_a_tampered_token",
    "a_customer_with_an_expired_token",
    "a_signed_in_customer",
    "an_order",
    "the_eight_restaurants",
    "the_secret_of_the_search",
]


@contextmanager
def the_eight_restaurants(stage: Stage) -> Iterator[list[dict[str, Any]]]:
    """Eight restaurants from TV shows are in the table."""
    seed = stage.system.template.parent / "restaurants.json"
    restaurants: list[dict[str, Any]] = json.loads(seed.read_text(encoding="utf-8"))
    with stage.items("RestaurantsTable", restaurants):
        yield restaurants


@contextmanager
def the_secret_of_the_search(stage: Stage) -> Iterator[None]:
    """The search has its secret, under the key of the stage; one that uses another's settings uses its secret too."""
    if "SecretsKey" not in stage.names.physical:
        yield
        return
    environment = stage.names.functions["SearchRestaurants"].environment
    name = f"/{environment['service_name']}/{environment['ssm_stage']}/search-restaurants/secretString"
    with stage.secret_parameter(name, secrets.token_urlsafe(), key="SecretsKey"):
        yield


def an_order() -> dict[str, str]:
    """An order like no other."""
    return {"orderId": str(uuid.uuid4()), "restaurantName": "Fangtasia"}


@contextmanager
def a_signed_in_customer(stage: Stage) -> Iterator[User]:
    """A customer has signed in."""
    with stage.user("UserPool", client="ServerClient") as customer:
        yield customer


@contextmanager
def a_customer_with_an_expired_token(stage: Stage) -> Iterator[User]:
    """A customer signed in so long ago that the token has expired."""
    with a_signed_in_customer(stage) as customer:
        yield stage.with_expired_token(customer)


@contextmanager
def a_customer_with_a_tampered_token(stage: Stage) -> Iterator[User]:
    """A customer claims to be somebody else."""
    with a_signed_in_customer(stage) as customer:
        yield customer.with_tampered_token()
