"""The search by theme."""

from harness import Stage, User
from steps.bigmouth import given, then, when


def test_finds_four_cartoons(stage: Stage, customer: User) -> None:
    """A customer who searches for cartoons finds four restaurants."""
    answer = when.we_search_for(stage, "cartoon", user=customer)

    then.restaurants_come_back(answer, count=4)


def test_refuses_nobody(stage: Stage) -> None:
    """A search without a token is refused."""
    answer = when.we_search_for(stage, "cartoon", user=None)

    then.it_is_refused(answer, status=401)


def test_refuses_a_tampered_token(stage: Stage) -> None:
    """A search with a tampered token is refused."""
    with given.a_customer_with_a_tampered_token(stage) as impostor:
        answer = when.we_search_for(stage, "cartoon", user=impostor)

    then.it_is_refused(answer, status=401)


def test_refuses_an_expired_token(stage: Stage) -> None:
    """A search with an expired token is refused."""
    with given.a_customer_with_an_expired_token(stage) as latecomer:
        answer = when.we_search_for(stage, "cartoon", user=latecomer)

    then.it_is_refused(answer, status=401)


def test_refuses_a_body_without_a_theme(stage: Stage, customer: User) -> None:
    """API Gateway refuses a body without a theme before the function runs."""
    answer = when.we_search_without_a_theme(stage, user=customer)

    then.the_body_is_invalid(answer)
