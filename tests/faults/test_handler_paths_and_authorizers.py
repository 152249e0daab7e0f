"""Handler paths with a typo, and a route that the template leaves open."""

from collections.abc import Callable

import pytest

from .projects import MODES, TEMPLATE, Copy, Run

SECURED = """\
              security: [Customers: []]
              responses: {}
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                uri: !Sub arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${PlaceOrder.Arn}/invocations
"""


@pytest.fixture(scope="module")
def copy(bigmouth: Callable[[], Copy]) -> Copy:
    """One handler whose function is misspelt, one whose module is, and POST /orders without its authorizer."""
    copy = bigmouth()
    copy.plant(TEMPLATE, "Handler: get_restaurants.handler\n", "Handler: get_restaurants.handlr\n")
    copy.plant(TEMPLATE, "Handler: search_restaurants.handler\n", "Handler: serch_restaurants.handler\n")
    copy.plant(TEMPLATE, SECURED, SECURED.partition("\n")[2])
    return copy


@pytest.fixture(scope="module")
def run(copy: Copy) -> Run:
    """One run for all three. CloudFormation deploys them: Lambda looks for a handler when it first runs."""
    return copy.run_suite()


def test_a_misspelt_handler_fails_in_every_mode(run: Run) -> None:
    """Both typos fail the tests of their functions wherever they run; the page asks GET /restaurants."""
    assert run.broken["restaurants.answers_a_signed_call"] == MODES
    assert run.broken["search.finds_four_cartoons"] == MODES
    assert run.broken["landing_page.lists_eight_restaurants"] == MODES


def test_handler_mode_offers_the_right_function(run: Run, copy: Copy) -> None:
    """The error names the handler, the function, the file that was looked into, and what it has."""
    shown = run.under("restaurants.answers_a_signed_call", "handler")

    assert "HandlerNotFound: The handler 'get_restaurants.handlr' of function 'GetRestaurants' cannot be used" in shown
    assert f"module: {copy.folder}/systems/bigmouth/functions/get_restaurants.py" in shown
    assert "did you mean 'handler'?" in shown


def test_handler_mode_says_where_it_searched_for_the_module(run: Run, copy: Copy) -> None:
    """The error names the handler, the function, and the folders in which its module was looked for."""
    shown = run.under("search.finds_four_cartoons", "handler")

    assert "HandlerNotFound: The handler 'serch_restaurants.handler' of function 'SearchRestaurants'" in shown
    assert f"searched: {copy.folder}/systems/bigmouth/functions\n" in shown


@pytest.mark.parametrize("where", ["invoke", "http"])
def test_a_deployed_function_without_its_handler_is_a_502(run: Run, where: str) -> None:
    """API Gateway answers 502 for a function that cannot start."""
    assert "GET /restaurants -> 502 " in run.under("restaurants.answers_a_signed_call", where)
    assert 'POST /restaurants/search {"theme": "cartoon"} -> 502 ' in run.under("search.finds_four_cartoons", where)


@pytest.mark.parametrize(
    ("test", "function", "missing"),
    [
        ("restaurants.answers_a_signed_call", "GetRestaurants", "'handlr'"),
        ("search.finds_four_cartoons", "SearchRestaurants", "No module named 'serch_restaurants'"),
    ],
)
def test_the_report_of_invoke_tells_the_typos_apart(run: Run, test: str, function: str, missing: str) -> None:
    """It repeats what Lambda says: a module has no such function, or there is no such module."""
    shown = run.under(test, "invoke")

    assert f"{function} failed with " in shown
    assert missing in shown


def test_a_route_without_its_authorizer_fails_in_every_mode(run: Run) -> None:
    """The template itself leaves it open, so nobody gets an answer also where API Gateway is played."""
    assert run.broken["order.refuses_nobody"] == MODES
    for mode in MODES:
        assert 'POST /orders {"restaurantName": "Fangtasia"} -> 200 ' in run.under("order.refuses_nobody", mode)


def test_nothing_else_fails(run: Run) -> None:
    """Refusals come before the function; a customer still gets an order."""
    assert set(run.broken) == {
        "landing_page.lists_eight_restaurants",
        "landing_page.shows_the_day_and_its_settings",
        "order.refuses_nobody",
        "restaurants.answers_a_signed_call",
        "search.finds_four_cartoons",
    }
