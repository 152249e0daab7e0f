"""The list of restaurants."""

from harness import Stage
from steps.bigmouth import then, when


def test_answers_a_signed_call(stage: Stage) -> None:
    """A signed call gets eight restaurants."""
    answer = when.we_list_the_restaurants(stage, signed=True)

    then.restaurants_come_back(answer, count=8)


def test_refuses_an_unsigned_call(stage: Stage) -> None:
    """An unsigned call is refused."""
    answer = when.we_list_the_restaurants(stage, signed=False)

    then.it_is_refused(answer, status=403)
