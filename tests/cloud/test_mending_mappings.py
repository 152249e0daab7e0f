"""Event source mappings of the embedded cloud: filters, retries, reports and destinations as in AWS."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.cloud.account import Cloud
from harness.cloud.deploying import undeploy
from harness.cloud.names import Names
from harness.cloud.opening import deployed
from harness.system.reader import read

from .support import Said

CODE = """
import base64, json, os
import boto3

sqs = boto3.client("sqs")

def content(record):
    if "kinesis" in record:
        return base64.b64decode(record["kinesis"]["data"]).decode()
    return record["dynamodb"]["Keys"]["id"]["S"] if "dynamodb" in record else record["body"]

def number(record):
    found = record.get("kinesis") or record.get("dynamodb") or record
    return found.get("sequenceNumber") or found.get("SequenceNumber") or record["messageId"]

def handler(event, context):
    contents = [content(record) for record in event["Records"]]
    told = {"contents": contents, "role": event["Records"][0].get("invokeIdentityArn")}
    sqs.send_message(QueueUrl=os.environ["SEEN"], MessageBody=json.dumps(told))
    if any("poison" in one for one in contents):
        raise ValueError("poisoned")
    if any("unreadable" in one for one in contents):
        return {"batchItemFailures": [{"id": "?"}]}
    return {"batchItemFailures": [{"itemIdentifier": number(one)} for one in event["Records"] if "bad" in content(one)]}
"""

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Seen: {Type: AWS::SQS::Queue}
  Given: {Type: AWS::SQS::Queue}
  Work: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 30}}
  Retried: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Bisected: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Reported: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Endless: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Filtered: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Items:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      StreamSpecification: {StreamViewType: KEYS_ONLY}
  Read:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code/
      Handler: read.handler
      Runtime: python3.12
      Environment: {Variables: {SEEN: !Ref Seen}}
      Policies:
        - SQSSendMessagePolicy: {QueueName: !GetAtt Seen.QueueName}
        - SQSSendMessagePolicy: {QueueName: !GetAtt Given.QueueName}
      Events:
        Work: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn, FunctionResponseTypes: [ReportBatchItemFailures]}}
        Retried:
          Type: Kinesis
          Properties:
            Stream: !GetAtt Retried.Arn
            StartingPosition: TRIM_HORIZON
            MaximumRetryAttempts: 2
            DestinationConfig: {OnFailure: {Destination: !GetAtt Given.Arn}}
        Bisected:
          Type: Kinesis
          Properties:
            Stream: !GetAtt Bisected.Arn
            StartingPosition: TRIM_HORIZON
            MaximumRetryAttempts: 0
            BisectBatchOnFunctionError: true
            DestinationConfig: {OnFailure: {Destination: !GetAtt Given.Arn}}
        Reported:
          Type: Kinesis
          Properties:
            Stream: !GetAtt Reported.Arn
            StartingPosition: TRIM_HORIZON
            MaximumRetryAttempts: 1
            FunctionResponseTypes: [ReportBatchItemFailures]
        Endless:
          Type: Kinesis
          Properties: {Stream: !GetAtt Endless.Arn, StartingPosition: TRIM_HORIZON, Enabled: false}
        Filtered:
          Type: Kinesis
          Properties:
            Stream: !GetAtt Filtered.Arn
            StartingPosition: TRIM_HORIZON
            FilterCriteria: {Filters: [{Pattern: '{"data": {"$or": [{"a": [{"wildcard": "x*y"}]}, {"b": [null]}]}}'}]}
        Items:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Items.StreamArn
            StartingPosition: TRIM_HORIZON
            MaximumRetryAttempts: 1
            DestinationConfig: {OnFailure: {Destination: !GetAtt Given.Arn}}
"""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A deployed stage, and how a test speaks to it."""

    cloud: Cloud
    names: Names

    def put(self, stream: str, *contents: str) -> None:
        records = [{"Data": one.encode(), "PartitionKey": "p"} for one in contents]
        self.cloud.client("kinesis").put_records(StreamName=self.names.physical[stream], Records=records)

    def messages(self, queue: str, *, enough: int, within: float = 20.0) -> list[Any]:
        """What a queue gets within some seconds, or until it is enough."""
        sqs, url, found = self.cloud.client("sqs"), self.names.physical[queue], []
        deadline = time.monotonic() + within
        while len(found) < enough and time.monotonic() < deadline:
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            time.sleep(0.02)
        return found

    def comes_to(self, mapping: str, result: str, *, within: float = 20.0) -> bool:
        """Whether the last batch of a mapping comes to this within some seconds."""
        client, deadline = self.cloud.client("lambda"), time.monotonic() + within
        while client.get_event_source_mapping(UUID=self.names.physical[mapping])["LastProcessingResult"] != result:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def seen(self, *, enough: int, within: float = 20.0) -> list[list[str]]:
        """The batches that the function got."""
        return [message["contents"] for message in self.messages("Seen", enough=enough, within=within)]


@pytest.fixture(scope="module")
def whole(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder, name = tmp_path_factory.mktemp("mappings"), f"mappings-{uuid.uuid4().hex[:8]}"
    (folder / "code").mkdir()
    (folder / "code" / "read.py").write_text(CODE)
    template: Path = folder / "template.yaml"
    template.write_text(TEMPLATE)
    names = deployed(read(template, name="mappings"), cloud=cloud, stack=name, tell=Said())
    yield Stage(cloud=cloud, names=names)
    undeploy(cloud=cloud, stack=name, progress=Said())


@pytest.fixture
def stage(whole: Stage) -> Iterator[Stage]:
    """The stage, whose queues are empty in the end."""
    yield whole
    for queue in ("Seen", "Given"):
        whole.cloud.client("sqs").purge_queue(QueueUrl=whole.names.physical[queue])


def test_a_batch_is_tried_again_as_often_as_the_mapping_says(stage: Stage) -> None:
    """Then the next one has its turn."""
    stage.put("Retried", "poison")
    tried = stage.seen(enough=3)

    stage.put("Retried", "good")

    assert [*tried, *stage.seen(enough=2, within=2.5)] == [["poison"], ["poison"], ["poison"], ["good"]]


def test_the_destination_is_told_of_a_batch_that_is_given_up(stage: Stage) -> None:
    """It gets the place of the records and not their content."""
    stage.put("Retried", "poison", "good")

    [told] = stage.messages("Given", enough=1)

    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert told["requestContext"]["approximateInvokeCount"] == 3
    assert told["requestContext"]["functionArn"] == stage.names.functions["Read"].arn
    assert told["KinesisBatchInfo"]["batchSize"] == 2
    assert told["KinesisBatchInfo"]["shardId"] == "shardId-000000000000"


def test_a_bisected_batch_is_given_up_for_the_bad_record_only(stage: Stage) -> None:
    """Halves are no attempts: none was allowed beyond the first."""
    stage.put("Bisected", "a", "b", "poison", "d")

    [told] = stage.messages("Given", enough=1)

    assert told["KinesisBatchInfo"]["batchSize"] == 1
    assert stage.seen(enough=5) == [["a", "b", "poison", "d"], ["a", "b"], ["poison", "d"], ["poison"], ["d"]]


def test_a_reported_record_is_where_the_next_attempt_begins(stage: Stage) -> None:
    """The records before it are done."""
    stage.put("Reported", "a", "bad", "c")

    assert stage.seen(enough=3, within=2.5) == [["a", "bad", "c"], ["bad", "c"]]


def test_a_report_that_cannot_be_read_is_a_failure_of_the_whole_batch(stage: Stage) -> None:
    """Its key has another name than Lambda's."""
    stage.put("Reported", "a", "unreadable")

    assert stage.seen(enough=3, within=2.5) == [["a", "unreadable"]] * 2


def test_filters_know_the_language_of_event_patterns(stage: Stage) -> None:
    """Alternatives, wildcards and null among it."""
    contents = [{"a": "x-y"}, {"a": "xz"}, {"b": None}, {"b": 1}]

    stage.put("Filtered", *map(json.dumps, contents), "no JSON")

    assert stage.seen(enough=2, within=2.5) == [['{"a": "x-y"}', '{"b": null}']]


def test_records_of_streams_tell_the_role_that_reads_them(stage: Stage) -> None:
    """It is that of the function."""
    stage.put("Reported", "a")

    [told] = stage.messages("Seen", enough=1)

    assert told["role"] == stage.names.functions["Read"].role


def test_a_batch_of_a_table_is_given_up(stage: Stage) -> None:
    """As one of Kinesis."""
    table = stage.names.physical["Items"]

    stage.cloud.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "poison"}})

    [told] = stage.messages("Given", enough=1)
    assert told["requestContext"]["approximateInvokeCount"] == 2
    assert told["DDBStreamBatchInfo"]["batchSize"] == 1
    assert stage.seen(enough=3, within=2.5) == [["poison"]] * 2


@pytest.mark.parametrize(("content", "result", "left"), [("good", "OK - 1 records", 0), ("unreadable", "FAILED", 1)])
def test_a_message_with_an_unreadable_report_comes_again(
    stage: Stage, content: str, result: str, left: int, messages_in: Callable[[str], int]
) -> None:
    """Lambda deletes what has succeeded only."""
    url = stage.names.physical["Work"]
    stage.cloud.client("sqs").send_message(QueueUrl=url, MessageBody=content)

    assert stage.seen(enough=1) == [[content]]
    assert stage.comes_to("ReadWork", result)
    assert messages_in(url) == left


@pytest.fixture
def messages_in(stage: Stage) -> Iterator[Callable[[str], int]]:
    """Counts the messages of a queue, and empties it in the end."""
    sqs, counted = stage.cloud.client("sqs"), []
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def count(url: str) -> int:
        counted.append(url)
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    yield count
    for url in counted:
        sqs.purge_queue(QueueUrl=url)


@pytest.fixture
def endless(stage: Stage) -> Iterator[None]:
    """Switches the mapping on that tries without end."""
    client, mapping = stage.cloud.client("lambda"), stage.names.physical["ReadEndless"]
    client.update_event_source_mapping(UUID=mapping, Enabled=True)
    yield
    client.update_event_source_mapping(UUID=mapping, Enabled=False)
    # Its last turn may still go on: it tries again every tenth of a second.
    while stage.seen(enough=1, within=1.0):
        pass


@pytest.mark.usefixtures("endless")
def test_a_batch_without_a_limit_holds_its_shard_back(stage: Stage) -> None:
    """Other mappings are read meanwhile."""
    stage.put("Endless", "poison")
    stage.seen(enough=1)
    stage.put("Endless", "good")
    stage.put("Bisected", "other")

    found = stage.seen(enough=8)

    assert ["other"] in found
    assert found.count(["poison"]) == len(found) - 1 > 1
