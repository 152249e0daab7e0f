"""The parts of the state machines' front door, where a whole stage does not lead."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.cloud.account import Cloud
from harness.cloud.names import FunctionNames, Names
from harness.errors import NotOffered, StageError
from harness.modes.machines.answers import failure
from harness.modes.machines.definitions import Deployed, insist_on_offered
from harness.modes.machines.front_door import Machines
from harness.modes.machines.running import Runner
from harness.modes.machines.single import Single
from harness.modes.machines.worker import Worker
from harness.runtime.invocation import FunctionError, Invocation
from harness.stage import Stage
from harness.system.model import Resource, System
from harness.system.muted_machines import ABOUT

BILL = FunctionNames(name="shop-bill", arn="arn:aws:lambda:r:1:function:shop-bill", role="r", environment={})
NAMES = Names(stack="shop", account="1", region="us-east-1", functions={"Bill": BILL})


class Answering:
    """A client of Step Functions that answers by the book, or with an error."""

    class exceptions:  # noqa: N801 - as clients of boto3 have it
        ClientError = ClientError
        ActivityAlreadyExists = ExecutionAlreadyExists = FileExistsError

    def __init__(
        self, *, code: str = "", tasks: tuple[Mapping[str, Any], ...] = (), running: tuple[str, ...] = ()
    ) -> None:
        self._code = code
        self._tasks = list(tasks)
        self._running = running
        self.told: list[Any] = []

    def _fail(self, operation: str) -> None:
        if self._code:
            raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, operation)

    def create_activity(self, **_: Any) -> None:
        raise FileExistsError

    def get_activity_task(self, **_: Any) -> Mapping[str, Any]:
        return {"taskToken": "t", "input": json.dumps(self._tasks.pop(0))} if self._tasks else {}

    def send_task_success(self, **told: Any) -> None:
        self.told.append(json.loads(told["output"]))
        self._fail("SendTaskSuccess")

    def send_task_failure(self, **told: Any) -> None:
        self.told.append((told["error"], told["cause"]))

    def start_execution(self, **_: Any) -> dict[str, str]:
        self._fail("StartExecution")
        return {"executionArn": "e"}

    def start_sync_execution(self, **_: Any) -> dict[str, str]:
        self.told.append(threading.current_thread())
        self._fail("StartSyncExecution")
        return {"executionArn": "e", "status": "SUCCEEDED", "output": "1"}

    def describe_state_machine(self, **_: Any) -> dict[str, str]:
        return {"roleArn": "r", "definition": "{}", "type": "STANDARD"}

    def describe_execution(self, **_: Any) -> dict[str, str]:
        return {"status": "RUNNING"}

    def get_paginator(self, operation: str) -> Any:
        raise ClientError({"Error": {"Code": "Unreadable", "Message": "no"}}, operation)

    def list_executions(self, **_: Any) -> dict[str, Any]:
        return {"executions": [{"executionArn": arn} for arn in self._running]}

    def stop_execution(self, *, executionArn: str, **_: Any) -> None:  # noqa: N803 - as boto3 has it
        self.told.append(f"stopped {executionArn}")
        self._fail("StopExecution")

    def test_state(self, **_: Any) -> None:
        self._fail("TestState")


class Place(Cloud):
    """A cloud with one client."""

    def __init__(self, client: Answering) -> None:
        super().__init__(folder=Path(), region="us-east-1", endpoint="http://127.0.0.1:1", embedded=True)
        self._answering = client
        self.options: dict[str, Any] = {}

    def client(self, service: str, **options: Any) -> Any:
        assert service == "stepfunctions"
        self.options |= options
        return self._answering


def task(**about: Any) -> dict[str, Any]:
    """Give the input of a muted task."""
    return {ABOUT: {"state": "S", "how": "function", "function": BILL.arn, **about}, "request": {"n": 1}}


def bill(function: str, event: Mapping[str, Any]) -> Invocation:
    """Return the event, after two seconds as the clock has it."""
    return Invocation(function=function, request_id="r", payload=event, seconds=2.0)


def worked(*tasks: Mapping[str, Any], code: str = "") -> list[Any]:
    """Give what a worker tells of tasks."""
    client = Answering(tasks=tasks, code=code)
    assert Worker(cloud=Place(client), names=NAMES, invoke=bill).serve() == len(tasks)
    return client.told


def test_a_task_is_done_by_the_function_of_its_arn() -> None:
    """A version or an alias is the same code here."""
    assert worked(task(), task(function=f"{BILL.arn}:live"), task(function="shop-bill")) == [{"n": 1}] * 3


def test_a_task_of_a_function_that_is_not_there() -> None:
    """It fails as with Lambda."""
    assert worked(task(function="other")) == [("Lambda.ResourceNotFoundException", "Function not found: other")]


def test_a_task_that_took_longer_than_its_state_allows() -> None:
    """The function is not interrupted, but its result is not wanted."""
    assert worked(task(timeout=1), task(timeout=3)) == [("States.Timeout", ""), {"n": 1}]


@pytest.mark.parametrize("code", ["TaskDoesNotExist", "TaskTimedOut"])
def test_a_task_whose_result_nobody_wants_any_more(code: str) -> None:
    """Its execution was stopped meanwhile."""
    assert worked(task(), code=code) == [{"n": 1}]


def test_a_result_that_is_not_taken() -> None:
    """Anything else is an error."""
    with pytest.raises(ClientError, match="InvalidOutput"):
        worked(task(), code="InvalidOutput")


def test_a_function_that_waits_itself_does_no_other_task() -> None:
    """The worker is busy until it has returned."""
    inner: list[int] = []

    def waits(function: str, event: Mapping[str, Any]) -> Invocation:
        inner.append(worker.serve())
        return bill(function, event)

    worker = Worker(cloud=Place(Answering(tasks=(task(),))), names=NAMES, invoke=waits)

    assert (worker.serve(), inner) == (1, [0])


@pytest.mark.parametrize(
    ("began", "over", "done"),
    [
        ("2026-01-01T00:00:00.122Z", 1767225600.123, False),
        ("2026-01-01T00:00:00.123Z", 1767225600.123, True),
        ("2026-01-01T00:00:00.123Z", 1767225600.1239, True),
    ],
)
def test_a_task_of_an_earlier_test_is_not_done(began: str, over: float, *, done: bool) -> None:
    """Its execution fails; one that begins in the millisecond in which that test was over is not of it."""
    client = Answering(tasks=(task(began=began), task()))
    worker = Worker(cloud=Place(client), names=NAMES, invoke=bill, clock=lambda: over)

    worker.over()

    assert worker.serve() == 1 + done
    refused = ("States.Runtime", "The test that caused the execution is over")
    assert client.told == [{"n": 1} if done else refused, {"n": 1}]


def test_an_error_without_a_trace() -> None:
    """Lambda's own errors have none."""
    assert failure(FunctionError(type="Sandbox.Timedout", message="Task timed out")) == (
        "Sandbox.Timedout",
        '{"errorMessage": "Task timed out", "errorType": "Sandbox.Timedout"}',
    )


MACHINE = "arn:aws:states:r:1:stateMachine:flow"


def deployed(*, express: bool = False, **state: Any) -> Deployed:
    """Give a machine of one task."""
    definition = {"States": {"S": {"Type": "Task", **state}}}
    return Deployed(name="Flow", arn=MACHINE, role="r", definition=definition, express=express)


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (
            {"Resource": "arn:aws:states:::aws-sdk:lambda:invoke"},
            "calls the API of Lambda, which knows deployed functions only",
        ),
        (
            {"Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken"},
            "puts its task token into a text, and here it has another one",
        ),
        (
            {"Resource": BILL.arn},
            "invokes a function, and the template does not hold the definition or the function",
        ),
    ],
)
def test_what_is_not_offered(state: Mapping[str, Any], why: str) -> None:
    """The error says which state, and why."""
    with pytest.raises(NotOffered) as error:
        insist_on_offered(deployed(**state), muted=True)

    assert error.value.facts == (("because", f"its state 'S' {why}"),)


def test_an_execution_that_step_functions_does_not_start() -> None:
    """The error gives its reason."""
    runner = Runner(cloud=Place(Answering(code="InvalidExecutionInput")), meanwhile=lambda: 0)

    with pytest.raises(StageError) as error:
        runner.run(deployed(), given="{}", name="n", within=1)

    assert str(error.value) == "Step Functions does not start 'Flow'.\n  reason: no"


def test_another_error_of_step_functions_is_itself() -> None:
    """Nothing is known about it."""
    runner = Runner(cloud=Place(Answering(code="Other")), meanwhile=lambda: 0)

    with pytest.raises(ClientError, match="Other"):
        runner.run(deployed(), given="{}", name="n", within=1)
    with pytest.raises(ClientError, match="Other"):
        runner.stop("e")
    with pytest.raises(ClientError, match="Other"):
        Single(deployed(), "S", cloud=Place(Answering(code="Other"))).run("{}")


def test_an_execution_that_has_ended_need_not_be_stopped() -> None:
    """It may end at that moment."""
    client = Answering(code="ValidationException")

    Runner(cloud=Place(client), meanwhile=lambda: 0).stop("e")

    assert client.told == ["stopped e"]


def test_an_execution_is_stopped_when_its_test_cannot_go_on() -> None:
    """Whatever comes in between, Ctrl-C too."""

    def interrupted() -> int:
        raise KeyboardInterrupt

    client = Answering()
    with suppress(KeyboardInterrupt):
        Runner(cloud=Place(client), meanwhile=interrupted).run(deployed(), given="{}", name="n", within=1)

    assert client.told == ["stopped arn:aws:states:r:1:execution:flow:n"]


class Interrupted(Answering):
    """A client whose user presses Ctrl-C before the answer is there."""

    def start_execution(self, **_: Any) -> dict[str, str]:
        raise KeyboardInterrupt


def test_an_execution_is_stopped_also_before_it_is_known_to_have_started() -> None:
    """Its ARN follows from its name."""
    client = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        Runner(cloud=Place(client), meanwhile=lambda: 0).run(deployed(), given="{}", name="n", within=1)

    assert client.told == ["stopped arn:aws:states:r:1:execution:flow:n"]


def test_an_execution_is_stopped_when_its_history_cannot_be_read() -> None:
    """It has lasted too long, and nobody can say where it stands."""
    client = Answering()

    with pytest.raises(ClientError, match="Unreadable"):
        Runner(cloud=Place(client), meanwhile=lambda: 0).run(deployed(), given="{}", name="n", within=0)

    assert client.told == ["stopped arn:aws:states:r:1:execution:flow:n"]


def test_an_execution_that_cannot_be_stopped_hides_no_error() -> None:
    """What led there is raised, and tells of it."""
    runner = Runner(cloud=Place(Answering(code="Denied")), meanwhile=lambda: 0)

    with pytest.raises(ClientError, match="StartExecution") as error:
        runner.run(deployed(), given="{}", name="n", within=1)

    [note] = error.value.__notes__
    assert note == (
        "The execution arn:aws:states:r:1:execution:flow:n could not be stopped: "
        "An error occurred (Denied) when calling the StopExecution operation: no"
    )


def test_a_call_of_an_express_workflow_keeps_no_process_from_ending() -> None:
    """Its answer may take minutes, also where a debugger holds a function: the bound is the runner's."""
    client = Answering()
    place = Place(client)

    ended = Runner(cloud=place, meanwhile=lambda: 0).run(deployed(express=True), given="{}", name="n", within=1)

    [thread] = client.told
    assert (ended.output, thread.daemon, place.options["read_timeout"]) == (1, True, 910.0)


def test_an_express_workflow_that_step_functions_does_not_start() -> None:
    """The error comes from the other thread."""
    runner = Runner(cloud=Place(Answering(code="ValidationException")), meanwhile=lambda: 0)

    with pytest.raises(StageError, match="Step Functions does not start 'Flow'"):
        runner.run(deployed(express=True), given="{}", name="n", within=1)


def muted(client: Answering) -> Machines:
    """Give the front door of a muted stage with two machines."""
    resources = {name: Resource(name=name, type="AWS::StepFunctions::StateMachine") for name in ("Flow", "Other")}
    system = System(name="s", template=Path("t"), cloudformation={}, resources=resources)
    names = Names(stack="shop", account="1", region="us-east-1", physical=dict.fromkeys(resources, MACHINE))
    return Machines(system=system, cloud=Place(client), names=names, invoke=bill, muted=True)


def test_an_execution_that_cannot_be_stopped_keeps_no_other_from_being_stopped() -> None:
    """The error is raised when all others are, and no task of the test is done any more."""
    began = task(began="2026-01-01T00:00:00.000Z")
    client = Answering(running=("a", "b"), code="Denied", tasks=(began,))
    machines = muted(client)

    with pytest.raises(ClientError, match="Denied"):
        machines.over()

    assert client.told == ["stopped a", "stopped b"] * 2
    assert machines.serve() == 0


def test_a_state_that_waits_for_a_token_is_not_run_by_itself(handler: Stage) -> None:
    """What it would have got is told all the same."""
    result = handler.test_state("Token", "Ask", {"question": "why"})

    assert result.inspected["afterParameters"]["Payload"]["question"] == "why"


def test_a_stage_that_is_not_muted_tests_no_state_with_a_function(invoke: Stage) -> None:
    """A deployed function would run."""
    machines = Machines(system=invoke.system, cloud=invoke.cloud, names=invoke.names, invoke=bill)

    with pytest.raises(NotOffered):
        machines.test_state("Workflow", "Extract")
    machines.over()  # Nothing of a stage that is not muted is stopped.
