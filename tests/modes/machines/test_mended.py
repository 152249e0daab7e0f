"""State machines of the embedded cloud do as those of AWS do."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.cloud.machines import DOES_NOT_WAIT
from harness.modes.machines.definitions import Deployed
from harness.modes.machines.execution import Execution
from harness.modes.machines.running import Runner

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
NOTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}

Run = Callable[..., Execution]


@pytest.fixture
def activity(cloud: Cloud) -> Iterator[str]:
    """An activity, made by a template."""
    name, stacks = f"a-{new_uuid()}", cloud.client("cloudformation")
    properties = {"Name": name}
    resources = {"Activity": {"Type": "AWS::StepFunctions::Activity", "Properties": properties}}
    outputs = {"Arn": {"Value": {"Ref": "Activity"}}}
    stacks.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": resources, "Outputs": outputs}))
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    yield stacks.describe_stacks(StackName=name)["Stacks"][0]["Outputs"][0]["OutputValue"]
    stacks.delete_stack(StackName=name)


@pytest.fixture
def machine(cloud: Cloud) -> Callable[..., Deployed]:
    """Makes a machine of one definition."""

    def new(definition: Mapping[str, Any], *, policy: Mapping[str, Any] = ANYTHING) -> Deployed:
        name, iam = f"m-{new_uuid()}", cloud.client("iam")
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=json.dumps(policy))
        client = cloud.client("stepfunctions")
        arn = client.create_state_machine(name=name, definition=json.dumps(definition), roleArn=role)["stateMachineArn"]
        return Deployed(name=name, arn=arn, role=role, definition=definition, express=False)

    return new


@pytest.fixture
def run(cloud: Cloud, machine: Callable[..., Deployed]) -> Run:
    """Runs a machine whose only state, or whose states, are given."""

    def run_state(*, meanwhile: Callable[[], int] = lambda: 0, policy: Any = ANYTHING, **states: Any) -> Execution:
        made = machine({"StartAt": next(iter(states)), "States": states}, policy=policy)
        runner = Runner(cloud=cloud, meanwhile=meanwhile)
        return runner.run(made, given="{}", name=f"e-{time.time_ns()}", within=10)

    return run_state


def test_a_worker_that_does_not_wait_is_answered_at_once(cloud: Cloud, activity: str) -> None:
    """With nothing, when there is nothing."""
    began = time.monotonic()
    answer = cloud.client("stepfunctions").get_activity_task(activityArn=activity, workerName=DOES_NOT_WAIT)

    assert answer.get("taskToken") is None
    assert time.monotonic() - began < 1.0


def test_a_worker_that_waits_gets_a_task_when_it_comes(cloud: Cloud, activity: str, run: Run) -> None:
    """As in AWS, where a poll lasts up to a minute."""
    left = [1]

    def work() -> int:
        if left:
            client = cloud.client("stepfunctions")
            task = client.get_activity_task(activityArn=activity)
            client.send_task_success(taskToken=task["taskToken"], output=task["input"])
        return left.pop() if left else 0

    execution = run(meanwhile=work, S={"Type": "Task", "Resource": activity, "End": True})

    assert (execution.status, execution.output) == ("SUCCEEDED", {})


@pytest.mark.parametrize(
    ("limit", "error"),
    [({"TimeoutSeconds": 1}, "States.Timeout"), ({"HeartbeatSeconds": 1}, "States.HeartbeatTimeout")],
)
def test_an_activity_whose_worker_says_nothing_times_out(
    cloud: Cloud, activity: str, run: Run, limit: Mapping[str, int], error: str
) -> None:
    """The time counts from the moment in which the worker has got the task."""

    def take() -> int:
        cloud.client("stepfunctions").get_activity_task(activityArn=activity, workerName=DOES_NOT_WAIT)
        return 0

    execution = run(meanwhile=take, S={"Type": "Task", "Resource": activity, "End": True, **limit})

    assert (execution.status, execution.error) == ("FAILED", error)


def test_a_heartbeat_keeps_a_task_alive(cloud: Cloud, activity: str, run: Run) -> None:
    """It lasts longer than its limit, and fails with what its worker says."""
    client, tokens, began = cloud.client("stepfunctions"), list[str](), time.monotonic()

    def work() -> int:
        tokens.append(client.get_activity_task(activityArn=activity, workerName=DOES_NOT_WAIT).get("taskToken", ""))
        token = max(tokens)
        if token and time.monotonic() - began < 2.5:
            client.send_task_heartbeat(taskToken=token)
        elif token:
            client.send_task_failure(taskToken=token, error="Tired", cause="it is late")
        return 0

    execution = run(meanwhile=work, S={"Type": "Task", "Resource": activity, "End": True, "HeartbeatSeconds": 2})

    assert (execution.error, execution.cause) == ("Tired", "it is late")


def test_a_task_of_an_execution_that_was_stopped_is_withdrawn(
    cloud: Cloud, activity: str, machine: Callable[..., Deployed]
) -> None:
    """No worker gets it any more, and the execution stays stopped."""
    client = cloud.client("stepfunctions")
    made = machine({"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": activity, "End": True}}})
    arn = client.start_execution(stateMachineArn=made.arn, input="{}")["executionArn"]
    told(client, arn, "TaskScheduled")
    client.stop_execution(executionArn=arn)
    told(client, arn, "TaskFailed")

    task = client.get_activity_task(activityArn=activity, workerName=DOES_NOT_WAIT)

    assert (task.get("taskToken"), client.describe_execution(executionArn=arn)["status"]) == (None, "ABORTED")


def told(client: Any, arn: str, kind: str) -> None:
    """Wait until the history of an execution tells an event: of a task, that it is queued, or given up."""
    deadline = time.monotonic() + 10
    while kind not in {one["type"] for one in client.get_execution_history(executionArn=arn)["events"]}:
        assert time.monotonic() < deadline, f"{arn} tells no {kind}"
        time.sleep(0.01)


def test_an_activity_that_is_not_there(run: Run) -> None:
    """The state fails with the name that Step Functions has for it."""
    nowhere = "arn:aws:states:us-east-1:000000000000:activity:nowhere"

    assert run(S={"Type": "Task", "Resource": nowhere, "End": True}).error == "ActivityDoesNotExist"


def test_the_events_of_branches_name_the_one_before_them(cloud: Cloud, run: Run) -> None:
    """And no two have the same number."""
    branches = [{"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}} for name in "abcdefgh"]
    execution = run(P={"Type": "Parallel", "Branches": branches, "End": True})

    events = cloud.client("stepfunctions").get_execution_history(executionArn=execution.arn, maxResults=1000)["events"]
    first = [one for one in events if one["type"] == "PassStateEntered"]
    assert [one["id"] for one in events] == list(range(1, len(events) + 1))
    assert {one["previousEventId"] for one in first} == {2}


def test_a_branch_fails_or_succeeds_by_itself(run: Run) -> None:
    """Succeed and Fail end a branch; the state fails with the error."""
    fails = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Sad"}}}
    succeeds = {"StartAt": "G", "States": {"G": {"Type": "Succeed"}}}

    execution = run(P={"Type": "Parallel", "Branches": [succeeds, fails], "End": True})

    assert (execution.error, sorted(execution.visited)) == ("Sad", ["F", "G", "P"])


@pytest.mark.parametrize("kind", ["Wait", "Choice", "Nonsense"])
def test_a_branch_whose_state_cannot_run(run: Run, kind: str) -> None:
    """Each kind of state is run, and what is none is an error of the definition."""
    states = {
        "Wait": {"Type": "Wait", "Seconds": 60, "Next": "nowhere"},
        "Choice": {"Type": "Choice", "Choices": [], "Default": "nowhere"},
        "Nonsense": {"Type": "Nonsense"},
    }
    branch = {"StartAt": "S", "States": {"S": states[kind]}}

    assert run(P={"Type": "Parallel", "Branches": [branch], "End": True}).error == "States.Runtime"


def test_some_errors_are_caught_by_nobody(run: Run) -> None:
    """States.ALL does not take States.Runtime."""
    anyone = [{"ErrorEquals": ["States.ALL"], "Next": "Z"}]
    branch = {"StartAt": "S", "States": {"S": {"Type": "Nonsense"}}}

    execution = run(
        P={"Type": "Parallel", "Branches": [branch], "Catch": anyone, "End": True}, Z={"Type": "Pass", "End": True}
    )

    assert (execution.status, execution.visited[-1]) == ("FAILED", "S")


@pytest.mark.parametrize(
    ("resource", "given", "action", "error"),
    [
        ("dynamodb:putItem", {"TableName": "t"}, "dynamodb:PutItem", "DynamoDB.AmazonDynamoDBException"),
        ("sns:publish", {"TopicArn": "arn:aws:sns:r:1:t"}, "sns:Publish", "SNS.AmazonSNSException"),
        (
            "events:putEvents",
            {"Entries": [{"EventBusName": "b"}]},
            "events:PutEvents",
            "EventBridge.AmazonEventBridgeException",
        ),
        ("aws-sdk:s3:listObjectsV2", {"Bucket": "b"}, "s3:ListBucket", "S3.S3Exception"),
        ("aws-sdk:s3:copyObject", {"Bucket": "b", "Key": "k"}, "s3:PutObject", "S3.S3Exception"),
        ("aws-sdk:dynamodb:query", {"TableName": "t"}, "dynamodb:Query", "DynamoDb.DynamoDbException"),
        ("aws-sdk:kinesis:putRecord", {"StreamName": "s"}, "kinesis:PutRecord", "Kinesis.KinesisException"),
        ("lambda:invoke", {"FunctionName": "f"}, "lambda:InvokeFunction", "Lambda.AWSLambdaException"),
    ],
)
def test_a_service_is_called_under_the_role_of_the_machine(
    run: Run, resource: str, given: Mapping[str, Any], action: str, error: str
) -> None:
    """A role that may nothing is refused, with the error of the integration."""
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": given, "End": True}

    execution = run(policy=NOTHING, S=task)

    assert execution.error == error
    assert f"is not authorized to perform: {action} on resource: " in (execution.cause or "")
    assert "with an explicit deny" in (execution.cause or "")


def test_a_service_whose_resources_are_not_known_is_not_asked_about(run: Run) -> None:
    """The role may nothing, but of what the call needs nothing is told by its parameters."""
    task = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:listBuckets", "Parameters": {}, "End": True}

    assert run(policy=NOTHING, S=task).status == "SUCCEEDED"


def test_an_execution_begins_at_once(run: Run) -> None:
    """A machine that is busy may be slow once, but not each time."""
    executions = [run(S={"Type": "Pass", "End": True}) for _ in range(4)]

    delays = [one.states[0].entered - int(one.arn.rpartition("-")[2]) / 1e9 for one in executions]
    assert min(delays) < 0.15
