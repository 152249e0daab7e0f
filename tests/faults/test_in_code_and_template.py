"""Faults that are in the code or in the template itself, so that every mode finds them."""

from collections.abc import Callable

import pytest

from .projects import MODES, Copy, Run

TEMPLATE = "systems/bigmouth/template.yaml"
VALIDATOR = "              x-amazon-apigateway-request-validator: body\n"
SCAN = """\
              - Effect: Allow
                Action: dynamodb:Scan
                Resource: !GetAtt RestaurantsTable.Arn
              - Effect: Allow
                Action: ssm:GetParameters*
                Resource: !Sub
"""


@pytest.fixture(scope="module")
def run(bigmouth: Callable[[], Copy]) -> Run:
    """A run with a bug in one function, a permission that another lacks, and a validator that is not there."""
    copy = bigmouth()
    copy.plant("systems/bigmouth/functions/place_order.py", 'order["orderId"]})', 'order["orderID"]})')
    copy.plant(TEMPLATE, SCAN, "\n".join(SCAN.splitlines()[3:]) + "\n")
    copy.plant(TEMPLATE, VALIDATOR, "")
    return copy.run()


def test_nothing_else_fails(run: Run) -> None:
    """Each fault fails its own tests and no others; the page asks GET /restaurants and fails with it."""
    assert run.broken == {
        "landing_page.lists_eight_restaurants": MODES,
        "landing_page.shows_the_day_and_its_settings": MODES,
        "order.answers_an_id": MODES,
        "restaurants.answers_a_signed_call": MODES,
        "search.refuses_a_body_without_a_theme": MODES,
    }
