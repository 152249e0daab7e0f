"""What the embedded cloud leaves out of mappings, rules and schedules is done, or named."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from harness.cloud import completing
from harness.cloud.account import Cloud
from harness.cloud.deploying import deploy
from harness.cloud.names import Names
from harness.cloud.opening import deployed
from harness.cloud.resolving import resolve_names
from harness.errors import DeploymentFailed
from harness.system.model import System

from .support import Said

SystemOf = Callable[..., System]

BEFORE = """
Parameters: {State: {Type: String, Default: "false"}}
Resources:
  Work: {Type: AWS::SQS::Queue}
  Clicks: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Items:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      StreamSpecification: {StreamViewType: KEYS_ONLY}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole
        - arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole
        - arn:aws:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole
  Closed:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {Statement: []}}
  Read:
    Type: AWS::Lambda::Function
    Properties: {Code: {ZipFile: "x"}, Handler: index.handler, Runtime: python3.12, Role: !GetAtt Role.Arn}
  May:
    Type: AWS::Lambda::Function
    Properties: {Code: {ZipFile: "x"}, Handler: index.handler, Runtime: python3.12, Role: !GetAtt Closed.Arn}
"""


def mapping(source: str, more: str = "") -> str:
    """A template with a mapping of a source."""
    return f"""{BEFORE}
  It:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {{FunctionName: !Ref Read, EventSourceArn: {source}{more}}}
"""


@pytest.fixture
def completed(cloud: Cloud, stack: str, system_of: SystemOf) -> Callable[[str], tuple[list[str], Names]]:
    """Deploys a template and completes it."""

    def complete(text: str) -> tuple[list[str], Names]:
        system = system_of(text)
        deployment = deploy(system, cloud=cloud, stack=stack, progress=Said())
        names = resolve_names(system, cloud=cloud, stack=stack, deployment=deployment)
        return completing.complete(system, cloud=cloud, names=names), names

    return complete


Completed = Callable[[str], tuple[list[str], Names]]


@pytest.mark.parametrize(
    ("source", "size"),
    [("!GetAtt Clicks.Arn", 100), ("!GetAtt Items.StreamArn", 100), ("!GetAtt Clicks.Arn, BatchSize: '7'", 7)],
)
def test_batches_are_as_large_as_in_aws(cloud: Cloud, completed: Completed, source: str, size: int) -> None:
    """The embedded cloud takes ten for streams as well."""
    _, names = completed(mapping(source, ", StartingPosition: LATEST"))

    have = cloud.client("lambda").get_event_source_mapping(UUID=names.physical["It"])
    assert have["BatchSize"] == size


def test_what_was_done_is_told(completed: Completed) -> None:
    """A line for all settings of a mapping."""
    lines, _ = completed(mapping("!GetAtt Clicks.Arn", ", StartingPosition: LATEST"))

    assert lines == ["It: BatchSize"]


def test_a_mapping_that_is_complete_is_left_alone(completed: Completed) -> None:
    """Numbers and booleans may be text in a template."""
    lines, _ = completed(mapping("!GetAtt Work.Arn", ", BatchSize: '10', Enabled: true"))

    assert lines == []


def test_a_mapping_is_off_by_a_text(cloud: Cloud, completed: Completed) -> None:
    """A parameter gives the boolean as text, which the embedded cloud takes for yes."""
    lines, names = completed(mapping("!GetAtt Work.Arn", ", Enabled: !Ref State"))

    assert lines == ["It: Enabled"]
    assert cloud.client("lambda").get_event_source_mapping(UUID=names.physical["It"])["State"] == "Disabled"


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (", StartingPosition: LATEST, TumblingWindowInSeconds: 30", "its tumbling window"),
        (
            ", StartingPosition: LATEST, MaximumBatchingWindowInSeconds: 5",
            "its batching window of 5 s: what is there is a batch",
        ),
        (
            ", StartingPosition: AT_TIMESTAMP, StartingPositionTimestamp: 1",
            "its starting position: it reads what comes from now on",
        ),
        (
            ", StartingPosition: LATEST, DestinationConfig: {OnFailure: {Destination: 'arn:aws:s3:::b'}}",
            "its destination: nothing is written into a bucket",
        ),
    ],
)
def test_what_a_mapping_cannot_do_is_named(completed: Completed, more: str, line: str) -> None:
    """Nothing is accepted and then not done."""
    lines, _ = completed(mapping("!GetAtt Clicks.Arn", more))

    assert f"not done here: It: {line}" in lines


def test_a_broker_is_named(completed: Completed) -> None:
    """Only queues and streams are read."""
    lines, _ = completed(mapping("'arn:aws:mq:us-east-1:000000000000:broker:orders:b-1'", ", Queues: [orders]"))

    assert "not done here: It: its source is not read: it is neither a queue nor a stream" in lines


@pytest.mark.parametrize("source", ["!GetAtt Work.Arn", "!GetAtt Clicks.Arn, StartingPosition: LATEST"])
def test_a_role_that_may_not_read_is_refused(completed: Completed, source: str) -> None:
    """AWS refuses the mapping when it is created; here the message says all that is missing."""
    with pytest.raises(DeploymentFailed, match="AWS would refuse the event source mapping 'It'"):
        completed(mapping(source).replace("FunctionName: !Ref Read", "FunctionName: !Ref May"))


def test_the_refusal_says_what_is_missing(cloud: Cloud, completed: Completed) -> None:
    """The role, the actions and the source."""
    with pytest.raises(DeploymentFailed) as raised:
        completed(mapping("!GetAtt Work.Arn").replace("FunctionName: !Ref Read", "FunctionName: !Ref May"))

    facts = dict(raised.value.facts)
    assert str(raised.value) == (
        "AWS would refuse the event source mapping 'It': its function's role may not read the source.\n"
        f"  role: {facts['role']}\n"
        "  not allowed: sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes\n"
        f"  on: {facts['on']}\n"
        "  Allow it in a policy of the role."
    )


def test_a_role_that_the_queue_itself_admits_is_not_judged(completed: Completed) -> None:
    """Who reads the policies of both is AWS."""
    policy = """
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Work]
      PolicyDocument:
        Statement: [{Effect: Allow, Principal: {AWS: !GetAtt Closed.Arn}, Action: "sqs:*", Resource: !GetAtt Work.Arn}]
"""

    lines, _ = completed(
        mapping("!GetAtt Work.Arn").replace("FunctionName: !Ref Read", "FunctionName: !Ref May") + policy
    )

    assert lines == []


TARGETS = """
Resources:
  Work: {Type: AWS::SQS::Queue}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: scheduler.amazonaws.com}, Action: "sts:AssumeRole"}]
  Rule:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 day)
      Targets:
        - {Id: a, Arn: !GetAtt Work.Arn, DeadLetterConfig: {Arn: !GetAtt Work.Arn}}
        - {Id: b, Arn: "arn:aws:kinesis:us-east-1:000000000000:stream/s", RoleArn: !GetAtt Role.Arn}
  Schedule:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: cron(0 3 * * ? *)
      ScheduleExpressionTimezone: Europe/Berlin
      FlexibleTimeWindow: {Mode: "OFF"}
      Target: {Arn: "arn:aws:scheduler:::aws-sdk:lambda:invoke", RoleArn: !GetAtt Role.Arn, Input: "{}"}
"""


def test_targets_that_are_not_started_are_named(completed: Completed) -> None:
    """So are dead-letter queues and time zones."""
    lines, _ = completed(TARGETS)

    assert sorted(lines) == [
        "not done here: Rule: its dead-letter queue: what a target does not take is lost",
        "not done here: Rule: its target arn:aws:kinesis:us-east-1:000000000000:stream/s is not started",
        "not done here: Schedule: its target arn:aws:scheduler:::aws-sdk:lambda:invoke is not started",
        "not done here: Schedule: its time zone Europe/Berlin: it is UTC",
    ]


SCHEDULES = """
Resources:
  Seen: {Type: AWS::SQS::Queue}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: scheduler.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: send
          PolicyDocument: {Statement: [{Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt Seen.Arn}]}
  Closed:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {Statement: []}}
  Without:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: at(2026-01-01T00:00:00)
      FlexibleTimeWindow: {Mode: "OFF"}
      Target: {Arn: !GetAtt Seen.Arn, RoleArn: !GetAtt Closed.Arn, Input: "without"}
  With:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: at(2026-01-01T00:00:00)
      FlexibleTimeWindow: {Mode: "OFF"}
      Target: {Arn: !GetAtt Seen.Arn, RoleArn: !GetAtt Role.Arn, Input: "with"}
"""


def test_a_schedule_starts_what_its_role_may(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """The other one is due as well, and its role may nothing."""
    names = deployed(system_of(SCHEDULES), cloud=cloud, stack=stack, tell=Said())
    sqs, found, over = cloud.client("sqs"), [], time.monotonic() + 30

    while not found and time.monotonic() < over:
        answer = sqs.receive_message(QueueUrl=names.physical["Seen"], MaxNumberOfMessages=10, WaitTimeSeconds=2)
        found += [message["Body"] for message in answer.get("Messages", [])]

    answer = sqs.receive_message(QueueUrl=names.physical["Seen"], MaxNumberOfMessages=10, WaitTimeSeconds=2)
    assert [*found, *answer.get("Messages", [])] == ["with"]
