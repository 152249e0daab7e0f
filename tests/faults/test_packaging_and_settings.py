"""Handler paths, a package and a variable that do not fit the code."""

from collections.abc import Callable

import pytest

from .projects import FUNCTIONS, MODES, TEMPLATE, Copy, Run

VARIABLE = """\
      Role: !GetAtt PlaceOrderRole.Arn
      Environment:
        Variables:
          bus_name: !Ref EventBus
"""


@pytest.fixture(scope="module")
def copy(bigmouth: Callable[[], Copy]) -> Copy:
    """A misspelt module, a misspelt function, an undeclared requirement and a misspelt variable."""
    copy = bigmouth()
    copy.plant(TEMPLATE, "Handler: get_index.handler\n", "Handler: get_indx.handler\n")
    copy.plant(TEMPLATE, "Handler: get_restaurants.handler\n", "Handler: get_restaurants.handlr\n")
    copy.plant(f"{FUNCTIONS}/search_restaurants.py", "import proxy\n", "import proxy\nimport requests\n")
    copy.plant(TEMPLATE, VARIABLE, VARIABLE.replace("bus_name", "bus_nme"))
    return copy


@pytest.fixture(scope="module")
def run(copy: Copy) -> Run:
    """One run for all of them. CloudFormation takes each: Lambda looks for a handler when it first runs."""
    return copy.run_suite()


def test_each_fault_is_found_in_the_modes_in_which_it_counts(run: Run) -> None:
    """In AWS all four fail. The package is there in the tester's environment, so only deployed code lacks it.

    What API Gateway refuses itself needs no function and passes.
    """
    assert run.broken == {
        "landing_page.lists_eight_restaurants": MODES,
        "landing_page.shows_the_day_and_its_settings": MODES,
        "order.answers_an_id": MODES,
        "order.goes_all_the_way": MODES,
        "order.is_told_to_the_bus": MODES,
        "restaurants.answers_a_signed_call": MODES,
        "search.finds_four_cartoons": {"invoke", "http"},
    }


def test_handler_mode_says_where_it_searched_for_the_module(run: Run, copy: Copy) -> None:
    """The error names the handler, the function, and the folders in which its module was looked for."""
    shown = run.under("landing_page.lists_eight_restaurants", "handler")

    assert "HandlerNotFound: The handler 'get_indx.handler' of function 'GetIndex' cannot be used: " in shown
    assert f"searched: {copy.folder}/{FUNCTIONS}\n" in shown


def test_handler_mode_offers_the_right_function(run: Run, copy: Copy) -> None:
    """The error names the handler, the function, the file that was looked into, and what it has."""
    shown = run.under("restaurants.answers_a_signed_call", "handler")

    assert "HandlerNotFound: The handler 'get_restaurants.handlr' of function 'GetRestaurants' cannot be used" in shown
    assert f"module: {copy.folder}/{FUNCTIONS}/get_restaurants.py" in shown
    assert "did you mean 'handler'?" in shown


@pytest.mark.parametrize(
    ("test", "function", "missing"),
    [
        ("landing_page.lists_eight_restaurants", "GetIndex", "No module named 'get_indx'"),
        ("restaurants.answers_a_signed_call", "GetRestaurants", "'handlr'"),
        ("search.finds_four_cartoons", "SearchRestaurants", "No module named 'requests'"),
    ],
)
def test_invoke_mode_repeats_what_lambda_says(run: Run, test: str, function: str, missing: str) -> None:
    """API Gateway answers 502, and Lambda says what the function could not start with."""
    shown = run.under(test, "invoke")

    assert ' -> 502 {"message": "Internal server error"}' in shown
    assert f"{function} failed with " in shown
    assert missing in shown


@pytest.mark.parametrize(
    "test",
    ["landing_page.lists_eight_restaurants", "restaurants.answers_a_signed_call", "search.finds_four_cartoons"],
)
def test_http_mode_gets_a_502_of_a_function_that_does_not_start(run: Run, test: str) -> None:
    """It is all that a client of the API sees of it in AWS, too."""
    assert " -> 502 " in run.under(test, "http")


@pytest.mark.parametrize("where", ["handler", "invoke"])
def test_a_variable_by_a_wrong_name_is_shown_where_it_is_read(run: Run, copy: Copy, where: str) -> None:
    """A handler in this process has the variables of the stage and no others, as in Lambda."""
    shown = run.under("order.answers_an_id", where)

    assert f'bus.py", line {copy.line_of("bus.py", "bus_name")}, in publish' in shown
    assert "KeyError: 'bus_name'" in shown
