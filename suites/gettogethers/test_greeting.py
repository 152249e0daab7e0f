"""The greeting."""

from harness import Stage
from steps.gettogethers import given, then, when


def test_greets_by_path(stage: Stage) -> None:
    """Whoever is named in the path is greeted."""
    answer = when.we_are_greeted_by_path(stage, "Ann")

    then.the_greeting_is(answer, "Hello Ann")


def test_greets_by_body(stage: Stage) -> None:
    """Whoever is named in the body is greeted."""
    answer = when.we_are_greeted_by_body(stage, "Bob")

    then.the_greeting_is(answer, "Hello Bob")


def test_refuses_nobodys_name(stage: Stage) -> None:
    """A body without a name is refused."""
    answer = when.we_are_greeted_by_nobodys_name(stage)

    then.it_is_refused(answer, status=400)


def test_is_logged_under_the_callers_ids(stage: Stage) -> None:
    """Each correlation id that the caller sends is in the log."""
    correlation = given.correlation_ids()

    when.we_are_greeted_by_path(stage, "Ann", correlation=correlation)

    then.the_greeting_is_logged_under(stage, correlation)
