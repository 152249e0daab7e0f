"""An order of which nobody can be told."""

from harness import Stage
from steps.gettogethers import given, then, when


def test_ends_in_the_dead_letters(stage: Stage) -> None:
    """After the retries the event is a dead letter, and it is logged what failed."""
    answer = when.we_join(stage, "error", email="ann@example.com")

    order_id = then.an_order_id_comes_back(answer)
    then.the_dead_letter_holds(stage, {"getTogetherId": "error", "orderId": order_id, "userEmail": "ann@example.com"})
    then.the_failure_is_logged(stage, order_id)
    then.it_was_tried_three_times(stage, order_id)


def test_keeps_the_callers_ids(stage: Stage) -> None:
    """The failure is logged under the correlation ids that the caller sent."""
    correlation = given.correlation_ids()

    when.we_join(stage, "error", email="ann@example.com", correlation=correlation)

    then.the_failure_is_logged_under(stage, correlation)
