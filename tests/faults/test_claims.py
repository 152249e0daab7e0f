"""Claims of the token, read from the right path and from that of another kind of API."""

from collections.abc import Callable

import pytest

from .projects import MODES, Copy, Run

# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html (REST APIs)
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html (HTTP APIs)
OF_REST_APIS = 'event["requestContext"]["authorizer"]["claims"]'
OF_HTTP_APIS = 'event["requestContext"]["authorizer"]["jwt"]["claims"]'

ORDER = 'order = {"orderId": str(uuid4()), "restaurantName": restaurant}'
THEME = 'theme = proxy.text_in_body(event, "theme")'


@pytest.fixture(scope="module")
def run(bigmouth: Callable[[], Copy]) -> Run:
    """PlaceOrder reads a claim as REST APIs give it, SearchRestaurants as HTTP APIs would."""
    copy = bigmouth()
    functions = "systems/bigmouth/functions"
    copy.plant(f"{functions}/place_order.py", ORDER, f'assert "@" in {OF_REST_APIS}["email"]\n    {ORDER}')
    copy.plant(f"{functions}/search_restaurants.py", THEME, f'assert "@" in {OF_HTTP_APIS}["email"]\n    {THEME}')
    return copy.run_suite()


def test_a_claim_read_from_the_wrong_path_fails_in_every_mode(run: Run) -> None:
    """The played API Gateway puts the claims where the real one does, so no mode lets it pass."""
    assert run.broken == {"search.finds_four_cartoons": MODES}


@pytest.mark.parametrize("where", ["handler", "invoke"])
def test_the_report_shows_the_path(run: Run, where: str) -> None:
    """The KeyError is shown at the line that reads the claim."""
    shown = run.under("search.finds_four_cartoons", where)

    assert OF_HTTP_APIS in shown
    assert "KeyError: 'jwt'" in shown


def test_a_claim_read_from_the_right_path_passes_in_every_mode(run: Run) -> None:
    """The customer's address is there in each of them."""
    assert {run.outcomes["order.answers_an_id", mode] for mode in MODES} == {"passed"}
