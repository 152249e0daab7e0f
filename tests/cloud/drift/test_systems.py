"""The systems of this repository have no drift when nobody has touched their stages."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest

from harness.cloud.account import Cloud
from harness.cloud.drift import differences
from harness.cloud.opening import deployed
from harness.settings import read_settings
from harness.system.reader import read
from tests.cloud.support import Deployed

ROOT = Path(__file__).parents[3]
SYSTEMS = sorted(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["harness"]["systems"])


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_system_that_nobody_has_touched_has_no_drift(name: str, cloud: Cloud) -> None:
    """And that is found in a moment; the second look does not count what clients cost."""
    settings = read_settings(ROOT, environment={})
    found = settings.system(name)
    parameters = {key: value.replace("{stage}", "embedded") for key, value in found.parameters.items()}
    system = read(found.template, name=name, parameters=parameters, cache=cloud.folder / "templates")
    names = deployed(system, cloud=cloud, stack=settings.stack(name), tell=lambda _line: None)

    first = differences(system, cloud=cloud, names=names)
    began = time.monotonic()
    second = differences(system, cloud=cloud, names=names)

    assert [] == first == second
    assert time.monotonic() - began < 5


def test_the_demo_has_no_drift(demo: Deployed) -> None:
    """What was completed after the deployment is as the template says as well."""
    assert [] == differences(demo.system, cloud=demo.cloud, names=demo.names)


BROAD = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters: {Level: {Type: String, Default: INFO}, Seconds: {Type: Number, Default: 9}}
Conditions: {Never: !Equals [!Ref Level, NEVER]}
Globals:
  Function: {Runtime: python3.12, Handler: index.handler, Timeout: !Ref Seconds}
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Sub "${AWS::StackName}/bus"}}
  Queue: {Type: AWS::SQS::Queue}
  Absent: {Type: AWS::SQS::Queue, Condition: Never}
  Topic: {Type: AWS::SNS::Topic}
  Photos: {Type: AWS::S3::Bucket}
  Table:
    Type: AWS::Serverless::SimpleTable
  Stream: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Work:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: "handler = print"
      AutoPublishAlias: live
      FunctionUrlConfig: {AuthType: NONE}
      Policies:
        - SQSPollerPolicy: {QueueName: !GetAtt Queue.QueueName}
        - KinesisStreamReadPolicy: {StreamName: !Ref Stream}
      Environment:
        Variables: {LEVEL: !Ref Level, TABLE: !Ref Table, DEBUG: true, SIZE: 5, SHARE: 0.5, EMPTY: ""}
      Events:
        Get: {Type: Api, Properties: {Path: "/things/{id}", Method: get}}
        Any: {Type: HttpApi}
        Nightly: {Type: Schedule, Properties: {Schedule: cron(0 3 * * ? *), Enabled: false, Input: '{"a": [1, 2.0]}'}}
        Daily:
          Type: ScheduleV2
          Properties: {ScheduleExpression: rate(1 day), ScheduleExpressionTimezone: Europe/Berlin}
        Heard: {Type: SNS, Properties: {Topic: !Ref Topic, FilterPolicy: {n: [{numeric: [">", 1]}], b: [true]}}}
        Jobs: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 3, Enabled: false}}
        Read: {Type: Kinesis, Properties: {Stream: !GetAtt Stream.Arn, StartingPosition: LATEST}}
        Upload: {Type: S3, Properties: {Bucket: !Ref Photos, Events: [s3:ObjectCreated:Put, s3:ObjectRemoved:*]}}
        Placed:
          Type: EventBridgeRule
          Properties:
            EventBusName: !Ref Bus
            Pattern: {source: [shop], detail: {n: [{numeric: [">", 1.5]}], ok: [true, null]}}
            InputPath: $.detail
            DeadLetterConfig: {Type: SQS}
            RetryPolicy: {MaximumRetryAttempts: 2}
"""


def test_a_broad_template_has_no_drift(cloud: Cloud, tmp_path: Path, stack: str) -> None:
    """An alias behind every kind of event, values of every type, and a resource that its condition leaves out."""
    (tmp_path / "template.yaml").write_text(BROAD)
    system = read(tmp_path / "template.yaml", name="broad")
    names = deployed(system, cloud=cloud, stack=stack, tell=lambda _line: None)

    assert [] == list(map(str, differences(system, cloud=cloud, names=names)))
