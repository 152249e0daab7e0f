"""What every error says."""

import pytest

from harness import errors
from harness.errors import HarnessError, StageError, SystemFailure, UnknownResource, UsageError


def test_a_message_is_a_sentence_then_facts_then_the_remedy() -> None:
    """The parts of an error come in a fixed order, one a line."""
    error = HarnessError("The door is 'shut'.", facts=[("tried", "3 times")], remedy="knock\nor ring")

    message = str(error)

    assert message == "The door is 'shut'.\n  tried: 3 times\n  knock\n  or ring"


def test_an_unknown_resource_lists_those_that_exist() -> None:
    """A misspelt logical id is answered with the right ones and the nearest."""
    error = UnknownResource("bus", "EvenBus", known=["EventBus"], declared_in="systems/bigmouth/template.yaml")

    message = str(error)

    assert message == (
        "No bus is called 'EvenBus'.\n"
        "  declared in systems/bigmouth/template.yaml: EventBus\n"
        "  did you mean 'EventBus'?"
    )
    assert (error.kind, error.name, error.known) == ("bus", "EvenBus", ("EventBus",))


@pytest.mark.parametrize("name", [name for name in errors.__all__ if name != "HarnessError"])
def test_every_error_says_who_must_act(name: str) -> None:
    """Each error is the project's, the environment's or the system's, and the docstring draws it."""
    kind = getattr(errors, name)

    assert issubclass(kind, UsageError | StageError | SystemFailure)
    assert name in str(errors.__doc__)


def test_a_failure_of_the_system_is_an_assertion_error() -> None:
    """It is shown by pytest as a failure of the test, not as an error of the harness."""
    assert issubclass(SystemFailure, AssertionError)
