from __future__ import annotations

from collections.abc import Callable

from harness.system.model import Rule, Subscription, System, Target

RULES = """
    Parameters:
      Service: {Type: String, Default: shop}
      State: {Type: String, Default: DISABLED}
    Resources:
      Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Sub "${Service}-bus"}}
      Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${AWS::StackName}-queue"}}
      Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /aws/events/shop}}
      Stream: {Type: AWS::Kinesis::Stream, Properties: {Name: audit}}
      ByRef:
        Type: AWS::Events::Rule
        Properties:
          EventBusName: !Ref Bus
          EventPattern: {source: [!Ref Service, !Ref Queue]}
          State: !Ref State
          Targets:
            - {Id: a, Arn: !GetAtt Queue.Arn, Input: '{"a": 1}'}
            - {Id: b, Arn: !Sub "arn:aws:sqs:us-east-1:000000000000:${AWS::StackName}-queue", InputPath: $.detail}
            - Id: c
              Arn: !Sub arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/events/shop:*
              InputTransformer: {InputTemplate: <a>, InputPathsMap: {a: $.id}}
            - {Id: d, Arn: "arn:aws:kinesis:us-east-1:000000000000:stream/audit"}
            - {Id: e, Arn: "arn:aws:sqs:us-east-1:000000000000:elsewhere"}
            - {Id: f, Arn: !ImportValue other-queue}
            - {Id: g, Arn: !GetAtt Undeclared.Arn}
      ByArn: {Type: AWS::Events::Rule, Properties: {EventBusName: !GetAtt Bus.Arn, EventPattern: '{"a": ["b"]}'}}
      ByName: {Type: AWS::Events::Rule, Properties: {EventBusName: shop-bus, ScheduleExpression: rate(1 day)}}
      ByWholeArn:
        Type: AWS::Events::Rule
        Properties: {EventBusName: "arn:aws:events:us-east-1:000000000000:event-bus/shop-bus", State: ENABLED}
      Foreign:
        Type: AWS::Events::Rule
        Properties: {EventBusName: "arn:aws:events:us-east-1:000000000000:event-bus/foreign"}
      Default: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: cron(0 12 * * ? *)}}
"""

SUBSCRIPTIONS = """
    Resources:
      Topic:
        Type: AWS::SNS::Topic
        Properties:
          TopicName: orders
          Subscription:
            - {Protocol: sqs, Endpoint: !GetAtt Queue.Arn}
            - {Protocol: email, Endpoint: orders@example.com}
      Queue: {Type: AWS::SQS::Queue}
      Full:
        Type: AWS::SNS::Subscription
        Properties:
          TopicArn: !Ref Topic
          Protocol: sqs
          Endpoint: !GetAtt Queue.Arn
          RawMessageDelivery: "true"
          FilterPolicy: {kind: [order]}
          FilterPolicyScope: MessageBody
      Named:
        Type: AWS::SNS::Subscription
        Properties:
          TopicArn: !Sub arn:aws:sns:${AWS::Region}:${AWS::AccountId}:orders
          Protocol: sqs
          Endpoint: arn:aws:sqs:us-east-1:000000000000:elsewhere
          FilterPolicy: '{"kind": ["order"]}'
"""


def test_rules_know_their_buses(system_of: Callable[..., System]) -> None:
    """A bus is meant by reference, name or ARN; one that is not declared keeps its name."""
    rules = system_of(RULES).rules

    buses = {"ByRef": "Bus", "ByArn": "Bus", "ByName": "Bus", "ByWholeArn": "Bus"}
    assert {**buses, "Foreign": "foreign", "Default": "default"} == {name: rule.bus for name, rule in rules.items()}


def test_a_rule_is_read_whole(system_of: Callable[..., System]) -> None:
    """Pattern, state and targets are resolved as far as parameters go."""
    rule = system_of(RULES).rules["ByRef"]

    transformer = {"InputTemplate": "<a>", "InputPathsMap": {"a": "$.id"}}
    assert (
        Rule(
            name="ByRef",
            bus="Bus",
            pattern={"source": ["shop", {"Ref": "Queue"}]},
            enabled=False,
            targets=(
                Target(resource="Queue", input='{"a": 1}'),
                Target(resource="Queue", input_path="$.detail"),
                Target(resource="Logs", input_transformer=transformer),
                Target(resource="Stream"),
                Target(resource="arn:aws:sqs:us-east-1:000000000000:elsewhere"),
                Target(resource='{"Fn::ImportValue": "other-queue"}'),
                Target(resource='{"Fn::GetAtt": ["Undeclared", "Arn"]}'),
            ),
        )
        == rule
    )


def test_a_rule_has_a_pattern_or_a_schedule(system_of: Callable[..., System]) -> None:
    """A pattern may be text; a schedule stays as it is written."""
    rules = system_of(RULES).rules

    assert Rule(name="ByArn", bus="Bus", pattern={"a": ["b"]}) == rules["ByArn"]
    assert Rule(name="Default", schedule="cron(0 12 * * ? *)") == rules["Default"]


def test_subscriptions_are_read_from_both_places(system_of: Callable[..., System]) -> None:
    """A subscription is a resource, or an entry in the list of its topic."""
    subscriptions = system_of(SUBSCRIPTIONS).subscriptions

    def subscription(name: str, endpoint: str, **rest: object) -> Subscription:
        known = {"topic": "Topic", "protocol": "sqs", **rest}
        return Subscription(name=name, endpoint=endpoint, **known)  # type: ignore[arg-type]

    policy = {"filter_policy": {"kind": ["order"]}}
    assert {
        "Full": subscription("Full", "Queue", raw=True, filter_scope="MessageBody", **policy),
        "Named": subscription("Named", "arn:aws:sqs:us-east-1:000000000000:elsewhere", **policy),
        "Topic[0]": subscription("Topic[0]", "Queue"),
        "Topic[1]": subscription("Topic[1]", "orders@example.com", protocol="email"),
    } == subscriptions
