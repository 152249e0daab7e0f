"""A bug, a permission that lacks and a validator that is not there: every mode finds them."""

from collections.abc import Callable

import pytest

from .projects import MODES, TEMPLATE, Copy, Run

BUG = 'return proxy.ok({"orderId": order["orderID"]})'
PERMISSION = """\
                Action: dynamodb:Scan
                Resource: !GetAtt RestaurantsTable.Arn
              - Effect: Allow
                Action: ssm:GetParameters*
                Resource: !Sub
"""
OTHER_PERMISSION = PERMISSION.replace("dynamodb:Scan", "dynamodb:Query")


@pytest.fixture(scope="module")
def copy(bigmouth: Callable[[], Copy]) -> Copy:
    """PlaceOrder has a bug, GetRestaurants may not scan, and the search is not validated."""
    copy = bigmouth()
    copy.plant("systems/bigmouth/functions/place_order.py", 'return proxy.ok({"orderId": order["orderId"]})', BUG)
    copy.plant(TEMPLATE, PERMISSION, OTHER_PERMISSION)
    copy.plant(TEMPLATE, "              x-amazon-apigateway-request-validator: body\n", "")
    return copy


@pytest.fixture(scope="module")
def run(copy: Copy) -> Run:
    """One run for all three."""
    return copy.run_suite()


def test_a_bug_in_a_handler_fails_in_every_mode(run: Run) -> None:
    """The order's test fails wherever the handler runs, and the refusal before it does not."""
    assert run.broken["order.answers_an_id"] == MODES
    assert "order.refuses_nobody" not in run.broken


@pytest.mark.parametrize("where", ["handler", "invoke"])
def test_a_bug_is_shown_at_its_line(run: Run, copy: Copy, where: str) -> None:
    """Under the failure is the traceback of the handler: in this process, and as Lambda's log tells it."""
    shown = run.under("order.answers_an_id", where)

    assert f"{where}: requests to bigmouth" in shown
    assert 'POST /orders {"restaurantName": "Fangtasia"} -> 502 {"message": "Internal server error"}' in shown
    assert f'place_order.py", line {copy.line_of("place_order.py", BUG)}, in handler' in shown
    assert "KeyError: 'orderID'" in shown


def test_the_traceback_of_a_handler_leads_to_the_file_that_is_edited(run: Run, copy: Copy) -> None:
    """In handler mode it is the file of the project, not a copy of it."""
    shown = run.under("order.answers_an_id", "handler")

    assert "PlaceOrder failed with KeyError: 'orderID'" in shown
    assert f'File "{copy.folder}/systems/bigmouth/functions/place_order.py"' in shown


def test_a_missing_permission_fails_in_every_mode(run: Run) -> None:
    """Handlers run under their role, so what AWS would deny is denied in this process too.

    The page asks the deployed GET /restaurants in every mode, and fails with it.
    """
    assert run.broken["restaurants.answers_a_signed_call"] == MODES
    assert run.broken["landing_page.lists_eight_restaurants"] == MODES
    assert run.broken["landing_page.shows_the_day_and_its_settings"] == MODES


def test_a_missing_permission_is_denied_at_its_line(run: Run, copy: Copy) -> None:
    """The report of handler mode names the function, the line that needs the permission, and the permission."""
    line = copy.line_of("restaurants.py", "for page in pages")

    shown = run.under("restaurants.answers_a_signed_call", "handler")

    assert "GetRestaurants failed with ClientError: An error occurred (AccessDeniedException)" in shown
    assert f'File "{copy.folder}/systems/bigmouth/functions/restaurants.py", line {line}, in <genexpr>' in shown
    assert "is not authorized to perform: dynamodb:Scan" in shown


def test_a_missing_permission_is_denied_to_the_role_of_the_function(run: Run) -> None:
    """It is the role that is named, not the tester: only so is it the permission of the function that lacks."""
    shown = run.under("restaurants.answers_a_signed_call", "handler")

    assert "assumed-role/bigmouth-embedded-GetRestaurantsRole-" in shown


def test_the_same_permission_of_another_role_still_holds(run: Run) -> None:
    """SearchRestaurants scans the same table under a role of its own."""
    assert "search.finds_four_cartoons" not in run.broken


def test_a_validator_that_is_not_there_fails_in_every_mode(run: Run) -> None:
    """Without it API Gateway lets the body through, and the words of the refusal are those of the function."""
    assert run.broken["search.refuses_a_body_without_a_theme"] == MODES
    for mode in MODES:
        shown = run.under("search.refuses_a_body_without_a_theme", mode)
        assert 'POST /restaurants/search {} -> 400 {"message": "The body must be JSON with a theme."}' in shown


def test_nothing_else_fails(run: Run) -> None:
    """Every other test passes in every mode."""
    assert set(run.broken) == {
        "landing_page.lists_eight_restaurants",
        "landing_page.shows_the_day_and_its_settings",
        "order.answers_an_id",
        "restaurants.answers_a_signed_call",
        "search.refuses_a_body_without_a_theme",
    }
