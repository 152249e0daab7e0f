"""Orders."""

from harness import Stage, User
from steps.bigmouth import then, when


def test_answers_an_id(stage: Stage, customer: User) -> None:
    """A customer who orders gets the id of the order."""
    answer = when.we_place_an_order(stage, "Fangtasia", user=customer)

    then.an_order_id_comes_back(answer)


def test_refuses_nobody(stage: Stage) -> None:
    """An order without a token is refused."""
    answer = when.we_place_an_order(stage, "Fangtasia", user=None)

    then.it_is_refused(answer, status=401)
