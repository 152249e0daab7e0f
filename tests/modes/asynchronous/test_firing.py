"""Schedules that are deployed otherwise than the template has them, or lead to what is handed to in its own way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.cloud.names import FunctionNames, Names
from harness.errors import NotDeployed, NotHandedOn, NotPublished, StageError
from harness.modes.firing import fire_as_declared, fire_as_deployed
from harness.modes.sending.targets import hand_over
from harness.system.model import Function, Resource, Rule, Schedule, System, Target

PLACE = "eu-west-1:123456789012"
FUNCTION = f"arn:aws:lambda:{PLACE}:function:clean"
RULE = f"arn:aws:events:{PLACE}:rule/nightly-1"
QUEUE = f"arn:aws:sqs:{PLACE}:q"
ROLE = "arn:aws:iam::123456789012:role/postman"
WEEKLY = f"arn:aws:scheduler:{PLACE}:schedule/default/weekly-1"
GONE = ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "gone"}}, "Describe")
REFUSED = ClientError({"Error": {"Code": "InvalidParameter", "Message": "No."}}, "Publish")
SYSTEM = System(
    name="s",
    template=Path("template.yaml"),
    cloudformation={},
    functions={"Clean": Function(name="Clean", handler="h.handler", code=None)},
    rules={"Nightly": Rule(name="Nightly", schedule="rate(1 day)", targets=(Target(resource="Clean", input="text"),))},
    schedules={"Weekly": Schedule(name="Weekly", expression="rate(7 days)", target="Clean")},
    resources={"Clean": Resource(name="Clean", type="AWS::Lambda::Function")},
)
NAMES = Names(
    stack="s",
    account="123456789012",
    region="eu-west-1",
    physical={"Nightly": "nightly-1", "Weekly": "weekly-1"},
    functions={"Clean": FunctionNames(name="clean", arn=FUNCTION, role="arn:role")},
)


class Asked:
    """A cloud that answers what it is given, and remembers what it was asked."""

    partition, region, endpoint, embedded = "aws", "eu-west-1", None, False

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def client(self, _service: str) -> Any:
        return self

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**asked: Any) -> Any:
            self.asked.append((name, asked))
            answer = self.answers.get(name, {})
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def fired(cloud: Any, name: str = "Nightly") -> None:
    fire_as_deployed(name, system=SYSTEM, cloud=cloud, names=NAMES)


def ruled(*targets: dict[str, Any], **more: Any) -> Asked:
    return Asked(describe_rule={"State": "ENABLED"}, list_targets_by_rule={"Targets": list(targets)}, **more)


def policy(**statement: Any) -> dict[str, str]:
    usual = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Condition": {"ArnLike": {"AWS:SourceArn": RULE}},
    }
    return {"Policy": json.dumps({"Statement": [usual | statement]})}


@pytest.mark.parametrize(
    "statement",
    [
        {},
        {"Principal": "*", "Condition": {}},
        {"Action": ["lambda:*"]},
        {"Condition": {"ArnLike": {"aws:SourceArn": ["arn:other", RULE.replace("nightly-1", "*")]}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012", "aws:PrincipalOrgID": "o-1"}}},
    ],
)
def test_a_policy_may_admit_the_rule(statement: dict[str, Any]) -> None:
    """In one of several ways."""
    cloud = ruled({"Arn": FUNCTION, "Input": '{"days": 7}'}, get_policy=policy(**statement))

    fired(cloud)

    sent = {"FunctionName": FUNCTION, "InvocationType": "Event", "Payload": b'{"days": 7}'}
    assert ("invoke", sent) == cloud.asked[-1]


@pytest.mark.parametrize(
    "answer",
    [
        GONE,
        policy(Effect="Deny"),
        policy(Principal={"Service": "sns.amazonaws.com"}),
        policy(Principal={"AWS": "*"}),
        policy(Action="lambda:GetFunction"),
        policy(Condition={"ArnLike": {"AWS:SourceArn": "arn:other"}}),
        policy(Condition={"StringEquals": {"aws:SourceAccount": "210987654321"}}),
    ],
)
def test_a_policy_may_not_admit_the_rule(answer: Any) -> None:
    """Nothing is invoked."""
    cloud = ruled({"Arn": FUNCTION}, get_policy=answer)

    with pytest.raises(NotHandedOn, match="The policy of the function 'clean' does not admit the schedule 'Nightly'"):
        fired(cloud)

    assert "invoke" not in [name for name, _ in cloud.asked]


def test_a_target_with_a_role_needs_no_policy() -> None:
    """EventBridge assumes the role."""
    cloud = ruled({"Arn": FUNCTION, "RoleArn": "arn:role"})

    fired(cloud)

    assert "get_policy" not in [name for name, _ in cloud.asked]
    assert "invoke" == cloud.asked[-1][0]


def test_what_the_path_does_not_find_is_not_handed_on() -> None:
    """The other targets get theirs."""
    targets = {"Arn": FUNCTION, "InputPath": "$.nowhere"}, {"Arn": f"arn:aws:sns:{PLACE}:news"}
    cloud = ruled(*targets, get_topic_attributes={"Attributes": policy(Action="SNS:Publish")})

    with pytest.raises(NotHandedOn) as caught:
        fired(cloud)

    assert str(caught.value) == (
        "The input path '$.nowhere' finds nothing in the event.\n"
        "  rule: nightly-1\n"
        f"  target: {FUNCTION}\n"
        "  EventBridge would hand nothing on"
    )
    assert "publish" == cloud.asked[-1][0]


def of_queue(**statement: Any) -> dict[str, Any]:
    return {"Attributes": policy(**{"Action": "sqs:SendMessage"} | statement)}


@pytest.mark.parametrize(
    "answer",
    [
        of_queue(),
        of_queue(Action="SQS:*"),
        of_queue(Principal={"AWS": "*"}),
        ClientError({"Error": {"Code": "AccessDenied", "Message": "No."}}, "GetQueueAttributes"),
        ClientError({"Error": {"Code": "QueueDoesNotExist", "Message": "Gone."}}, "GetQueueAttributes"),
    ],
)
def test_a_queue_may_admit_the_rule(answer: Any) -> None:
    """What the tester may not read is not judged, and what is not there is told by sending."""
    cloud = ruled({"Arn": QUEUE}, get_queue_url={"QueueUrl": "https://sqs/q"}, get_queue_attributes=answer)

    fired(cloud)

    assert cloud.asked[-1][0] == "send_message"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        of_queue(Action="sqs:ReceiveMessage"),
        of_queue(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
        of_queue(Principal={"AWS": "*"}, Condition={"ArnEquals": {"aws:SourceArn": "arn:other"}}),
        of_queue(Principal={"AWS": "*"}, Condition={"StringEquals": {"AWS:SourceOwner": "123456789012"}}),
    ],
)
def test_a_queue_may_not_admit_the_rule(answer: Any) -> None:
    """Nothing is sent."""
    cloud = ruled({"Arn": QUEUE}, get_queue_url={"QueueUrl": "https://sqs/q"}, get_queue_attributes=answer)

    with pytest.raises(NotHandedOn, match="The policy of the queue 'q' does not admit the schedule 'Nightly'"):
        fired(cloud)

    assert "send_message" not in [name for name, _ in cloud.asked]


def test_a_policy_that_cannot_be_read_is_told_as_it_is() -> None:
    """It is no denial."""
    with pytest.raises(ClientError):
        fired(ruled({"Arn": QUEUE}, get_queue_url=REFUSED))


def of_role(decision: str, **more: Any) -> dict[str, Any]:
    return {"EvaluationResults": [{"EvalDecision": decision, **more}]}


def scheduled(to: str, **answers: Any) -> Asked:
    target = {"Arn": to, "RoleArn": ROLE}
    return Asked(get_schedule={"State": "ENABLED", "Arn": WEEKLY, "Target": target}, **answers)


@pytest.mark.parametrize(
    ("to", "answers"),
    [
        (FUNCTION, {"simulate_principal_policy": of_role("allowed")}),
        (FUNCTION, {"simulate_principal_policy": ClientError({"Error": {"Code": "AccessDenied"}}, "Simulate")}),
        (FUNCTION, {"simulate_principal_policy": of_role("implicitDeny", MissingContextValues=["aws:SourceArn"])}),
        (FUNCTION, {"simulate_principal_policy": of_role("implicitDeny"), "get_policy": policy(Principal="*")}),
        (
            FUNCTION,
            {"simulate_principal_policy": of_role("implicitDeny"), "get_policy": policy(Principal={"AWS": ROLE})},
        ),
        (f"arn:aws:kinesis:{PLACE}:stream/s", {"simulate_principal_policy": of_role("implicitDeny")}),
    ],
)
def test_in_aws_a_role_is_not_refused_for_what_is_not_sure(to: str, answers: dict[str, Any]) -> None:
    """EventBridge will know: IAM may not be asked, or the policy of the target lets the role do it."""
    cloud = scheduled(to, **answers)

    fired(cloud, "Weekly")

    assert cloud.asked[-1][0] in ("invoke", "put_record")


@pytest.mark.parametrize(
    ("to", "answers", "action"),
    [
        (FUNCTION, {}, "lambda:InvokeFunction"),
        (FUNCTION, {"get_policy": GONE}, "lambda:InvokeFunction"),
        (FUNCTION, {"get_policy": policy()}, "lambda:InvokeFunction"),
        (f"arn:aws:states:{PLACE}:stateMachine:m", {}, "states:StartExecution"),
    ],
)
def test_in_aws_iam_is_asked_what_a_role_may(to: str, answers: dict[str, Any], action: str) -> None:
    """The tester cannot assume it."""
    decision = "implicitDeny" if answers or ":states:" in to else "explicitDeny"
    cloud = scheduled(to, simulate_principal_policy=of_role(decision), **answers)

    with pytest.raises(NotHandedOn) as caught:
        fired(cloud, "Weekly")

    named = to.split(":", 5)[5].removeprefix("function:")
    asked = {"PolicySourceArn": ROLE, "ActionNames": [action], "ResourceArns": [to]}
    assert ("simulate_principal_policy", asked) in cloud.asked
    assert str(caught.value) == (
        f"The role 'postman' of the schedule 'Weekly' may not {action} on {named!r}.\n"
        f"  role: {ROLE}\n"
        f"  action: {action}\n"
        f"  target: {to}\n"
        f"  code: {decision}\n"
        "  reason: iam:SimulatePrincipalPolicy says so\n"
        "  let the role do it; EventBridge would hand nothing on"
    )


@pytest.mark.parametrize(("name", "call"), [("Nightly", "describe_rule"), ("Weekly", "get_schedule")])
def test_a_schedule_that_was_taken_away_is_an_error(name: str, call: str) -> None:
    """The template has it still."""
    with pytest.raises(NotDeployed) as caught:
        fired(Asked(**{call: GONE}), name)

    assert str(caught.value) == (f"The stage has no schedule {name!r}.\n  deploy it again: somebody has taken it away")


@pytest.mark.parametrize("cloud", [Asked(describe_rule=REFUSED), ruled({"Arn": FUNCTION}, get_policy=REFUSED)])
def test_any_other_error_is_not_taken_for_that(cloud: Asked) -> None:
    """It is told as it is."""
    with pytest.raises(ClientError):
        fired(cloud)


def test_a_schedule_may_be_disabled_in_the_stage() -> None:
    """Whatever the template says."""
    with pytest.raises(StageError, match="The schedule 'Weekly' is disabled"):
        fired(Asked(get_schedule={"State": "DISABLED"}), "Weekly")


def test_what_is_no_json_is_handed_to_no_function() -> None:
    """Lambda would not take it."""
    never: Any = None
    cloud: Any = Asked()

    with pytest.raises(NotHandedOn) as caught:
        fire_as_declared("Nightly", system=SYSTEM, cloud=cloud, names=NAMES, asynchronous=never, player=None)

    assert str(caught.value) == (
        "The function 'Clean' would receive 'text', which is no JSON: Expecting value: line 1 column 1 (char 0).\n"
        "  schedule: nightly-1\n"
        "  Lambda would not take it, so nothing would run"
    )


def test_a_secret_that_is_no_json_is_not_shown() -> None:
    """Nor is all of a long text."""
    target = Target(resource="Clean", input='{"apiKey": "hunter2", "rest": ' + "x" * 1000)
    rule = Rule(name="Nightly", schedule="rate(1 day)", targets=(target,))
    never: Any = None
    cloud: Any = Asked()

    with pytest.raises(NotHandedOn) as caught:
        fire_as_declared(
            "Nightly",
            system=replace(SYSTEM, rules={"Nightly": rule}),
            cloud=cloud,
            names=NAMES,
            asynchronous=never,
            player=None,
        )

    sentence = caught.value.sentence
    assert sentence.startswith("""The function 'Clean' would receive '{"apiKey": "***", "rest": xxx""")
    assert "xxx… (626 more characters)', which is no JSON: " in sentence


FAILED = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InvalidParameter", "ErrorMessage": "No."}]}
EVENT = {"EventBridgeParameters": {"Source": "clock", "DetailType": "struck"}}


@pytest.mark.parametrize(
    ("arn", "parameters", "call", "sent"),
    [
        (f"arn:aws:states:{PLACE}:stateMachine:m", {}, "start_execution", {"input": "{}"}),
        (f"arn:aws:kinesis:{PLACE}:stream/s", {"KinesisParameters": {"PartitionKey": "k"}}, "put_record",
         {"Data": b"{}", "PartitionKey": "k"}),
        (f"arn:aws:events:{PLACE}:event-bus/b", EVENT, "put_events",
         {"Entries": [{"EventBusName": f"arn:aws:events:{PLACE}:event-bus/b", "Source": "clock",
                       "DetailType": "struck", "Detail": "{}"}]}),
        (f"arn:aws:sqs:{PLACE}:q.fifo", {"SqsParameters": {"MessageGroupId": "g"}}, "send_message",
         {"MessageGroupId": "g", "MessageBody": "{}"}),
    ],
)  # fmt: skip
def test_each_kind_of_target_gets_its_own(arn: str, parameters: Any, call: str, sent: dict[str, Any]) -> None:
    """With what the target says besides."""
    cloud: Any = Asked(get_queue_url={"QueueUrl": "https://sqs/q.fifo"}, put_events={"FailedEntryCount": 0})

    hand_over("{}", to=arn, cloud=cloud, parameters=parameters)

    name, asked = cloud.asked[-1]
    assert name == call
    assert all(asked[key] == value for key, value in sent.items())


def test_a_bus_gets_no_event_of_awss_own() -> None:
    """Nobody else may send it."""
    cloud: Any = Asked()

    with pytest.raises(StageError) as caught:
        hand_over("{}", to=f"arn:aws:events:{PLACE}:event-bus/b", cloud=cloud)

    assert str(caught.value) == (
        f"The bus 'arn:aws:events:{PLACE}:event-bus/b' gets events of the source 'aws.events', which only EventBridge "
        "may send.\n"
        "  let the schedule of EventBridge Scheduler put an event there, or publish what the bus makes of it"
    )


def test_an_unknown_kind_of_target_is_an_error() -> None:
    """It says which are known."""
    cloud: Any = Asked()

    with pytest.raises(StageError) as caught:
        hand_over("{}", to="arn:aws:scheduler:::aws-sdk:sqs:sendMessage", cloud=cloud)

    assert str(caught.value) == (
        "The target 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage' is none to which the harness hands anything.\n"
        "  known are: events, kinesis, lambda, sns, sqs, states"
    )


@pytest.mark.parametrize(
    ("arn", "answers"),
    [
        (f"arn:aws:sns:{PLACE}:news", {"publish": REFUSED}),
        (f"arn:aws:events:{PLACE}:event-bus/b", {"put_events": FAILED}),
    ],
)
def test_what_a_target_does_not_take_is_an_error(arn: str, answers: dict[str, Any]) -> None:
    """In the words of the service."""
    cloud: Any = Asked(**answers)

    with pytest.raises(NotPublished) as caught:
        hand_over("{}", to=arn, cloud=cloud, parameters=EVENT)

    assert str(caught.value) == f"The target {arn!r} does not take it.\n  code: InvalidParameter\n  reason: No."
