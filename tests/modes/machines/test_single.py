"""One state by itself."""

from __future__ import annotations

import json

import pytest

from harness.errors import MisusedStep, UnknownResource
from harness.stage import Stage

CAT = {"file": "cat.jpg"}


def test_a_choice_tells_what_follows(stage: Stage) -> None:
    """Nothing else runs."""
    result = stage.test_state("Workflow", "Check", CAT)

    assert (result.status, result.next, result.output) == ("SUCCEEDED", "Extract", CAT)


def test_a_task_runs_its_function(stage: Stage) -> None:
    """The local one in mode handler; what it gave is put where the state says."""
    result = stage.test_state("Workflow", "Extract", CAT)

    assert (result.status, result.next) == ("SUCCEEDED", "Both")
    assert result.output == {**CAT, "found": {"camera": "Leica"}}
    assert result.inspected["result"] == {"camera": "Leica"}


def test_a_task_within_a_branch_is_found_by_its_name(stage: Stage) -> None:
    """Its parameters are applied, and its output is chosen."""
    result = stage.test_state("Workflow", "Classify", CAT)

    assert (result.status, result.output) == ("SUCCEEDED", {"kind": "cat"})
    assert result.inspected["afterParameters"]["Payload"] == {"name": "cat.jpg"}


def test_a_task_in_jsonata(stage: Stage) -> None:
    """Arguments in, output out."""
    result = stage.test_state("Query", "Twice", {"size": 4})

    assert (result.status, result.output, result.next) == ("SUCCEEDED", {"size": 8}, "Again")
    assert result.inspected["afterArguments"] == {"size": 4}


def test_an_error_that_a_retrier_takes(stage: Stage) -> None:
    """The state says that it would be tried again."""
    result = stage.test_state("Workflow", "Classify", {"file": "busy.jpg"})

    assert (result.status, result.error) == ("RETRIABLE", "Busy")
    assert result.inspected["errorDetails"] == {"retryBackoffIntervalSeconds": 60, "retryIndex": 0}


def test_an_error_that_a_catcher_takes(stage: Stage) -> None:
    """The catcher says what follows, and what it gets."""
    result = stage.test_state("Workflow", "Classify", CAT, mock={"Throw": {"Error": "Blind", "Cause": "no light"}})

    assert (result.status, result.error, result.next) == ("CAUGHT_ERROR", "Blind", "Unclassified")
    assert result.output == {**CAT, "problem": {"Error": "Blind", "Cause": "no light"}}


def test_an_error_that_nobody_takes(stage: Stage) -> None:
    """It is that of the function."""
    result = stage.test_state("Workflow", "Extract", {"file": "broken.jpg"})

    assert (result.status, result.error, result.next) == ("FAILED", "ValueError", None)
    assert json.loads(result.cause or "")["errorMessage"] == "no metadata in broken.jpg"


def test_a_mock_is_taken_for_the_result(stage: Stage) -> None:
    """The function is not asked."""
    result = stage.test_state("Workflow", "Extract", CAT, mock={"Return": {"camera": "Zorki"}})

    assert result.output == {**CAT, "found": {"camera": "Zorki"}}


def test_a_wait_does_not_wait(stage: Stage) -> None:
    """In the embedded cloud."""
    assert stage.test_state("Workflow", "Rest", CAT).next == "Each"


def test_the_role_of_the_machine_is_asked(stage: Stage) -> None:
    """As when the machine runs."""
    result = stage.test_state("Unheard", "Tell")

    assert (result.status, result.error) == ("FAILED", "SQS.AmazonSQSException")


def test_a_state_that_the_machine_does_not_have(stage: Stage) -> None:
    """The error lists those that it has."""
    with pytest.raises(MisusedStep) as error:
        stage.test_state("Waits", "Second")

    assert str(error.value) == (
        "The state machine 'Waits' has no state 'Second'.\n"
        "  its states: Seconds, SecondsPath, Timestamp, TimestampPath\n"
        "  did you mean 'Seconds'?"
    )


def test_a_machine_that_the_template_does_not_have(stage: Stage) -> None:
    """It is the same error as for an execution."""
    with pytest.raises(UnknownResource, match="No state machine is called 'Wait'"):
        stage.test_state("Wait", "Second")


def test_a_state_that_step_functions_does_not_test(stage: Stage) -> None:
    """The embedded cloud tests no branches."""
    with pytest.raises(MisusedStep) as error:
        stage.test_state("Workflow", "Both", CAT)

    assert str(error.value) == (
        "Step Functions does not test the state 'Both' of 'Workflow'.\n  reason: Unsupported state type: Parallel"
    )


def test_a_mock_that_is_none(stage: Stage) -> None:
    """It is the same error as for an execution."""
    with pytest.raises(MisusedStep, match="The mocks are malformed"):
        stage.test_state("Workflow", "Extract", CAT, mock={"camera": "Zorki"})
