"""The catalogue at its graph in AppSync, where a function stands behind each field."""

import pytest

from harness import Stage
from steps.catalogue import then, when
from steps.catalogue.when import GRAPH, Somebody

_KETTLE = {"id": "kettle", "name": "Kettle", "price": 34.5, "category": "kitchen"}
_CLOCK = {"name": "Clock", "price": 12.95, "category": "hall"}


@pytest.mark.parametrize("by", [Somebody(key=True), Somebody(sign=True)], ids=["key", "signature"])
def test_finds_a_product(stage: Stage, by: Somebody) -> None:
    """Whoever has an API key finds a product by its id, and so does whoever signs."""
    answer = when.we_ask_for_a_product(stage, "kettle", at=GRAPH, by=by)

    then.the_product_comes_back(answer, _KETTLE)


def test_finds_a_product_for_a_customer(stage: Stage, customer: Somebody) -> None:
    """A customer who has signed in finds a product by its id."""
    answer = when.we_ask_for_a_product(stage, "kettle", at=GRAPH, by=customer)

    then.the_product_comes_back(answer, _KETTLE)


def test_finds_nothing(stage: Stage, customer: Somebody) -> None:
    """A product that does not exist is null, and no error."""
    answer = when.we_ask_for_a_product(stage, "nothing", at=GRAPH, by=customer)

    then.no_product_comes_back(answer)


def test_lists_a_category(stage: Stage, customer: Somebody) -> None:
    """A customer gets the products of a category, by name."""
    answer = when.we_list_a_category(stage, "kitchen", at=GRAPH, by=customer)

    then.the_products_are(answer, ["Kettle", "Teapot", "Whisk"])


def test_adds_a_product(stage: Stage, customer: Somebody) -> None:
    """A product that is added is found under its new id."""
    answer = when.we_add_a_product(stage, _CLOCK, at=GRAPH, by=customer)

    added = then.the_added_product_comes_back(answer, _CLOCK)
    then.the_product_comes_back(when.we_ask_for_a_product(stage, added["id"], at=GRAPH, by=customer), added)


def test_refuses_nobody(stage: Stage) -> None:
    """A query without key, signature or token is refused."""
    answer = when.we_ask_for_a_product(stage, "kettle", at=GRAPH, by=Somebody())

    then.the_graph_refuses(answer)


def test_answers_errors_about_an_unknown_field(stage: Stage, customer: Somebody) -> None:
    """A field that the schema does not know is an error of GraphQL, not of HTTP."""
    answer = when.we_ask_for_an_unknown_field(stage, at=GRAPH, by=customer)

    then.the_errors_name(answer, "colour")
