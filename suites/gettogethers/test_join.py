"""Joining a meet-up."""

import uuid

from harness import Stage
from steps.gettogethers import given, then, when


def test_answers_an_id(stage: Stage) -> None:
    """Whoever joins gets the id of the order."""
    answer = when.we_join(stage, "1", email="ann@example.com")

    then.an_order_id_comes_back(answer)


def test_is_told_to_the_topic(stage: Stage) -> None:
    """The topic carries who joins what, under the id that was answered."""
    answer = when.we_join(stage, "1", email="ann@example.com")

    order_id = then.an_order_id_comes_back(answer)
    then.the_topic_carries(stage, {"getTogetherId": "1", "orderId": order_id, "userEmail": "ann@example.com"})


def test_reaches_the_organiser(stage: Stage) -> None:
    """The organiser is notified."""
    answer = when.we_join(stage, "2", email="bob@example.com")

    order_id = then.an_order_id_comes_back(answer)
    then.the_organiser_is_notified(stage, order_id)


def test_is_logged_under_the_callers_ids(stage: Stage) -> None:
    """Each correlation id that the caller sends is in the logs of both functions."""
    correlation = given.correlation_ids()

    when.we_join(stage, "3", email="ann@example.com", correlation=correlation)

    then.the_order_and_the_notification_are_logged_under(stage, correlation)


def test_refuses_to_join_nothing(stage: Stage) -> None:
    """Whoever joins nothing is refused, and nobody hears of it."""
    email = f"{uuid.uuid4()}@example.com"

    answer = when.we_join_nothing(stage, email=email)

    then.it_is_refused(answer, status=400)
    then.nobody_hears_of(stage, email)
