"""What people do, at one of the two front doors: the route, or the graph of AppSync."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness import Response, Stage, User

__all__ = [
    "GRAPH",
    "ROUTE",
    "Somebody",
    "we_add_a_product",
    "we_ask_for_a_product",
    "we_ask_for_an_unknown_field",
    "we_list_a_category",
]

ROUTE = "Api"
GRAPH = "GraphApi"


@dataclass(frozen=True, kw_only=True)
class Somebody:
    """Who asks, and how they show it: a signed-in user, an API key, a signature, or nothing at all."""

    user: User | None = None
    key: bool = False
    sign: bool = False


def we_ask_for_a_product(stage: Stage, product_id: str, *, at: str, by: Somebody) -> Response:
    """We ask for a product by its id."""
    query = "query ($id: ID!) { product(id: $id) { id name price category } }"
    return _ask(stage, query, {"id": product_id}, at=at, by=by)


def we_list_a_category(stage: Stage, category: str, *, at: str, by: Somebody) -> Response:
    """We ask for the products of a category."""
    query = "query ($category: String!) { products(category: $category) { name } }"
    return _ask(stage, query, {"category": category}, at=at, by=by)


def we_add_a_product(stage: Stage, product: Mapping[str, Any], *, at: str, by: Somebody) -> Response:
    """We add a product."""
    mutation = """
        mutation ($name: String!, $price: Float!, $category: String!) {
            addProduct(name: $name, price: $price, category: $category) { id name price category }
        }
    """
    return _ask(stage, mutation, product, at=at, by=by)


def we_ask_for_an_unknown_field(stage: Stage, *, at: str, by: Somebody) -> Response:
    """We ask for the colour of a product, which the schema does not know."""
    return _ask(stage, '{ product(id: "kettle") { name colour } }', {}, at=at, by=by)


def _ask(stage: Stage, query: str, variables: Mapping[str, Any], *, at: str, by: Somebody) -> Response:
    return stage.query(query, variables=variables, user=by.user, key=by.key, sign=by.sign, api=at)
