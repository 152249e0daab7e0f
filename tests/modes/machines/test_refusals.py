"""Executions that cannot be started, that do not end, or that may not do what they want."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from harness.cloud.account import Cloud
from harness.errors import MisusedStep, NotOffered, StageError, UnknownResource
from harness.modes.machines.front_door import Machines
from harness.runtime.invocation import Invocation
from harness.stage import Stage


def test_an_unknown_machine(stage: Stage) -> None:
    """The error lists those that exist."""
    with pytest.raises(UnknownResource) as error:
        stage.start("Workflw")

    assert str(error.value) == (
        "No state machine is called 'Workflw'.\n"
        f"  declared in {stage.system.template}: Bounded, Forbidden, Late, Noted, Query, Quick, QuickLate, Sent, "
        "Stuck, Token, Unheard, Waits, Workflow\n"
        "  did you mean 'Workflow'?"
    )


def test_an_input_that_is_no_json(stage: Stage) -> None:
    """It is said before anything is started."""
    with pytest.raises(MisusedStep) as error:
        stage.start("Workflow", {"file": object})

    assert str(error.value) == (
        "The input cannot be written as JSON.\n  reason: Object of type type is not JSON serializable"
    )


def test_an_execution_that_does_not_end_is_stopped(stage: Stage) -> None:
    """The error says where it stands; nothing is left running."""
    with pytest.raises(StageError) as error:
        stage.start("Stuck", {"who": "me"}, within=0.3)

    assert str(error.value) == (
        "The execution of 'Stuck' has not ended within 0.3 s, and was stopped.\n"
        '  it stood in: Wait, with {"who": "me"}\n'
        "  give it more time: start(…, within=…)"
    )
    assert running(stage, "Stuck") == []


def running(stage: Stage, machine: str) -> list[object]:
    """Give the executions of a machine that run."""
    client = stage.cloud.client("stepfunctions")
    found: list[object] = client.list_executions(stateMachineArn=stage.physical_id(machine), statusFilter="RUNNING")[
        "executions"
    ]
    return found


def test_an_express_workflow_that_does_not_end_cannot_be_stopped(deployed: Stage) -> None:
    """So the error says."""
    with pytest.raises(StageError) as error:
        deployed.start("QuickLate", within=0.2)

    assert str(error.value) == (
        "The execution of 'QuickLate' has not ended within 0.2 s.\n"
        "  kind: express: it has no history, and cannot be stopped\n"
        "  give it more time: start(…, within=…)"
    )


def test_what_runs_is_not_finished(stage: Stage) -> None:
    """An execution that was started by something else counts, until it is stopped."""
    client, arn = stage.cloud.client("stepfunctions"), stage.physical_id("Stuck")
    started = client.start_execution(stateMachineArn=arn, name=f"other-{time.time_ns()}")["executionArn"]
    machines = Machines(system=stage.system, cloud=stage.cloud, names=stage.names)

    found = machines.unfinished()
    client.stop_execution(executionArn=started)

    assert found == [f"Stuck: the execution {started.rpartition(':')[2]} runs"]
    assert machines.unfinished() == []


def test_what_runs_when_a_test_is_over_is_stopped_on_a_muted_stage(handler: Stage) -> None:
    """The next test would be given its tasks."""
    client, arn = handler.cloud.client("stepfunctions"), handler.physical_id("Stuck")
    started = client.start_execution(stateMachineArn=arn, name=f"other-{time.time_ns()}")["executionArn"]
    handler.start("Waits", {"seconds": 1, "at": "2030-01-01T00:00:00Z"})

    handler.over(passed=True)

    assert client.describe_execution(executionArn=started)["status"] == "ABORTED"


def test_a_task_of_an_express_workflow_is_not_done_in_the_next_test(handler: Stage) -> None:
    """Nothing stops the workflow, so it fails."""
    client, arn = handler.cloud.client("stepfunctions"), handler.physical_id("Quick")
    machines = Machines(system=handler.system, cloud=handler.cloud, names=handler.names, invoke=never, muted=True)
    started = client.start_execution(stateMachineArn=arn, name=f"other-{time.time_ns()}", input='{"size": 1}')

    machines.over()

    deadline = time.monotonic() + 10
    while client.describe_execution(executionArn=started["executionArn"])["status"] == "RUNNING":
        assert (machines.serve(), time.monotonic() < deadline) == (0, True)
    assert client.describe_execution(executionArn=started["executionArn"])["error"] == "States.Runtime"


def test_the_role_must_allow_the_function(deployed: Stage) -> None:
    """As in AWS; in mode handler the local function is run without asking."""
    execution = deployed.start("Forbidden", {"size": 1})

    assert (execution.status, execution.error) == ("FAILED", "Lambda.AWSLambdaException")
    assert "is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:" in (execution.cause or "")
    assert "Error Code: AccessDeniedException" in (execution.cause or "")


def test_the_role_of_a_muted_machine_is_not_asked_for_functions(handler: Stage) -> None:
    """A worker does them, for whom no role is needed."""
    assert handler.start("Forbidden", {"size": 1}).output == 2


def test_the_role_must_allow_the_service(stage: Stage) -> None:
    """In every mode, since the machine itself calls it."""
    execution = stage.start("Unheard")

    assert (execution.status, execution.error) == ("FAILED", "SQS.AmazonSQSException")
    assert "is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:" in (execution.cause or "")


def test_a_machine_that_starts_functions_without_waiting_is_not_offered(handler: Stage) -> None:
    """In mode handler a deployed function would run."""
    with pytest.raises(NotOffered) as error:
        handler.start("Sent")

    assert str(error.value) == (
        "The mode 'handler' is not offered for the state machine 'Sent'.\n"
        "  because: its state 'Send' starts a function without waiting for it\n"
        '  mark the test: @pytest.mark.modes("invoke", "http", reason="…")'
    )


def test_the_other_modes_offer_it(deployed: Stage) -> None:
    """There it is the deployed function that is meant."""
    assert deployed.start("Sent").status == "SUCCEEDED"


def test_a_stage_that_is_not_muted_offers_no_machine_with_functions(invoke: Stage, tmp_path: Path) -> None:
    """In AWS nothing can be muted, so that deployed functions would run."""
    aws = Cloud(folder=tmp_path, region=invoke.cloud.region, endpoint=invoke.cloud.endpoint, embedded=True)
    machines = Machines(system=invoke.system, cloud=aws, names=invoke.names, invoke=never)

    with pytest.raises(NotOffered) as error:
        machines.start("Workflow")

    because = "its state 'Classify' runs a deployed function: a stage in AWS cannot be muted"
    assert error.value.facts == (("because", because),)


def never(function: str, _event: object) -> Invocation:
    """Run nothing."""
    raise AssertionError(function)
