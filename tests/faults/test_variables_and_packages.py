"""A variable that the template names wrongly, and a package that is not deployed."""

from collections.abc import Callable

import pytest

from .projects import MODES, TEMPLATE, Copy, Run

VARIABLE = """\
      Handler: place_order.handler
      Role: !GetAtt PlaceOrderRole.Arn
      Environment:
        Variables:
          bus_name: !Ref EventBus
"""


@pytest.fixture(scope="module")
def run(bigmouth: Callable[[], Copy]) -> Run:
    """PlaceOrder is told bus_nme, and SearchRestaurants imports what its requirements do not name."""
    copy = bigmouth()
    copy.plant(TEMPLATE, VARIABLE, VARIABLE.replace("bus_name", "bus_nme"))
    copy.plant("systems/bigmouth/functions/search_restaurants.py", "import proxy\n", "import proxy\nimport requests\n")
    return copy.run_suite()


def test_a_variable_by_a_wrong_name_fails_in_every_mode(run: Run) -> None:
    """A handler in this process has the variables of the stage and no others, as in Lambda."""
    assert run.broken["order.answers_an_id"] == MODES


@pytest.mark.parametrize("where", ["handler", "invoke"])
def test_the_report_names_the_variable(run: Run, where: str) -> None:
    """The KeyError is shown at the line that asks for the variable."""
    shown = run.under("order.answers_an_id", where)

    assert '"EventBusName": os.environ["bus_name"]' in shown
    assert "KeyError: 'bus_name'" in shown


def test_a_package_that_is_not_deployed_fails_from_invoke_on(run: Run) -> None:
    """In handler mode the tester's own environment has it; the deployed function has its package only.

    So the difference between the modes says where the fault is: in the packaging, not in the code.
    """
    assert run.broken["search.finds_four_cartoons"] == {"invoke", "http"}


def test_the_report_of_invoke_names_the_package(run: Run) -> None:
    """Lambda's error says which module the function could not import."""
    shown = run.under("search.finds_four_cartoons", "invoke")

    assert "SearchRestaurants failed with " in shown
    assert "No module named 'requests'" in shown


def test_what_api_gateway_refuses_itself_does_not_need_the_function(run: Run) -> None:
    """Every test in which no broken function runs passes in every mode."""
    assert set(run.broken) == {"order.answers_an_id", "search.finds_four_cartoons"}
