"""Functions called by themselves, in each mode."""

from __future__ import annotations

import os

import pytest

from harness.errors import FunctionFailed, UnknownResource
from harness.stage import Stage

from .seeing import ran, said


def test_a_call_gives_what_the_function_returned(stage: Stage) -> None:
    """It gets the event as it is."""
    assert {"twice": 42} == stage.call("Answer", {"number": 21})


def test_a_call_in_handler_mode_runs_here(handler: Stage) -> None:
    """A breakpoint works."""
    handler.call("Answer", {"number": 1})

    assert os.getpid() == said(handler, "Answer")["process"]


def test_a_call_is_told_of_a_failure(stage: Stage) -> None:
    """Once: who waits tries again himself."""
    with pytest.raises(FunctionFailed, match=r"^The function 'Answer' failed with ValueError: asked to\.") as caught:
        stage.call("Answer", {"fail": True})

    assert ("started by", "the test, which called it") in caught.value.facts
    assert ["Answer"] == ran(stage, "Answer")


def test_nothing_comes_back_of_an_asynchronous_call(stage: Stage) -> None:
    """The function runs all the same."""
    assert stage.call("Answer", {"number": 5}, asynchronous=True) is None

    assert {"number": 5} == said(stage, "Answer")["event"]


def test_an_asynchronous_call_that_fails_is_told_to_the_dead_letters(stage: Stage) -> None:
    """After three attempts."""
    stage.call("Lettered", {"detail": {"called": stage.mode}}, asynchronous=True)

    assert "Mourn" in ran(stage, "Mourn", *["Fail"] * 3)


def test_an_asynchronous_call_that_nobody_is_told_of_fails_the_test(handler: Stage) -> None:
    """In the other modes it is Lambda's own."""
    with pytest.raises(FunctionFailed) as caught:
        handler.call("Answer", {"fail": True}, asynchronous=True)

    assert ("attempts", 3) in caught.value.facts


def test_a_function_that_is_not_there_is_an_error(stage: Stage) -> None:
    """It lists those that are."""
    with pytest.raises(UnknownResource, match="No function is called 'Answr'"):
        stage.call("Answr")
