"""A small system in the embedded cloud, its taps, and what speaks to it as the outside world does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.cloud.deploying import undeploy
from harness.cloud.names import Names
from harness.cloud.opening import deployed
from harness.journal.behind import Patience
from harness.journal.journal import Journal
from harness.journal.taps import Taps
from harness.ledger import read
from harness.system.model import System
from harness.system.reader import read as read_template

TEMPLATE = """
Resources:
  EventBus: {Type: AWS::Events::EventBus, Properties: {Name: !Sub "${AWS::StackName}-bus"}}
  LoudBus: {Type: AWS::Events::EventBus, Properties: {Name: !Sub "${AWS::StackName}-loud"}}
  Topic: {Type: AWS::SNS::Topic}
  FifoTopic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub "${AWS::StackName}.fifo", FifoTopic: true}}
  HeardTopic: {Type: AWS::SNS::Topic}
  QueueTopic: {Type: AWS::SNS::Topic}
  AuditQueue: {Type: AWS::SQS::Queue}
  AuditPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref AuditQueue]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          Effect: Allow
          Principal: {Service: [sns.amazonaws.com, events.amazonaws.com]}
          Action: sqs:SendMessage
          Resource: !GetAtt AuditQueue.Arn
  AuditSubscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref QueueTopic, Protocol: sqs, Endpoint: !GetAtt AuditQueue.Arn}
  ShopRule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref EventBus
      EventPattern: {source: [shop]}
      Targets: [{Id: Audit, Arn: !GetAtt AuditQueue.Arn}]
  LoudRule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref LoudBus
      EventPattern: {source: [{prefix: ""}]}
      Targets: [{Id: Recorder, Arn: !GetAtt Recorder.Arn}]
  LoudPermission:
    Type: AWS::Lambda::Permission
    Properties:
      {Action: "lambda:InvokeFunction", FunctionName: !Ref Recorder, Principal: events.amazonaws.com,
       SourceArn: !GetAtt LoudRule.Arn}
  HeardSubscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref HeardTopic, Protocol: lambda, Endpoint: !GetAtt Recorder.Arn}
  HeardPermission:
    Type: AWS::Lambda::Permission
    Properties:
      {Action: "lambda:InvokeFunction", FunctionName: !Ref Recorder, Principal: sns.amazonaws.com,
       SourceArn: !Ref HeardTopic}
  Recorder:
    Type: AWS::Lambda::Function
    Properties:
      Code: code
      Handler: recorder.handler
      Runtime: python3.12
      Role: !GetAtt RecorderRole.Arn
      Environment: {Variables: {table: !Ref Table}}
  RecorderRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}
      Policies:
        - PolicyName: Recorder
          PolicyDocument:
            Version: "2012-10-17"
            Statement: {Effect: Allow, Action: "dynamodb:PutItem", Resource: !GetAtt Table.Arn}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
  TestQueue: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 1, MessageRetentionPeriod: 60}}
  TestQueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref TestQueue]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: sns.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt TestQueue.Arn
            Condition: {ArnEquals: {"aws:SourceArn": !Ref Topic}}
          - Effect: Allow
            Principal: {Service: events.amazonaws.com}
            Action: sqs:SendMessage
            Resource: !GetAtt TestQueue.Arn
            Condition: {ArnEquals: {"aws:SourceArn": !GetAtt TestRule.Arn}}
  TestSubscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt TestQueue.Arn, RawMessageDelivery: false}
  TestRule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref EventBus
      EventPattern: {source: [big-mouth]}
      Targets:
        - Id: TestQueue
          Arn: !GetAtt TestQueue.Arn
          InputTransformer:
            InputPathsMap: {id: $.id, time: $.time, source: $.source, detailType: $.detail-type, detail: $.detail}
            InputTemplate: !Sub >-
              {"eventBusName": "${EventBus}",
              "event": {"id": <id>, "time": <time>, "source": <source>, "detail-type": <detailType>,
              "detail": <detail>}}
"""

RECORDER = """
import json, os, uuid
import boto3


def handler(event, context):
    item = {"id": {"S": str(uuid.uuid4())}, "event": {"S": json.dumps(event)}}
    boto3.client("dynamodb").put_item(TableName=os.environ["table"], Item=item)
"""

# Of the embedded cloud: long enough for two cores that others use too.
PATIENCE = Patience(within=5.0, closing=5.0, grace=0.25)


class Elsewhere(Cloud):
    """The embedded cloud under the name of AWS."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(folder=cloud.folder, region=cloud.region)
        self._real = cloud

    def client(self, service: str, **config: Any) -> Any:
        return self._real.client(service, **config)


@dataclass(kw_only=True)
class Place:
    """A deployed system, and the outside world that speaks to it."""

    system: System
    cloud: Cloud
    names: Names
    began: float = 0.0
    tapped: list[Taps] = field(default_factory=list)

    def taps(self, **more: Any) -> Taps:
        """Give taps of it, not open yet, that are closed in the end."""
        tags = {"harness:run": "r", "harness:stage": "dev", "harness:created": "now"}
        given = {"run": new_uuid()[:8], "tags": tags, "patience": 5.0, **more}
        self.tapped.append(Taps(self.system, cloud=self.cloud, names=self.names, **given))
        return self.tapped[-1]

    def opened(self, *sources: str, **more: Any) -> Taps:
        """Give taps of some sources, open."""
        taps = self.taps(**more)
        taps.tap(*sources)
        return taps

    def journal(self, taps: Taps, **more: Any) -> Journal:
        """Give a journal of a test that begins now."""
        self.began = time.time()
        return Journal(taps, began=lambda: self.began, **{"patience": PATIENCE, **more})

    def put(self, *details: Any, bus: str = "EventBus", source: str = "kitchen", kind: str = "placed") -> list[str]:
        """Put events on a bus and give their ids."""
        name = self.names.physical.get(bus, bus)
        entries = [
            {"EventBusName": name, "Source": source, "DetailType": kind, "Detail": json.dumps(one)} for one in details
        ]
        events = self.cloud.client("events")
        batches = [events.put_events(Entries=entries[i : i + 10])["Entries"] for i in range(0, len(entries), 10)]
        return [one["EventId"] for batch in batches for one in batch]

    def notify(self, message: Any, *, topic: str = "Topic", **more: Any) -> str:
        """Publish a message and give its id."""
        answer = self.cloud.client("sns").publish(
            TopicArn=self.names.physical[topic], Message=json.dumps(message), **more
        )
        return str(answer["MessageId"])

    def send(self, taps: Taps, *bodies: str, delay: int = 0) -> None:
        """Send bodies straight into the queue of the first taps."""
        sqs, url = self.cloud.client("sqs"), self.queue_of(taps)
        for body in bodies:
            sqs.send_message(QueueUrl=url, MessageBody=body, DelaySeconds=delay)

    def queue_of(self, taps: Taps) -> str:
        return str(taps._readers[0].url)  # type: ignore[attr-defined]  # noqa: SLF001 - where the hostile send to

    def elsewhere(self, **more: Any) -> Taps:
        """Give taps that take the embedded cloud for AWS."""
        cloud = self.cloud
        self.cloud = Elsewhere(cloud)
        taps = self.taps(**more)
        self.cloud = cloud
        return taps

    def noted(self) -> list[str]:
        """Give the kinds of what the ledger has as left, in the order in which it is taken away."""
        return [one.thing.kind for one in read(self.cloud.ledger.path).left]

    def reasons(self) -> list[str]:
        """Give why it could not be taken away."""
        return [one.why for one in read(self.cloud.ledger.path).left]

    def left(self) -> list[str]:
        """Give what taps have created and not taken away: queues, rules, subscriptions."""
        sqs, events, sns = (self.cloud.client(name) for name in ("sqs", "events", "sns"))
        queues = sqs.list_queues(QueueNamePrefix="harness-").get("QueueUrls", [])
        buses = [one["Name"] for one in events.list_event_buses()["EventBuses"]]
        rules = [
            rule["Name"]
            for bus in buses
            for rule in events.list_rules(EventBusName=bus, NamePrefix="harness-")["Rules"]
        ]
        subscriptions = sns.get_paginator("list_subscriptions").paginate()
        endpoints = [one["Endpoint"] for page in subscriptions for one in page["Subscriptions"]]
        return [*queues, *rules, *(one for one in endpoints if ":harness-" in one)]


@pytest.fixture(scope="module")
def deploy(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Place]]:
    """Deploys a template under a new name."""
    stacks: list[str] = []

    def new(template: str = TEMPLATE) -> Place:
        folder = tmp_path_factory.mktemp("system")
        (folder / "code").mkdir()
        (folder / "code" / "recorder.py").write_text(RECORDER)
        (folder / "template.yaml").write_text(template)
        system = read_template(folder / "template.yaml", name="small")
        stacks.append(f"small-{new_uuid()[:8]}")
        names = deployed(system, cloud=cloud, stack=stacks[-1], tell=lambda _line: None)
        return Place(system=system, cloud=cloud, names=names)

    yield new
    for stack in stacks:
        undeploy(cloud=cloud, stack=stack, progress=lambda _line: None)


@pytest.fixture(scope="module")
def small(deploy: Callable[..., Place]) -> Place:
    """The small system, deployed once for a file."""
    return deploy()


@pytest.fixture
def place(small: Place) -> Iterator[Place]:
    """The small system for one test, whose taps are closed afterwards."""
    mine = Place(system=small.system, cloud=small.cloud, names=small.names)
    # Nothing is ever deleted from it, and it keeps for a minute what tests before have published.
    small.cloud.client("sqs").purge_queue(QueueUrl=small.names.physical["TestQueue"])
    yield mine
    for taps in mine.tapped:
        taps.close()
