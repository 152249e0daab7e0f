"""The catalogue at its route of GraphQL."""

from harness import Stage
from steps.catalogue import then, when
from steps.catalogue.when import ROUTE, Somebody

_KETTLE = {"id": "kettle", "name": "Kettle", "price": 34.5, "category": "kitchen"}
_CLOCK = {"name": "Clock", "price": 12.95, "category": "hall"}


def test_finds_a_product(stage: Stage, customer: Somebody) -> None:
    """A customer finds a product by its id."""
    answer = when.we_ask_for_a_product(stage, "kettle", at=ROUTE, by=customer)

    then.the_product_comes_back(answer, _KETTLE)


def test_finds_nothing(stage: Stage, customer: Somebody) -> None:
    """A product that does not exist is null, and no error."""
    answer = when.we_ask_for_a_product(stage, "nothing", at=ROUTE, by=customer)

    then.no_product_comes_back(answer)


def test_lists_a_category(stage: Stage, customer: Somebody) -> None:
    """A customer gets the products of a category, by name."""
    answer = when.we_list_a_category(stage, "kitchen", at=ROUTE, by=customer)

    then.the_products_are(answer, ["Kettle", "Teapot", "Whisk"])


def test_adds_a_product(stage: Stage, customer: Somebody) -> None:
    """A product that is added is found under its new id."""
    answer = when.we_add_a_product(stage, _CLOCK, at=ROUTE, by=customer)

    added = then.the_added_product_comes_back(answer, _CLOCK)
    then.the_product_comes_back(when.we_ask_for_a_product(stage, added["id"], at=ROUTE, by=customer), added)


def test_refuses_nobody(stage: Stage) -> None:
    """A query without a token is refused."""
    answer = when.we_ask_for_a_product(stage, "kettle", at=ROUTE, by=Somebody())

    then.it_is_refused(answer, status=401)


def test_answers_errors_about_an_unknown_field(stage: Stage, customer: Somebody) -> None:
    """A field that the schema does not know is an error of GraphQL, not of HTTP."""
    answer = when.we_ask_for_an_unknown_field(stage, at=ROUTE, by=customer)

    then.the_errors_name(answer, "colour")
