"""Queues, and what Lambda reads from them and from streams."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.system.model import EventSourceMapping, Queue, System

QUEUES = """
    Parameters: {Receives: {Type: Number, Default: 4}}
    Resources:
      Plain: {Type: AWS::SQS::Queue}
      Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: dead.fifo, FifoQueue: "true"}}
      ByObject:
        Type: AWS::SQS::Queue
        Properties:
          FifoQueue: true
          RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: !Ref Receives}
      ByText:
        Type: AWS::SQS::Queue
        Properties:
          RedrivePolicy: '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dead.fifo", "maxReceiveCount": 2}'
      ByImport:
        Type: AWS::SQS::Queue
        Properties: {RedrivePolicy: {deadLetterTargetArn: !ImportValue dead, maxReceiveCount: 1}}
      Receiving: {Type: AWS::SQS::Queue, Properties: {RedriveAllowPolicy: {redrivePermission: allowAll}}}
"""


@pytest.mark.parametrize(
    "queue",
    [
        Queue(name="Plain"),
        Queue(name="Dead", fifo=True),
        Queue(name="ByObject", fifo=True, dead_letters="Dead", receives=4),
        Queue(name="ByText", dead_letters="Dead", receives=2),
        Queue(name="ByImport", dead_letters='{"Fn::ImportValue": "dead"}', receives=1),
        Queue(name="Receiving"),
    ],
    ids=lambda queue: queue.name,
)
def test_a_queue_knows_its_order_and_its_dead_letters(system_of: Callable[..., System], queue: Queue) -> None:
    """The policy is an object or text; a number in it may be text, and the queue may be meant by its ARN."""
    assert queue == system_of(QUEUES).queues[queue.name]


SAM = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work: {Type: AWS::SQS::Queue}
      Dead: {Type: AWS::SQS::Queue}
      Clicks: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
      Orders:
        Type: AWS::DynamoDB::Table
        Properties: {StreamSpecification: {StreamViewType: NEW_IMAGE}}
      Bill:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: functions/
          Handler: bill.handler
          Runtime: python3.12
          AutoPublishAlias: live
          Events:
            Work:
              Type: SQS
              Properties:
                Queue: !GetAtt Work.Arn
                MaximumBatchingWindowInSeconds: 5
                FunctionResponseTypes: [ReportBatchItemFailures]
                FilterCriteria: {Filters: [{Pattern: '{"body": {"kind": ["order"]}}'}]}
            Clicks:
              Type: Kinesis
              Properties:
                Stream: !GetAtt Clicks.Arn
                StartingPosition: LATEST
                BatchSize: 7
                Enabled: false
                BisectBatchOnFunctionError: true
                MaximumRetryAttempts: 3
                MaximumRecordAgeInSeconds: 60
                TumblingWindowInSeconds: 30
                DestinationConfig: {OnFailure: {Destination: !GetAtt Dead.Arn}}
            Orders:
              Type: DynamoDB
              Properties:
                {Stream: !GetAtt Orders.StreamArn, StartingPosition: LATEST, MaximumRetryAttempts: -1,
                 MaximumRecordAgeInSeconds: -1}
"""


@pytest.mark.parametrize(
    "mapping",
    [
        EventSourceMapping(
            name="BillWork",
            function="Bill",
            source="Work",
            kind="queue",
            window=5,
            filters=({"body": {"kind": ["order"]}},),
            reports_failures=True,
        ),
        EventSourceMapping(
            name="BillClicks",
            function="Bill",
            source="Clicks",
            kind="stream",
            enabled=False,
            batch_size=7,
            bisects=True,
            retries=3,
            maximum_age=60,
            on_failure="Dead",
            tumbling_window=30,
        ),
        EventSourceMapping(name="BillOrders", function="Bill", source="Orders", kind="table", batch_size=100),
    ],
    ids=lambda mapping: mapping.name,
)
def test_a_mapping_is_read_whole(system_of: Callable[..., System], mapping: EventSourceMapping) -> None:
    """What the template leaves out is what AWS takes: ten messages or a hundred records, any age, no end of trying."""
    assert mapping == system_of(SAM).mappings[mapping.name]


PLAIN = """
    Parameters: {{Queue: {{Type: String, Default: work}}}}
    Resources:
      Work: {{Type: AWS::SQS::Queue, Properties: {{QueueName: work}}}}
      Clicks: {{Type: AWS::Kinesis::Stream, Properties: {{Name: clicks, ShardCount: 1}}}}
      Reader: {{Type: AWS::Kinesis::StreamConsumer, Properties: {{ConsumerName: r, StreamARN: !GetAtt Clicks.Arn}}}}
      Orders: {{Type: AWS::DynamoDB::Table, Properties: {{TableName: orders}}}}
      World: {{Type: AWS::DynamoDB::GlobalTable, Properties: {{TableName: world}}}}
      Bill:
        Type: AWS::Lambda::Function
        Properties: {{FunctionName: shop-bill, Code: functions/, Handler: bill.handler, Runtime: python3.12}}
      Live: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: !Ref Bill, Name: live}}}}
      It: {{Type: AWS::Lambda::EventSourceMapping, Properties: {{{properties}}}}}
"""


@pytest.mark.parametrize(
    "function",
    [
        "!Ref Bill",
        "!GetAtt Bill.Arn",
        "!Ref Live",
        '!Sub "${Bill}:live"',
        "shop-bill",
        "shop-bill:live",
        '"000000000000:function:shop-bill"',
        '"arn:aws:lambda:us-east-1:000000000000:function:shop-bill"',
        '"arn:aws:lambda:us-east-1:000000000000:function:shop-bill:live"',
    ],
)
def test_a_function_is_meant_in_many_shapes(system_of: Callable[..., System], function: str) -> None:
    """Lambda takes a name, an ARN or a part of one, each with a version or an alias behind it."""
    found = system_of(PLAIN.format(properties=f"FunctionName: {function}, EventSourceArn: !GetAtt Work.Arn"))

    assert EventSourceMapping(name="It", function="Bill", source="Work", kind="queue") == found.mappings["It"]


OTHER_STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/other"


@pytest.mark.parametrize(
    ("source", "kind", "name"),
    [
        ("!GetAtt Work.Arn", "queue", "Work"),
        ('!Sub "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Queue}"', "queue", "Work"),
        ('!Join [":", [arn, aws, sqs, !Ref AWS::Region, !Ref AWS::AccountId, work]]', "queue", "Work"),
        ("!GetAtt Clicks.Arn", "stream", "Clicks"),
        ("!Ref Reader", "stream", "Clicks"),
        ('"arn:aws:kinesis:us-east-1:000000000000:stream/clicks/consumer/r:1"', "stream", "Clicks"),
        (f'"{OTHER_STREAM}"', "stream", OTHER_STREAM),
        ("!GetAtt Orders.StreamArn", "table", "Orders"),
        ("!GetAtt World.StreamArn", "table", "World"),
        ('"arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/2026-01-01T00:00:00.000"', "table", "Orders"),
        ("!ImportValue queue", "queue", '{"Fn::ImportValue": "queue"}'),
        ("!ImportValue stream, StartingPosition: LATEST", "stream", '{"Fn::ImportValue": "stream"}'),
    ],
)
def test_a_source_is_meant_in_many_shapes(system_of: Callable[..., System], source: str, kind: str, name: str) -> None:
    """What is imported is a stream when the mapping says where to start, and a queue otherwise."""
    found = system_of(PLAIN.format(properties=f"FunctionName: !Ref Bill, EventSourceArn: {source}")).mappings["It"]

    assert (name, kind) == (found.source, found.kind)


@pytest.mark.parametrize(
    "properties",
    [
        "EventSourceArn: !ImportValue broker, Queues: [orders]",
        "EventSourceArn: !ImportValue cluster, Topics: [orders], StartingPosition: LATEST",
        "SelfManagedEventSource: {Endpoints: {KafkaBootstrapServers: [a]}}, Topics: [orders]",
        "EventSourceArn: !ImportValue cluster, DocumentDBEventSourceConfig: {DatabaseName: a}",
        '"EventSourceArn": "arn:aws:mq:us-east-1:000000000000:broker:orders:b-1"',
        "EventSourceArn: !GetAtt Live.Arn",
    ],
)
def test_mappings_of_brokers_and_clusters_are_left_out(system_of: Callable[..., System], properties: str) -> None:
    """They are among the resources, where whoever needs them finds them by their type."""
    found = system_of(PLAIN.format(properties=f"FunctionName: !Ref Bill, {properties}"))

    assert not found.mappings
    assert "It" in found.resources
