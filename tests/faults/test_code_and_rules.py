"""A bug, a claim, a permission, a validator and an authorizer that are wrong in the project: every mode finds them."""

import re
from collections.abc import Callable

import pytest

from .projects import FUNCTIONS, MODES, OF_HTTP_APIS, TEMPLATE, Copy, Run

BUG = 'signed.get_json(event["restaurants_api"])'
FOUND = "    found = restaurants.with_theme("
CLAIM = f'    assert {OF_HTTP_APIS}["email"]\n'

PERMISSION = """\
                Action: dynamodb:Scan
                Resource: !GetAtt RestaurantsTable.Arn
              - Effect: Allow
                Action: ssm:GetParameters*
                Resource: !Sub
"""
SECURITY = """\
          /orders:
            post:
              security: [Customers: []]
"""


@pytest.fixture(scope="module")
def copy(bigmouth: Callable[[], Copy]) -> Copy:
    """One fault in each function or in the route to it, and two in the search: its claim and its validator."""
    copy = bigmouth()
    copy.plant(f"{FUNCTIONS}/get_index.py", 'signed.get_json(os.environ["restaurants_api"])', BUG)
    copy.plant(f"{FUNCTIONS}/search_restaurants.py", FOUND, CLAIM + FOUND)
    copy.plant(TEMPLATE, PERMISSION, PERMISSION.replace("dynamodb:Scan", "dynamodb:Query"))
    copy.plant(TEMPLATE, "              x-amazon-apigateway-request-validator: body\n", "")
    copy.plant(TEMPLATE, SECURITY, SECURITY.replace("              security: [Customers: []]\n", ""))
    return copy


@pytest.fixture(scope="module")
def run(copy: Copy) -> Run:
    """One run for all of them."""
    return copy.run_suite()


def test_the_run_fails_where_the_faults_are_and_nowhere_else(run: Run) -> None:
    """Each fault fails its own tests in every mode; what stands between them passes in every mode."""
    assert run.code == pytest.ExitCode.TESTS_FAILED
    assert run.broken == {
        "landing_page.lists_eight_restaurants": MODES,
        "landing_page.shows_the_day_and_its_settings": MODES,
        "order.refuses_nobody": MODES,
        "restaurants.answers_a_signed_call": MODES,
        "search.finds_four_cartoons": MODES,
        "search.refuses_a_body_without_a_theme": MODES,
    }


@pytest.mark.parametrize("where", ["handler", "invoke"])
def test_a_bug_in_a_handler_is_shown_at_its_line(run: Run, copy: Copy, where: str) -> None:
    """AWS answers 502 and keeps the traceback in Lambda's log; here it stands under the failure."""
    shown = run.under("landing_page.lists_eight_restaurants", where)

    assert f"{where}: requests to bigmouth" in shown
    assert 'GET / -> 502 {"message": "Internal server error"}' in shown
    assert f'get_index.py", line {copy.line_of("get_index.py", BUG)}, in handler' in shown
    assert "KeyError: 'restaurants_api'" in shown


def test_handler_mode_leads_to_the_file_that_is_edited(run: Run, copy: Copy) -> None:
    """It is the file of the project, not a copy of it, so an editor opens the right one."""
    shown = run.under("landing_page.lists_eight_restaurants", "handler")

    assert "GetIndex failed with KeyError: 'restaurants_api'" in shown
    assert f'File "{copy.folder}/{FUNCTIONS}/get_index.py"' in shown


@pytest.mark.parametrize("where", ["handler", "invoke"])
def test_a_claim_read_from_the_wrong_path_is_shown(run: Run, where: str) -> None:
    """A REST API gives no `jwt`, and the API Gateway that is played puts the claims where the real one does."""
    shown = run.under("search.finds_four_cartoons", where)

    assert OF_HTTP_APIS in shown
    assert "KeyError: 'jwt'" in shown


def test_a_missing_permission_is_denied_at_its_line(run: Run, copy: Copy) -> None:
    """A handler runs under its role also in this process, so AWS's denial is there: where, to whom, and of what."""
    line = copy.line_of("restaurants.py", "for page in pages")

    shown = run.under("restaurants.answers_a_signed_call", "handler")

    assert "GetRestaurants failed with ClientError: An error occurred (AccessDeniedException)" in shown
    assert f'File "{copy.folder}/{FUNCTIONS}/restaurants.py", line {line}, in <genexpr>' in shown
    assert "assumed-role/bigmouth-embedded-GetRestaurantsRole-" in shown
    assert "is not authorized to perform: dynamodb:Scan" in shown


def test_the_same_permission_of_another_role_still_holds(run: Run) -> None:
    """SearchRestaurants scans the same table under a role of its own, and gets as far as the wrong claim."""
    assert "AccessDenied" not in run.under("search.finds_four_cartoons", "handler")


@pytest.mark.parametrize("where", sorted(MODES))
def test_a_missing_validator_lets_the_body_through(run: Run, where: str) -> None:
    """API Gateway no longer refuses it, and the words of the refusal are those of the function."""
    shown = run.under("search.refuses_a_body_without_a_theme", where)

    assert 'POST /restaurants/search {} -> 400 {"message": "The body must be JSON with a theme."}' in shown


@pytest.mark.parametrize("where", sorted(MODES))
def test_a_missing_authorizer_lets_nobody_in(run: Run, where: str) -> None:
    """The template itself leaves the route open, so an order of nobody is placed."""
    shown = run.under("order.refuses_nobody", where)

    assert re.search(r'POST /orders {"restaurantName": "Nowhere [-0-9a-f]+"} -> 200 {"orderId": ', shown)
