"""The landing page."""

from harness import Stage
from steps.bigmouth import then, when


def test_lists_eight_restaurants(stage: Stage) -> None:
    """The landing page lists eight restaurants."""
    page = when.we_open_the_landing_page(stage)

    then.the_page_lists(page, restaurants=8)


def test_shows_the_day_and_its_settings(stage: Stage) -> None:
    """The landing page shows the day, and its script finds the search and the orders."""
    page = when.we_open_the_landing_page(stage)

    then.the_page_shows_the_day_and_its_settings(page, stage)
