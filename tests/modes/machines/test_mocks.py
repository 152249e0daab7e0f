"""Tasks that a test replaces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.cloud.account import Cloud
from harness.errors import MisusedStep
from harness.modes.machines.front_door import Machines
from harness.stage import Stage

CAT = {"file": "cat.jpg", "sizes": [1]}
BUSY = {"Throw": {"Error": "Busy", "Cause": "come back later"}}
DOG = {"Return": {"StatusCode": 200, "Payload": {"kind": "dog"}}}


@pytest.fixture
def file_of(tmp_path: Path) -> Any:
    """Writes a mock file, and gives its path."""

    def write(document: Any) -> Path:
        file = tmp_path / "mocks.json"
        file.write_text(json.dumps(document) if not isinstance(document, str) else document)
        return file

    return write


def document(attempts: Any) -> dict[str, Any]:
    """Give a file with one test case, in which the classifier is mocked."""
    return {
        "StateMachines": {"Workflow": {"TestCases": {"Mocked": {"Classify": "Answers"}}}},
        "MockedResponses": {"Answers": attempts},
    }


def test_a_mock_replaces_the_task_of_a_function(stage: Stage, file_of: Any) -> None:
    """In every mode: twice busy, then an answer, and the function is not asked."""
    file = file_of(document({"0-1": BUSY, "2": DOG}))

    execution = stage.start("Workflow", CAT, mocks=(file, "Mocked"))

    [classify] = [visit for visit in execution.states if visit.name == "Classify"]
    assert (classify.output, classify.attempts, classify.error) == ({"kind": "dog"}, 3, None)


def test_a_mock_replaces_only_the_task_that_it_names(stage: Stage) -> None:
    """The others run."""
    execution = stage.start("Workflow", CAT, mocks={"Classify": [BUSY, DOG]})

    assert execution.output["found"] == {"camera": "Leica"}
    assert execution.output["doubled"][0]["twice"] == 2


def test_a_mock_replaces_the_task_of_a_service(stage: Stage) -> None:
    """Here the queue gets no message."""
    purge(stage)
    stage.start("Workflow", CAT, mocks={"Tell": [{"Return": {"MessageId": "1"}}]})

    answer = stage.cloud.client("sqs").receive_message(QueueUrl=stage.physical_id("Queue"), WaitTimeSeconds=0)
    assert "Messages" not in answer


def test_the_next_execution_is_not_mocked(stage: Stage) -> None:
    """A mock is that of one execution."""
    stage.start("Workflow", CAT, mocks={"Extract": [{"Throw": {"Error": "Blind"}}]})

    assert stage.start("Workflow", CAT).status == "SUCCEEDED"


def test_an_error_of_a_mock_is_an_error_of_the_task(stage: Stage) -> None:
    """Nobody catches this one."""
    execution = stage.start("Workflow", CAT, mocks={"Extract": [{"Throw": {"Error": "Blind", "Cause": "no light"}}]})

    assert (execution.status, execution.error, execution.cause) == ("FAILED", "Blind", "no light")


def test_the_last_response_of_a_list_is_that_of_all_further_attempts(stage: Stage) -> None:
    """So one response is enough for a state in a map."""
    twice = {"Return": {"StatusCode": 200, "ExecutedVersion": "1", "Payload": 7}}

    execution = stage.start("Workflow", {**CAT, "sizes": [1, 2, 3]}, mocks={"Double": [twice]})

    assert execution.output["doubled"] == [{"twice": 7, "status": 200, "version": "1"}] * 3


def test_an_attempt_for_which_the_file_has_no_response_fails(handler: Stage, file_of: Any) -> None:
    """The real thing was to be replaced, so it is not called."""
    file = file_of(document({"0": BUSY}))

    execution = handler.start("Workflow", CAT, mocks=(file, "Mocked"))

    assert execution.status == "FAILED"
    assert execution.cause == "The mock of the state 'Classify' has no response number 1"


def purge(stage: Stage) -> None:
    """Take all messages out of the queue."""
    stage.cloud.client("sqs").purge_queue(QueueUrl=stage.physical_id("Queue"))


def refused(stage: Stage, mocks: Any) -> str:
    """Give what is said about mocks that make no sense."""
    with pytest.raises(MisusedStep) as error:
        stage.start("Workflow", CAT, mocks=mocks)
    return str(error.value)


def test_a_state_that_does_not_exist_cannot_be_mocked(handler: Stage) -> None:
    """The error lists the tasks, at any depth."""
    assert refused(handler, {"Clasify": [DOG]}) == (
        "The state 'Clasify' is mocked, and 'Workflow' has no task of this name.\n"
        "  its tasks: Classify, Double, Extract, Keep, Persist, Tell\n"
        "  did you mean 'Classify'?"
    )


def test_a_state_that_is_no_task_cannot_be_mocked(handler: Stage) -> None:
    """A choice chooses by itself."""
    assert refused(handler, {"Check": [DOG]}).startswith("The state 'Check' is mocked, and 'Workflow' has no task")


def test_a_test_case_that_does_not_exist(handler: Stage, file_of: Any) -> None:
    """The error lists those of the file."""
    file = file_of(document({"0": DOG}))

    assert refused(handler, (file, "Mockd")) == (
        f"The mocks {str(file)!r} have no test case 'Mockd'.\n  in TestCases: Mocked\n  did you mean 'Mocked'?"
    )


def test_a_machine_that_is_not_in_the_file(handler: Stage, file_of: Any) -> None:
    """Machines have their logical ids there."""
    file = file_of({"StateMachines": {"Other": {}}})

    assert refused(handler, (file, "Mocked")) == (
        f"The mocks {str(file)!r} have no state machine 'Workflow'.\n  in StateMachines: Other"
    )


def test_a_response_that_is_not_in_the_file(handler: Stage, file_of: Any) -> None:
    """A test case names responses of the same file."""
    file = file_of({**document({}), "MockedResponses": {}})

    assert refused(handler, (file, "Mocked")) == (
        f"The mocks {str(file)!r} have no mocked response 'Answers'.\n  in MockedResponses: none"
    )


def test_a_file_that_is_not_there(handler: Stage, tmp_path: Path) -> None:
    """The reason is that of the system."""
    file = tmp_path / "nowhere.json"

    assert refused(handler, (file, "Mocked")) == (
        f"The mocks {str(file)!r} cannot be read.\n  reason: No such file or directory"
    )


def test_a_file_that_is_not_json(handler: Stage, file_of: Any) -> None:
    """The reason says where."""
    file = file_of("{")

    assert refused(handler, (file, "Mocked")) == (
        f"The mocks {str(file)!r} are not JSON.\n"
        "  reason: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    )


@pytest.mark.parametrize(
    ("content", "expected", "found"),
    [
        ([], "an object is expected", "[]"),
        ({"StateMachines": []}, "an object is expected in 'StateMachines'", "[]"),
        ({"StateMachines": {"Workflow": 1}}, "an object is expected in 'Workflow'", "1"),
        (document({"first": DOG}), 'attempts are numbered like "0" or "1-2"', "'first'"),
    ],
)
def test_a_malformed_file(handler: Stage, file_of: Any, content: Any, expected: str, found: str) -> None:
    """The error says what was expected, and what is there."""
    file = file_of(content)

    assert refused(handler, (file, "Mocked")) == f"The mocks are malformed: {expected}.\n  in: {file}\n  found: {found}"


@pytest.mark.parametrize(
    ("mocks", "expected", "found"),
    [
        (DOG, "a list of responses is expected", repr(DOG)),
        ([], "a list of responses is expected", "[]"),
        (["x"], 'a response is {"Return": …} or {"Throw": {"Error": …}}', "'x'"),
        ([{**DOG, **BUSY}], 'a response is {"Return": …} or {"Throw": {"Error": …}}', repr({**DOG, **BUSY})),
        ([{"Throw": {}}], '"Throw" holds an "Error", and a "Cause" if you like', "{'Throw': {}}"),
    ],
)
def test_a_malformed_response(handler: Stage, mocks: Any, expected: str, found: str) -> None:
    """So does that of a list."""
    said = f"The mocks are malformed: {expected}.\n  in: mocks of 'Classify'\n  found: {found}"

    assert refused(handler, {"Classify": mocks}) == said


def test_nothing_is_mocked_in_aws(invoke: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what can be done there."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    aws = Cloud(folder=tmp_path, region=invoke.cloud.region, endpoint=invoke.cloud.endpoint)
    machines = Machines(system=invoke.system, cloud=aws, names=invoke.names)

    with pytest.raises(MisusedStep) as error:
        machines.start("Workflow", CAT, mocks={"Classify": [DOG]})

    assert str(error.value) == (
        "Tasks cannot be mocked in AWS.\n"
        "  test this in the embedded cloud, or one state alone: stage.test_state(…, mock=…)"
    )
