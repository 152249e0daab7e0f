"""Executions of state machines: the same in every mode."""

from __future__ import annotations

import json
import time

import pytest

from harness.stage import Stage

CAT = {"file": "cat.jpg", "sizes": [1, 2]}


def test_an_execution_gives_what_the_last_state_gave(stage: Stage) -> None:
    """Choice, functions, branches, a wait, a map, services: what comes out is what went through them all."""
    execution = stage.start("Workflow", CAT)

    doubled = [{"twice": twice, "status": 200, "version": "$LATEST"} for twice in (2, 4)]
    assert (execution.status, execution.error, execution.cause) == ("SUCCEEDED", None, None)
    assert execution.input == CAT
    assert execution.output == {**CAT, "found": {"camera": "Leica"}, "doubled": doubled}


def test_an_execution_tells_what_it_went_through(stage: Stage) -> None:
    """The states are in the order in which they were entered, those of branches and iterations included."""
    visited = stage.start("Workflow", CAT).visited

    assert visited[:3] == ("Check", "Extract", "Both")
    assert sorted(visited[3:5]) == ["Classify", "Persist"]
    assert visited[5:] == ("Rest", "Each", "Double", "Double", "Tell", "Keep", "Done")


def test_a_visit_tells_what_came_in_and_went_out(stage: Stage) -> None:
    """Also within a branch, of which the machine itself keeps nothing."""
    execution = stage.start("Workflow", CAT)

    [classify] = [visit for visit in execution.states if visit.name == "Classify"]
    assert classify.input == {**CAT, "found": {"camera": "Leica"}}
    assert (classify.output, classify.error, classify.attempts) == ({"kind": "cat"}, None, 1)
    assert classify.left is not None
    assert classify.left >= classify.entered


def test_services_are_called_by_the_machine_itself(stage: Stage) -> None:
    """A row, a message and an object are there afterwards."""
    aws = stage.cloud.client
    aws("sqs").purge_queue(QueueUrl=stage.physical_id("Queue"))
    stage.start("Workflow", CAT)

    item = aws("dynamodb").get_item(TableName=stage.physical_id("Table"), Key={"id": {"S": "cat.jpg"}})["Item"]
    stored = aws("s3").get_object(Bucket=stage.physical_id("Bucket"), Key="cat.jpg")["Body"].read()
    [message] = aws("sqs").receive_message(QueueUrl=stage.physical_id("Queue"))["Messages"]
    assert item["camera"] == {"S": "Leica"}
    assert (stored, json.loads(message["Body"])) == (b"done", {"file": "cat.jpg"})


def test_a_fail_state_ends_the_execution_with_its_error(stage: Stage) -> None:
    """No exception: the test asks for the status, and the visit knows the error too."""
    execution = stage.start("Workflow", {"file": "cat.gif"})

    assert (execution.status, execution.error, execution.cause) == ("FAILED", "UnsupportedPhotoType", "only jpg")
    assert (execution.visited, execution.output) == (("Check", "Refuse"), None)
    assert (execution.states[-1].error, execution.states[-1].left) == ("UnsupportedPhotoType", None)


def test_the_error_of_a_function_is_its_exception(stage: Stage) -> None:
    """Its name is the class; the cause is Lambda's error payload."""
    execution = stage.start("Workflow", {"file": "broken.jpg"})

    cause = json.loads(execution.cause or "")
    assert (execution.status, execution.error) == ("FAILED", "ValueError")
    assert (cause["errorType"], cause["errorMessage"]) == ("ValueError", "no metadata in broken.jpg")
    assert cause["stackTrace"][-1].splitlines()[-1].strip() == 'raise ValueError("no metadata in broken.jpg")'
    assert sorted(cause) == ["errorMessage", "errorType", "requestId", "stackTrace"]


def test_retries_cost_no_time_and_end_in_the_catcher(stage: Stage) -> None:
    """An interval of 60 s, doubled: the function is tried three times, then its error is caught."""
    began = time.monotonic()
    execution = stage.start("Workflow", {"file": "busy.jpg", "sizes": []})

    [classify] = [visit for visit in execution.states if visit.name == "Classify"]
    assert (execution.status, classify.attempts, classify.error) == ("SUCCEEDED", 3, "Busy")
    assert classify.output["problem"]["Error"] == "Busy"
    assert "Unclassified" in execution.visited
    assert time.monotonic() - began < 10.0


def test_waits_cost_no_time(stage: Stage) -> None:
    """By seconds and by timestamp, from the definition and from the input."""
    began = time.monotonic()
    execution = stage.start("Waits", {"seconds": 5000, "at": "2998-01-01T00:00:00Z"})

    assert execution.visited == ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
    assert (execution.status, time.monotonic() - began < 5.0) == ("SUCCEEDED", True)


def test_jsonata_is_evaluated(stage: Stage) -> None:
    """Arguments, outputs and variables, in tasks and in branches."""
    execution = stage.start("Query", {"size": 3})

    assert execution.visited[:4] == ("Choose", "Twice", "Again", "Side")
    assert sorted(execution.visited[4:]) == ["Left", "Right"]
    assert execution.output == {"all": [12, {"size": 6}]}


def test_a_function_gets_a_task_token_and_answers_with_it(stage: Stage) -> None:
    """What it sends is the output of the state; what it returns is not."""
    execution = stage.start("Token", {"question": "why"})

    assert (execution.status, execution.output) == ("SUCCEEDED", {"answer": "WHY"})


def test_a_task_fails_when_the_function_that_got_its_token_fails(stage: Stage) -> None:
    """At once, not when its time is over."""
    execution = stage.start("Token", {"question": "impossible"})

    assert (execution.status, execution.error) == ("FAILED", "LookupError")


def test_a_task_that_lasts_too_long_times_out(stage: Stage) -> None:
    """Its TimeoutSeconds are real seconds, although waits are not."""
    execution = stage.start("Late")

    assert (execution.status, execution.error) == ("FAILED", "States.Timeout")


def test_a_machine_that_lasts_too_long_times_out(stage: Stage) -> None:
    """So do those of the machine."""
    execution = stage.start("Bounded")

    assert (execution.status, execution.visited) == ("TIMED_OUT", ("Wait",))


def test_an_express_workflow_has_no_history(stage: Stage) -> None:
    """Its caller gets the output, and no states."""
    execution = stage.start("Quick", {"size": 4})

    assert (execution.status, execution.output) == ("SUCCEEDED", 8)
    assert (execution.states, execution.note) == ((), "an express workflow has no history")


def test_an_express_workflow_tells_its_error(stage: Stage) -> None:
    """As any other does."""
    execution = stage.start("Quick", {"length": 4})

    assert (execution.status, execution.error) == ("FAILED", "KeyError")


def test_a_machine_that_an_event_starts_is_served_while_the_test_waits(listening: Stage) -> None:
    """Its function runs, wherever the mode has it, without the test having started the machine."""
    listening.publish("Bus", source="photos", detail_type="uploaded", detail={"file": "cat.jpg"})

    assert listening.journal.expect("Seen", body={"noted": "cat.jpg"}).body == {"noted": "cat.jpg"}


@pytest.mark.parametrize("given", [None, [], "text", {"a": None}])
def test_any_json_is_an_input(stage: Stage, given: object) -> None:
    """Nothing becomes an empty object; the first state of this machine refuses them all."""
    execution = stage.start("Quick", given)

    assert execution.input == ({} if given is None else given)
