"""The muted copy of a template: nothing that is published starts a function."""

from __future__ import annotations

import copy
import json
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.deploying import undeploy
from harness.cloud.names import Names
from harness.cloud.opening import deployed
from harness.system.model import System
from harness.system.muting import muted
from harness.system.reader import read

QUEUE = {"Fn::GetAtt": ["Queue", "Arn"]}
NEVER = {"harness:muted": ["never"]}
NO_VALUE = {"Ref": "AWS::NoValue"}

TO_FUNCTIONS = {
    "GetAtt": {"Fn::GetAtt": ["Notify", "Arn"]},
    "GetAtt as text": {"Fn::GetAtt": "Notify.Arn"},
    "alias": {"Ref": "Live"},
    "version": {"Ref": "First"},
    "Sub": {"Fn::Sub": "${Notify.Arn}:live"},
    "Sub with variables": {"Fn::Sub": ["${Target}", {"Target": {"Fn::GetAtt": ["Notify", "Arn"]}}]},
    "Sub of an ARN": {"Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:other"},
    "Join": {"Fn::Join": [":", ["arn", "aws", "lambda", {"Ref": "AWS::Region"}, "1", "function", "other"]]},
    "Join of a reference": {"Fn::Join": [":", [{"Fn::GetAtt": ["Notify", "Arn"]}, "live"]]},
    "text": "arn:aws:lambda:us-east-1:000000000000:function:other",
    "parameter": {"Ref": "Target"},
    "mapping": {"Fn::FindInMap": ["Targets", "dev", "arn"]},
}
ELSEWHERE = {
    "GetAtt": QUEUE,
    "Sub": {"Fn::Sub": "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:Notify"},
    "literal Sub": {"Fn::Sub": "arn:aws:sqs:us-east-1:1:${!other}"},
    "Join": {"Fn::Join": [":", {"Ref": "Parts"}]},
    "If with a condition called like a function": {"Fn::If": ["Notify", QUEUE, QUEUE]},
    "import": {"Fn::ImportValue": "other"},
    "parameter": {"Ref": "Other"},
}


def template(type_: str, **properties: Any) -> dict[str, Any]:
    """A template with functions and one thing under test."""
    return {
        "Mappings": {"Targets": {"dev": {"arn": "arn:aws:lambda:us-east-1:000000000000:function:mapped"}}},
        "Resources": {
            "Notify": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "a.b"}},
            "Live": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Notify"}}},
            "First": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Notify"}}},
            "Queue": {"Type": "AWS::SQS::Queue"},
            "It": {"Type": type_, "Properties": properties},
        },
    }


def of_muted(type_: str, **properties: Any) -> Any:
    """The properties of one thing in the muted copy."""
    parameters = {"Target": "arn:aws:lambda:us-east-1:000000000000:function:p", "Other": "arn:aws:sqs:us-east-1:1:q"}
    return muted(template(type_, **properties), parameters=parameters)["Resources"]["It"]["Properties"]


@pytest.mark.parametrize("arn", TO_FUNCTIONS.values(), ids=TO_FUNCTIONS.keys())
def test_a_rule_loses_its_functions(arn: Any) -> None:
    """A function is recognised in every shape in which a template can name it."""
    found = of_muted("AWS::Events::Rule", Targets=[{"Id": "f", "Arn": arn}, {"Id": "q", "Arn": QUEUE}])

    assert found == {"Targets": [{"Id": "q", "Arn": QUEUE}]}


@pytest.mark.parametrize("arn", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_a_rule_keeps_its_other_targets(arn: Any) -> None:
    """What leads elsewhere, or nobody knows where, stays as it is."""
    targets = [{"Id": "q", "Arn": arn, "Input": "{}"}]

    assert of_muted("AWS::Events::Rule", Targets=targets) == {"Targets": targets}


def test_what_a_condition_chooses_is_judged_branch_by_branch() -> None:
    """Of a target that is a function here and a queue there, the queue stays."""
    arn = {"Fn::If": ["IsDev", {"Fn::GetAtt": "Notify.Arn"}, QUEUE]}

    found = of_muted("AWS::Events::Rule", Targets=[{"Id": "t", "Arn": arn}])

    assert found == {"Targets": [{"Fn::If": ["IsDev", NO_VALUE, {"Id": "t", "Arn": QUEUE}]}]}


def test_a_target_that_a_condition_chooses_is_found() -> None:
    """So is one in a whole list that a condition chooses."""
    function, queue = {"Id": "f", "Arn": {"Ref": "Live"}}, {"Id": "q", "Arn": QUEUE}
    inner = {"Fn::If": ["IsDev", function, NO_VALUE]}

    found = of_muted("AWS::Events::Rule", Targets={"Fn::If": ["IsProd", [inner, queue], [function]]})

    assert found == {"Targets": {"Fn::If": ["IsProd", [{"Fn::If": ["IsDev", NO_VALUE, NO_VALUE]}, queue], []]}}


@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        ("AWS::Events::Rule", {"ScheduleExpression": "rate(1 day)"}),
        ("AWS::Events::Rule", {"Targets": {"Ref": "Targets"}}),
        ("AWS::SNS::Topic", {"TopicName": "t"}),
        ("AWS::SNS::Subscription", {"Protocol": "sqs", "Endpoint": QUEUE, "FilterPolicy": {"a": ["b"]}}),
        ("AWS::S3::Bucket", {"BucketName": "b"}),
        ("AWS::S3::Bucket", {"NotificationConfiguration": {"Ref": "Given"}}),
        ("AWS::Scheduler::Schedule", {"Target": {"Arn": QUEUE}, "State": "ENABLED"}),
        ("AWS::Logs::SubscriptionFilter", {"DestinationArn": QUEUE, "FilterPattern": "ERROR"}),
        ("AWS::Pipes::Pipe", {"Source": QUEUE, "Target": {"Ref": "Bus"}}),
        ("AWS::Lambda::Permission", {"FunctionName": {"Ref": "Notify"}}),
        ("AWS::Cognito::UserPool", {"LambdaConfig": {"PreSignUp": {"Fn::GetAtt": "Notify.Arn"}}}),
        ("AWS::StepFunctions::StateMachine", {"DefinitionString": {"Fn::Sub": "${Notify.Arn}"}}),
        ("AWS::Events::Rule", {}),
    ],
)
def test_what_starts_no_function_stays(type_: str, properties: dict[str, Any]) -> None:
    """So does what calls one, such as a user pool or a state machine."""
    assert of_muted(type_, **properties) == properties


def test_a_subscription_of_a_function_gets_no_message() -> None:
    """It stays, so that what names it is still valid, with a policy that no message matches."""
    properties = {
        "TopicArn": "t",
        "Protocol": "lambda",
        "Endpoint": {"Ref": "Live"},
        "FilterPolicyScope": "MessageBody",
    }

    found = of_muted("AWS::SNS::Subscription", **properties)

    assert found == {**properties, "FilterPolicy": NEVER, "FilterPolicyScope": "MessageAttributes"}


def test_the_protocol_tells_a_function_too() -> None:
    """An endpoint that is imported is a function when the protocol says so."""
    found = of_muted("AWS::SNS::Subscription", Protocol="lambda", Endpoint={"Fn::ImportValue": "other"})

    assert found["FilterPolicy"] == NEVER


def test_a_subscription_that_a_condition_chooses_keeps_its_queue() -> None:
    """Policy and scope are those of the template where the endpoint is a queue."""
    endpoint = {"Fn::If": ["IsDev", {"Fn::GetAtt": "Notify.Arn"}, QUEUE]}
    protocol = {"Fn::If": ["IsDev", "lambda", "sqs"]}

    found = of_muted("AWS::SNS::Subscription", Protocol=protocol, Endpoint=endpoint, FilterPolicy={"a": ["b"]})

    assert found["FilterPolicy"] == {"Fn::If": ["IsDev", NEVER, {"a": ["b"]}]}
    assert found["FilterPolicyScope"] == {"Fn::If": ["IsDev", "MessageAttributes", NO_VALUE]}


def test_a_topic_loses_the_functions_that_it_lists() -> None:
    """Nothing can name a subscription that a topic lists itself."""
    queue = {"Protocol": "sqs", "Endpoint": QUEUE}

    found = of_muted("AWS::SNS::Topic", Subscription=[{"Protocol": "lambda", "Endpoint": {"Ref": "Live"}}, queue])

    assert found == {"Subscription": [queue]}


def test_a_mapping_is_off() -> None:
    """A mapping leads to a function, whichever its source."""
    found = of_muted("AWS::Lambda::EventSourceMapping", FunctionName="f", Enabled={"Ref": "IsOn"})

    assert found == {"FunctionName": "f", "Enabled": False}


@pytest.mark.parametrize("name", ["LambdaConfigurations", "LambdaFunctionConfigurations"])
def test_a_bucket_tells_no_function(name: str) -> None:
    """Queues and the bus are told as before, also where a condition chooses."""
    queues = {"QueueConfigurations": [{"Event": "s3:ObjectCreated:*", "Queue": QUEUE}], "EventBridgeConfiguration": {}}
    given = {"Fn::If": ["IsDev", {name: [{"Function": {"Ref": "Live"}}], **queues}, NO_VALUE]}

    for type_ in ("AWS::S3::Bucket", "Custom::S3BucketNotifications"):
        found = of_muted(type_, NotificationConfiguration=given)

        assert found == {"NotificationConfiguration": {"Fn::If": ["IsDev", queues, NO_VALUE]}}


@pytest.mark.parametrize(
    ("type_", "properties", "off"),
    [
        ("AWS::Scheduler::Schedule", {"Target": {"Arn": {"Ref": "Live"}}}, {"State": "DISABLED"}),
        (
            "AWS::Scheduler::Schedule",
            {"Target": {"Arn": "arn:aws:scheduler:::aws-sdk:lambda:invoke"}, "State": "ENABLED"},
            {"State": "DISABLED"},
        ),
        (
            "AWS::Logs::SubscriptionFilter",
            {"DestinationArn": {"Ref": "Live"}, "FilterPattern": ""},
            {"FilterPattern": "{ ($.harnessLeadsNowhere = 1) && ($.harnessLeadsNowhere = 2) }"},
        ),
        ("AWS::Pipes::Pipe", {"Source": QUEUE, "Target": {"Ref": "Live"}}, {"DesiredState": "STOPPED"}),
        (
            "AWS::Pipes::Pipe",
            {"Target": QUEUE, "Enrichment": {"Ref": "Live"}, "DesiredState": "RUNNING"},
            {"DesiredState": "STOPPED"},
        ),
    ],
)
def test_what_leads_to_a_function_is_switched_off(type_: str, properties: Any, off: dict[str, str]) -> None:
    """It stays there, so that what names it is still valid."""
    assert of_muted(type_, **properties) == {**properties, **off}


def test_a_switch_keeps_its_place_in_the_other_branch() -> None:
    """Where a condition chooses a queue, the state is the template's."""
    target = {"Arn": {"Fn::If": ["IsDev", {"Ref": "Live"}, QUEUE]}}

    found = of_muted("AWS::Scheduler::Schedule", Target=target)

    assert found["State"] == {"Fn::If": ["IsDev", "DISABLED", NO_VALUE]}


def test_the_template_itself_stays() -> None:
    """The muted template is another one, with every resource and everything beside them."""
    given = template("AWS::Events::Rule", Targets=[{"Id": "f", "Arn": {"Ref": "Live"}}])
    before = copy.deepcopy(given)

    found = muted(given)

    assert given == before
    assert found.keys() == given.keys()
    assert found["Resources"].keys() == given["Resources"].keys()


CODE = """
import os
import boto3

def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["STARTED"], MessageBody="started")
"""

SYSTEM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Sub "${AWS::StackName}-bus"}}
  Topic: {Type: AWS::SNS::Topic}
  Work: {Type: AWS::SQS::Queue}
  Started: {Type: AWS::SQS::Queue}
  Seen: {Type: AWS::SQS::Queue}
  SeenPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Seen]
      PolicyDocument:
        Statement: [{Effect: Allow, Principal: "*", Action: sqs:SendMessage, Resource: !GetAtt Seen.Arn}]
  ToQueue:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [shop]}
      Targets: [{Id: seen, Arn: !GetAtt Seen.Arn}]
  Notify:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/
      Handler: notify.handler
      Runtime: python3.12
      Environment: {Variables: {STARTED: !Ref Started}}
      Policies: [{SQSSendMessagePolicy: {QueueName: !GetAtt Started.QueueName}}]
      Events:
        Placed: {Type: EventBridgeRule, Properties: {EventBusName: !Ref Bus, Pattern: {source: [shop]}}}
        Told: {Type: SNS, Properties: {Topic: !Ref Topic}}
        Sent: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn, BatchSize: 1}}
"""


@pytest.fixture
def published(cloud: Cloud, written: Callable[..., Path]) -> Iterator[Callable[..., tuple[Cloud, Names]]]:
    """Deploys the system, muted or not, and publishes to its bus, its topic and its queue."""
    stack = f"muting-{uuid.uuid4().hex[:8]}"
    account = embedded_cloud(cloud.endpoint or "", folder=cloud.folder, region=cloud.region, account="000000000077")

    def publish(*, muted: bool) -> tuple[Cloud, Names]:
        template = written(SYSTEM)
        (template.parent / "functions" / "notify.py").write_text(CODE)
        system = read(template, name="muting", account=account.account, muted=muted)
        names = deployed(system, cloud=account, stack=stack, tell=lambda _line: None)
        entry = {"EventBusName": names.physical["Bus"], "Source": "shop", "DetailType": "placed", "Detail": "{}"}
        account.client("events").put_events(Entries=[entry])
        account.client("sns").publish(TopicArn=names.physical["Topic"], Message="told")
        account.client("sqs").send_message(QueueUrl=names.physical["Work"], MessageBody="sent")
        return account, names

    yield publish
    undeploy(cloud=account, stack=stack, progress=lambda _line: None)


def messages(cloud: Cloud, queue: str, *, within: float, enough: int) -> list[str]:
    """What a queue has within some seconds, or until it is enough."""
    found: list[str] = []
    deadline = time.monotonic() + within
    while len(found) < enough and time.monotonic() < deadline:
        answer = cloud.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        found += [message["Body"] for message in answer.get("Messages", [])]
        time.sleep(0.02)
    return found


def test_what_is_published_starts_functions(published: Callable[..., tuple[Cloud, Names]]) -> None:
    """Without muting the function is started three times: otherwise the next test would prove nothing."""
    cloud, names = published(muted=False)

    assert len(messages(cloud, names.physical["Started"], within=20, enough=3)) == 3


def test_what_is_published_starts_no_muted_function(published: Callable[..., tuple[Cloud, Names]]) -> None:
    """The rule still sends to the queue, and the message for the function stays where it is."""
    cloud, names = published(muted=True)

    (seen,) = messages(cloud, names.physical["Seen"], within=20, enough=1)
    assert json.loads(seen)["source"] == "shop"
    assert messages(cloud, names.physical["Started"], within=2.5, enough=1) == []
    assert messages(cloud, names.physical["Work"], within=20, enough=1) == ["sent"]


def test_the_muted_system_is_read_whole(system_of: Callable[..., System]) -> None:
    """Rules, subscriptions and mappings of the model are muted as well; the functions are all there."""
    found = system_of(SYSTEM, muted=True)

    assert {name: len(rule.targets) for name, rule in found.rules.items()} == {"ToQueue": 1, "NotifyPlaced": 0}
    assert [subscription.filter_policy for subscription in found.subscriptions.values()] == [NEVER]
    assert [mapping.properties["Enabled"] for mapping in found.of_type("AWS::Lambda::EventSourceMapping").values()] == [
        False
    ]
    assert set(found.functions) == {"Notify"}


OTHER_DOORS = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Photos: {Type: AWS::S3::Bucket, Properties: {BucketName: shop-photos}}
      Work: {Type: AWS::SQS::Queue}
      Topic: {Type: AWS::SNS::Topic}
      Told:
        Type: AWS::S3::Bucket
        Properties:
          NotificationConfiguration:
            EventBridgeConfiguration: {EventBridgeEnabled: true}
            QueueConfigurations: [{Event: "s3:ObjectCreated:*", Queue: !GetAtt Work.Arn}]
            TopicConfigurations: [{Event: "s3:ObjectCreated:*", Topic: !Ref Topic}]
      Notify:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: functions/
          Handler: notify.handler
          Runtime: python3.12
          Events:
            Hourly: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}
            Daily: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
            Uploaded: {Type: S3, Properties: {Bucket: !Ref Photos, Events: "s3:ObjectCreated:*"}}
            Seen: {Type: EventBridgeRule, Properties: {Pattern: {source: [aws.s3]}}}
      Universal:
        Type: AWS::Scheduler::Schedule
        Properties:
          ScheduleExpression: rate(1 day)
          FlexibleTimeWindow: {Mode: "OFF"}
          Target: {Arn: "arn:aws:scheduler:::aws-sdk:lambda:invoke", RoleArn: r, Input: "{}"}
"""


@pytest.fixture
def silent(system_of: Callable[..., System]) -> System:
    return system_of(OTHER_DOORS, muted=True)


def test_muted_schedules_start_nothing(silent: System) -> None:
    """A rule loses its function, a schedule is off, also where it calls Lambda's own API."""
    assert [rule.targets for rule in silent.rules.values()] == [(), ()]
    assert {name: schedule.enabled for name, schedule in silent.schedules.items()} == {
        "NotifyDaily": False,
        "Universal": False,
    }


def test_muted_buckets_tell_queues_topics_and_the_bus(silent: System) -> None:
    """What they tell a function is left to whoever tests."""
    assert [notification.target for notification in silent.notifications.values()] == ["Work", "Topic"]
    assert silent.buckets_on_bus == {"Told"}


def test_a_muted_bucket_keeps_its_name(silent: System) -> None:
    """Code, environment and policies may have it as text; in the embedded cloud each account has names of its own."""
    assert silent.resources["Photos"].properties["BucketName"] == "shop-photos"
