"""Rules, subscriptions, mappings, notifications and schedules that somebody has changed by hand."""

from __future__ import annotations

import json

import pytest

from harness.journal.hearing import hear, hear_bucket

from .conftest import Stage, StageOf

RULES = """
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Sub "${AWS::StackName}-bus"}}
  Queue: {Type: AWS::SQS::Queue}
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [shop], detail: {total: [{numeric: [">", 10]}]}}
      Targets:
        - {Id: work, Arn: !GetAtt Work.Arn}
        - Id: queue
          Arn: !GetAtt Queue.Arn
          InputTransformer: {InputPathsMap: {id: $.detail.id}, InputTemplate: '{"id": <id>}'}
  Nightly:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 day)
      State: DISABLED
      Targets: [{Id: work, Arn: !GetAtt Work.Arn, Input: '{"all": true}'}]
  MayCall:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Work
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Placed.Arn
"""


@pytest.fixture
def rules(stage_of: StageOf) -> Stage:
    """A rule with a pattern on a bus, and one with a schedule."""
    return stage_of(RULES, functions=("Work",))


def of_placed(stage: Stage) -> dict[str, str]:
    return {"EventBusName": stage["Bus"], "Rule": stage["Placed"].rpartition("|")[2]}


def test_rules_that_nobody_has_changed_have_no_drift(rules: Stage) -> None:
    """Patterns and inputs are compared by what they mean; rules of others are no drift."""
    rules.client("events").put_rule(Name="somebody-elses", EventBusName=rules["Bus"], EventPattern='{"source": ["a"]}')

    assert [] == rules.drift


def test_a_rule_that_is_disabled_is_told(rules: Stage) -> None:
    """It matches nothing any more."""
    rule = of_placed(rules)
    rules.client("events").disable_rule(Name=rule["Rule"], EventBusName=rule["EventBusName"])

    assert ["rule Placed: state: the template says enabled, deployed is disabled"] == rules.drift


def test_a_changed_pattern_is_told(rules: Stage) -> None:
    """Both as JSON."""
    rule = of_placed(rules)
    rules.client("events").put_rule(
        Name=rule["Rule"], EventBusName=rule["EventBusName"], EventPattern=json.dumps({"source": ["store"]})
    )

    assert [
        (
            "rule Placed: pattern: the template says "
            '{"source": ["shop"], "detail": {"total": [{"numeric": [">", 10]}]}}, deployed is {"source": ["store"]}'
        )
    ] == rules.drift


def test_a_changed_schedule_is_told(rules: Stage) -> None:
    """And that it is enabled."""
    rules.client("events").put_rule(Name=rules["Nightly"], ScheduleExpression="rate(1 hour)", State="ENABLED")

    assert [
        "rule Nightly: state: the template says disabled, deployed is enabled",
        "rule Nightly: schedule: the template says rate(1 day), deployed is rate(1 hour)",
    ] == rules.drift


def test_a_target_that_is_gone_is_told(rules: Stage) -> None:
    """By its logical id."""
    rules.client("events").remove_targets(**of_placed(rules), Ids=["work"])

    assert ["rule Placed: target Work: the template says it is there, deployed is nothing"] == rules.drift


def test_a_target_too_many_is_told(rules: Stage) -> None:
    """The targets of a declared rule are the template's alone."""
    other = "arn:aws:sqs:us-east-1:000000000000:other"
    rules.client("events").put_targets(**of_placed(rules), Targets=[{"Id": "more", "Arn": other}])

    assert [f"rule Placed: target {other}: the template says nothing of it, deployed is a target"] == rules.drift


def test_a_target_that_leads_elsewhere_is_told(rules: Stage) -> None:
    """Its input transformer is gone as well."""
    arn = rules.client("lambda").get_function_configuration(FunctionName=rules["Work"])["FunctionArn"]
    rules.client("events").put_targets(**of_placed(rules), Targets=[{"Id": "queue", "Arn": arn}])

    assert [
        "rule Placed: target queue: the template says Queue, deployed is Work",
        (
            "rule Placed: input transformer of target Queue: the template says "
            '{"InputPathsMap": {"id": "$.detail.id"}, "InputTemplate": "{\\"id\\": <id>}"}, deployed is none'
        ),
    ] == rules.drift


def test_another_input_is_told(rules: Stage) -> None:
    """Without what is secret by its name."""
    arn = rules.client("lambda").get_function_configuration(FunctionName=rules["Work"])["FunctionArn"]
    target = {"Id": "work", "Arn": arn, "Input": '{"all": false, "password": "hunter2"}'}
    rules.client("events").put_targets(Rule=rules["Nightly"], Targets=[target])

    assert [
        (
            'rule Nightly: input of target Work: the template says {"all": true}, '
            'deployed is {"all": false, "password": "***"}'
        )
    ] == rules.drift


def test_a_rule_that_is_gone_is_told(rules: Stage) -> None:
    """The others on other buses stay."""
    rule, events = of_placed(rules), rules.client("events")
    events.remove_targets(**rule, Ids=["work", "queue"])
    events.delete_rule(Name=rule["Rule"], EventBusName=rule["EventBusName"])

    assert ["rule Placed: existence: the template says it is there, deployed is nothing"] == rules.drift


def test_the_permission_of_a_rule_is_that_of_this_rule(rules: Stage) -> None:
    """The ARN of a rule follows from its bus and its name."""
    client = rules.client("lambda")
    client.remove_permission(FunctionName=rules["Work"], StatementId=rules["MayCall"])
    client.add_permission(
        FunctionName=rules["Work"],
        StatementId="other",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn="arn:aws:events:us-east-1:000000000000:rule/other",
    )

    assert [
        (
            "permission MayCall: existence: the template says events.amazonaws.com may invoke Work for Placed, "
            "deployed is nothing"
        )
    ] == rules.drift


TOPIC = """
  Topic: {Type: AWS::SNS::Topic}
  Queue: {Type: AWS::SQS::Queue}
  Listed:
    Type: AWS::SNS::Topic
    Properties: {Subscription: [{Protocol: sqs, Endpoint: !GetAtt Queue.Arn}]}
  Heard:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: sqs
      Endpoint: !GetAtt Queue.Arn
      RawMessageDelivery: true
      FilterPolicyScope: MessageBody
      FilterPolicy: {kind: [order]}
"""


@pytest.fixture
def topics(stage_of: StageOf) -> Stage:
    """A subscription that is a resource, and one that a topic lists."""
    return stage_of(TOPIC)


def test_subscriptions_that_nobody_has_changed_have_no_drift(topics: Stage) -> None:
    """Who else listens is no drift."""
    topics.client("sns").subscribe(TopicArn=topics["Topic"], Protocol="email", Endpoint="ann@example.com")

    assert [] == topics.drift


def test_a_subscription_that_is_gone_is_told(topics: Stage) -> None:
    """By its logical id."""
    topics.client("sns").unsubscribe(SubscriptionArn=topics["Heard"])

    assert ["subscription Heard: existence: the template says it is there, deployed is nothing"] == topics.drift


def test_a_subscription_that_was_made_anew_is_there(topics: Stage) -> None:
    """It has another ARN, and does not filter."""
    sns = topics.client("sns")
    sns.unsubscribe(SubscriptionArn=topics["Heard"])
    queue = topics.client("sqs").get_queue_attributes(QueueUrl=topics["Queue"], AttributeNames=["QueueArn"])
    sns.subscribe(
        TopicArn=topics["Topic"],
        Protocol="sqs",
        Endpoint=queue["Attributes"]["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )

    assert [
        'subscription Heard: filter policy: the template says {"kind": ["order"]}, deployed is none',
        "subscription Heard: scope of the filter policy: the template says MessageBody, deployed is MessageAttributes",
    ] == topics.drift


def test_subscriptions_of_a_topic_that_is_gone_are_told(topics: Stage) -> None:
    """With the topic itself."""
    topics.client("sns").delete_topic(TopicArn=topics["Topic"])

    assert [
        "subscription Heard: existence: the template says it is there, deployed is nothing",
        "resource Topic: existence: the template says AWS::SNS::Topic, deployed is nothing",
    ] == topics.drift


def test_an_attribute_of_a_subscription_is_told(topics: Stage) -> None:
    """Raw delivery changes what the subscriber gets."""
    topics.client("sns").set_subscription_attributes(
        SubscriptionArn=topics["Heard"], AttributeName="RawMessageDelivery", AttributeValue="false"
    )

    assert ["subscription Heard: raw delivery: the template says on, deployed is off"] == topics.drift


def test_a_listed_subscription_that_is_gone_is_told(topics: Stage) -> None:
    """It has no logical id of its own."""
    sns = topics.client("sns")
    [listed] = sns.list_subscriptions_by_topic(TopicArn=topics["Listed"])["Subscriptions"]
    sns.unsubscribe(SubscriptionArn=listed["SubscriptionArn"])

    assert ["subscription Listed[0]: existence: the template says it is there, deployed is nothing"] == topics.drift


MAPPING = """
  Queue: {Type: AWS::SQS::Queue}
  Jobs:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Work
      EventSourceArn: !GetAtt Queue.Arn
      BatchSize: 5
      FunctionResponseTypes: [ReportBatchItemFailures]
      FilterCriteria: {Filters: [{Pattern: '{"body": {"kind": ["job"]}}'}]}
"""


@pytest.fixture
def mapping(stage_of: StageOf) -> Stage:
    """A mapping of a queue, and another function."""
    return stage_of(MAPPING, functions=("Work", "Other"))


def test_a_mapping_that_nobody_has_changed_has_no_drift(mapping: Stage) -> None:
    """Its filters are compared by what they mean."""
    assert [] == mapping.drift


def test_a_disabled_mapping_is_told(mapping: Stage) -> None:
    """Nothing is read any more."""
    mapping.client("lambda").update_event_source_mapping(UUID=mapping["Jobs"], Enabled=False)

    assert ["mapping Jobs: state: the template says enabled, deployed is disabled"] == mapping.drift


def test_settings_of_a_mapping_are_told(mapping: Stage) -> None:
    """Batch size, filters, and whether the function tells which of a batch failed."""
    mapping.client("lambda").update_event_source_mapping(
        UUID=mapping["Jobs"], BatchSize=7, FunctionResponseTypes=[], FilterCriteria={"Filters": []}
    )

    assert [
        "mapping Jobs: batch size: the template says 5, deployed is 7",
        "mapping Jobs: failures of a batch: the template says reported one by one, deployed is reported as a whole",
        'mapping Jobs: filters: the template says [{"body": {"kind": ["job"]}}], deployed is none',
    ] == mapping.drift


def test_a_mapping_of_another_function_is_told(mapping: Stage) -> None:
    """By the logical ids of both."""
    mapping.client("lambda").update_event_source_mapping(UUID=mapping["Jobs"], FunctionName=mapping["Other"])

    assert ["mapping Jobs: function: the template says Work, deployed is Other"] == mapping.drift


def test_a_mapping_that_is_gone_is_told(mapping: Stage) -> None:
    """By its logical id."""
    mapping.client("lambda").delete_event_source_mapping(UUID=mapping["Jobs"])

    assert ["mapping Jobs: existence: the template says it is there, deployed is nothing"] == mapping.drift


BUCKET = """
  MayCall:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !GetAtt Work.Arn
      Action: lambda:InvokeFunction
      Principal: s3.amazonaws.com
  Photos:
    Type: AWS::S3::Bucket
    DependsOn: MayCall
    Properties:
      NotificationConfiguration:
        EventBridgeConfiguration: {EventBridgeEnabled: true}
        LambdaConfigurations:
          - Event: s3:ObjectCreated:*
            Function: !GetAtt Work.Arn
            Filter: {S3Key: {Rules: [{Name: suffix, Value: .jpg}]}}
"""


@pytest.fixture
def bucket(stage_of: StageOf) -> Stage:
    """A bucket that tells a function and the default bus."""
    return stage_of(BUCKET, functions=("Work",))


def test_a_bucket_that_nobody_has_changed_has_no_drift(bucket: Stage) -> None:
    """Nor has one that the harness hears."""
    made = []
    hear_bucket("Photos", bucket=bucket["Photos"], cloud=bucket.cloud, run="drift", tags={}, undo=made.append)

    drift = bucket.drift
    for one in reversed(made):
        one.take_away()

    assert [] == drift


def test_notifications_that_are_gone_are_told(bucket: Stage) -> None:
    """The function's and the bus's."""
    bucket.client("s3").put_bucket_notification_configuration(Bucket=bucket["Photos"], NotificationConfiguration={})

    assert [
        "notification Photos[0]: existence: the template says it is there, deployed is nothing",
        "notification Photos: EventBridge: the template says it is there, deployed is nothing",
    ] == bucket.drift


def test_another_notification_is_told(bucket: Stage) -> None:
    """The one of the template is not there, and another one is."""
    client = bucket.client("s3")
    found = client.get_bucket_notification_configuration(Bucket=bucket["Photos"])
    found.pop("ResponseMetadata")
    found["LambdaFunctionConfigurations"][0]["Filter"]["Key"]["FilterRules"][0]["Value"] = ".png"
    client.put_bucket_notification_configuration(Bucket=bucket["Photos"], NotificationConfiguration=found)

    assert [
        "notification Photos[0]: existence: the template says it is there, deployed is nothing",
        "notification Photos: existence: the template says nothing of it, deployed is s3:ObjectCreated:* to Work",
    ] == bucket.drift


def test_a_bucket_that_is_gone_is_told(bucket: Stage) -> None:
    """With what it told."""
    bucket.client("s3").delete_bucket(Bucket=bucket["Photos"])

    assert [
        "notification Photos[0]: existence: the template says it is there, deployed is nothing",
        "resource Photos: existence: the template says AWS::S3::Bucket, deployed is nothing",
    ] == bucket.drift


SCHEDULE = """
  Daily:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 day)
      FlexibleTimeWindow: {Mode: "OFF"}
      Target: {Arn: !GetAtt Work.Arn, RoleArn: !GetAtt Role.Arn, Input: '{"days": 7}'}
"""


@pytest.fixture
def schedule(stage_of: StageOf) -> Stage:
    """A schedule that starts a function."""
    return stage_of(SCHEDULE, functions=("Work",))


def test_a_schedule_that_nobody_has_changed_has_no_drift(schedule: Stage) -> None:
    """What the template leaves out has the default of the service."""
    assert [] == schedule.drift


def test_a_changed_schedule_of_the_scheduler_is_told(schedule: Stage) -> None:
    """UpdateSchedule replaces all of it."""
    client = schedule.client("scheduler")
    target = client.get_schedule(Name=schedule["Daily"])["Target"] | {"Input": '{"days": 1}'}
    client.update_schedule(
        Name=schedule["Daily"],
        ScheduleExpression="rate(1 hour)",
        FlexibleTimeWindow={"Mode": "OFF"},
        State="DISABLED",
        Target=target,
    )

    assert [
        "schedule Daily: state: the template says enabled, deployed is disabled",
        "schedule Daily: expression: the template says rate(1 day), deployed is rate(1 hour)",
        'schedule Daily: input: the template says {"days": 7}, deployed is {"days": 1}',
    ] == schedule.drift


def test_a_schedule_that_is_gone_is_told(schedule: Stage) -> None:
    """By its logical id."""
    schedule.client("scheduler").delete_schedule(Name=schedule["Daily"])

    assert ["schedule Daily: existence: the template says it is there, deployed is nothing"] == schedule.drift


def test_taps_are_no_drift(rules: Stage) -> None:
    """The harness's own rules, while a test run listens."""
    made = []
    hear(buses={"Bus": rules["Bus"]}, topics={}, cloud=rules.cloud, run="drift", tags={}, undo=made.append)

    drift = rules.drift
    for one in reversed(made):
        one.take_away()

    assert [] == drift
