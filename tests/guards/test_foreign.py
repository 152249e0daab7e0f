"""A template that names what somebody else has already: nothing is created and nothing is changed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.cloud.account import Cloud
from harness.cloud.deploying import deploy, undeploy
from harness.cloud.foreign import refuse_foreign_things
from harness.cloud.stacks import describe
from harness.errors import ForeignThing, NotAllowed, StageError
from harness.system.model import System
from harness.system.reader import read

Make = Callable[[Cloud, str], Any]
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}]}
)
MACHINE = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}
ROLE = "arn:aws:iam::000000000000:role/none"
TABLE = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def quiet(_line: str) -> None:
    """Nobody listens to the progress."""


@pytest.fixture
def name() -> str:
    """A name that nothing has yet."""
    return f"theirs-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def stack(cloud: Cloud) -> Iterator[str]:
    """The name of a stack that is taken away in the end."""
    found = f"ours-{uuid.uuid4().hex[:12]}"
    yield found
    undeploy(cloud=cloud, stack=found, progress=quiet)


@pytest.fixture
def system(tmp_path: Path) -> Callable[..., System]:
    """Reads a system of the resources that are given, beside a queue without a name."""

    def read_it(**resources: dict[str, Any]) -> System:
        template = tmp_path / "template.json"
        parameters = {"Prefix": {"Type": "String", "Default": "theirs"}}
        every = {"Unnamed": {"Type": "AWS::SQS::Queue"}, **resources}
        template.write_text(json.dumps({"Parameters": parameters, "Resources": every}))
        return read(template, name="small")

    return read_it


def queue(name: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}


def machine(cloud: Cloud, name: str) -> None:
    role = cloud.client("iam").create_role(RoleName=f"of-{name}", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    cloud.client("stepfunctions").create_state_machine(name=name, definition=json.dumps(MACHINE), roleArn=role)


def alias(cloud: Cloud, name: str) -> None:
    kms = cloud.client("kms")
    kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])


def domain(cloud: Cloud, name: str) -> None:
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName=name)["UserPool"]["Id"]
    cognito.create_user_pool_domain(Domain=name, UserPoolId=pool)


def pipe(cloud: Cloud, name: str) -> None:
    cloud.client("sqs").create_queue(QueueName=f"of-{name}")
    arn = f"arn:aws:sqs:{cloud.region}:{cloud.account}:of-{name}"
    cloud.client("pipes").create_pipe(Name=name, Source=arn, Target=arn, RoleArn=ROLE, DesiredState="STOPPED")


SCHEDULE = {
    "ScheduleExpression": "rate(1 hour)",
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {"Arn": "arn:aws:sqs:us-east-1:000000000000:none", "RoleArn": ROLE},
}
ALARM = {
    "Namespace": "A", "MetricName": "B", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip
THEIRS: dict[str, tuple[Make, str, dict[str, Any]]] = {
    "AWS::SQS::Queue": (lambda cloud, name: cloud.client("sqs").create_queue(QueueName=name), "QueueName", {}),
    "AWS::SNS::Topic": (lambda cloud, name: cloud.client("sns").create_topic(Name=name), "TopicName", {}),
    "AWS::S3::Bucket": (lambda cloud, name: cloud.client("s3").create_bucket(Bucket=name), "BucketName", {}),
    "AWS::DynamoDB::Table": (
        lambda cloud, name: cloud.client("dynamodb").create_table(TableName=name, **TABLE),
        "TableName",
        TABLE,
    ),
    "AWS::Events::EventBus": (lambda cloud, name: cloud.client("events").create_event_bus(Name=name), "Name", {}),
    "AWS::Events::Rule": (
        lambda cloud, name: cloud.client("events").put_rule(Name=name, EventPattern='{"source": ["a"]}'),
        "Name",
        {"EventPattern": {"source": ["b"]}},
    ),
    "AWS::IAM::Role": (
        lambda cloud, name: cloud.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST),
        "RoleName",
        {"AssumeRolePolicyDocument": {}},
    ),
    "AWS::SSM::Parameter": (
        lambda cloud, name: cloud.client("ssm").put_parameter(Name=name, Value="theirs", Type="SecureString"),
        "Name",
        {"Type": "String", "Value": "ours"},
    ),
    "AWS::SecretsManager::Secret": (
        lambda cloud, name: cloud.client("secretsmanager").create_secret(Name=name, SecretString="theirs"),
        "Name",
        {"SecretString": "ours"},
    ),
    "AWS::Kinesis::Stream": (
        lambda cloud, name: cloud.client("kinesis").create_stream(StreamName=name, ShardCount=1),
        "Name",
        {"ShardCount": 1},
    ),
    "AWS::Logs::LogGroup": (
        lambda cloud, name: cloud.client("logs").create_log_group(logGroupName=name),
        "LogGroupName",
        {},
    ),
    "AWS::StepFunctions::StateMachine": (
        machine,
        "StateMachineName",
        {"Definition": MACHINE, "RoleArn": ROLE},
    ),
    "AWS::StepFunctions::Activity": (
        lambda cloud, name: cloud.client("stepfunctions").create_activity(name=name),
        "Name",
        {},
    ),
    "AWS::Scheduler::Schedule": (
        lambda cloud, name: cloud.client("scheduler").create_schedule(Name=name, **SCHEDULE),
        "Name",
        SCHEDULE,
    ),
    "AWS::Scheduler::ScheduleGroup": (
        lambda cloud, name: cloud.client("scheduler").create_schedule_group(Name=name),
        "Name",
        {},
    ),
    "AWS::CloudWatch::Alarm": (
        lambda cloud, name: cloud.client("cloudwatch").put_metric_alarm(AlarmName=name, **ALARM),
        "AlarmName",
        ALARM,
    ),
    "AWS::CloudWatch::CompositeAlarm": (
        lambda cloud, name: cloud.client("cloudwatch").put_composite_alarm(AlarmName=name, AlarmRule="FALSE"),
        "AlarmName",
        {"AlarmRule": "FALSE"},
    ),
    "AWS::IAM::ManagedPolicy": (
        lambda cloud, name: cloud.client("iam").create_policy(PolicyName=name, PolicyDocument=POLICY),
        "ManagedPolicyName",
        {"PolicyDocument": {}},
    ),
    "AWS::IAM::User": (lambda cloud, name: cloud.client("iam").create_user(UserName=name), "UserName", {}),
    "AWS::IAM::Group": (lambda cloud, name: cloud.client("iam").create_group(GroupName=name), "GroupName", {}),
    "AWS::IAM::InstanceProfile": (
        lambda cloud, name: cloud.client("iam").create_instance_profile(InstanceProfileName=name),
        "InstanceProfileName",
        {"Roles": []},
    ),
    "AWS::Cognito::UserPoolDomain": (domain, "Domain", {"UserPoolId": "us-east-1_none"}),
    "AWS::Pipes::Pipe": (pipe, "Name", {"Source": ROLE, "Target": ROLE, "RoleArn": ROLE}),
    "AWS::Events::Archive": (
        lambda cloud, name: cloud.client("events").create_archive(
            ArchiveName=name, EventSourceArn=f"arn:aws:events:{cloud.region}:{cloud.account}:event-bus/default"
        ),
        "ArchiveName",
        {"SourceArn": "arn:aws:events:us-east-1:000000000000:event-bus/default"},
    ),
}


@pytest.mark.parametrize("kind", THEIRS)
def test_what_is_there_already_is_left_alone(
    cloud: Cloud, stack: str, system: Callable[..., System], name: str, kind: str
) -> None:
    """Nothing of the template is created, also not that which has no name."""
    make, property_, others = THEIRS[kind]
    make(cloud, name)

    with pytest.raises(ForeignThing) as caught:
        deploy(
            system(Theirs={"Type": kind, "Properties": {property_: name, **others}}),
            cloud=cloud,
            stack=stack,
            progress=quiet,
        )

    assert f"{name!r} is there already and is none of the stack {stack!r}, so nothing is deployed." in str(caught.value)
    assert describe(cloud, stack) is None


def test_an_alias_is_left_alone(cloud: Cloud, stack: str, system: Callable[..., System], name: str) -> None:
    """It is named with what all aliases begin with."""
    alias(cloud, name)
    ours = {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": f"alias/{name}", "TargetKeyId": "none"}}

    with pytest.raises(ForeignThing) as caught:
        deploy(system(Theirs=ours), cloud=cloud, stack=stack, progress=quiet)

    assert f"The alias 'alias/{name}' is there already" in caught.value.sentence


@pytest.mark.parametrize("kind", [*THEIRS, "AWS::KMS::Alias"])
def test_what_is_not_there_is_in_nobodys_way(cloud: Cloud, system: Callable[..., System], name: str, kind: str) -> None:
    """Each service says so in a way of its own."""
    property_ = THEIRS[kind][1] if kind in THEIRS else "AliasName"
    ours = {"Type": kind, "Properties": {property_: f"alias/{name}" if kind == "AWS::KMS::Alias" else name}}

    found = refuse_foreign_things(system(Ours=ours), cloud=cloud, stack="ours", found=None, tell=quiet)

    assert found is None


def test_a_schedule_in_a_group_of_the_template_has_no_rival(cloud: Cloud, system: Callable[..., System]) -> None:
    """A group that is not there yet has no schedules."""
    asked = {"Name": "hourly", "GroupName": {"Ref": "Group"}}
    group = {"Type": "AWS::Scheduler::ScheduleGroup"}
    small = system(Group=group, Hourly={"Type": "AWS::Scheduler::Schedule", "Properties": asked})

    assert refuse_foreign_things(small, cloud=cloud, stack="ours", found=None, tell=quiet) is None


def test_a_function_is_left_alone(cloud: Cloud, stack: str, system: Callable[..., System]) -> None:
    """A function of the name has been deployed by another stack."""
    other, name = f"other-{stack}", f"theirs-{uuid.uuid4().hex[:12]}"
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": name,
            "Handler": "index.handler",
            "Runtime": "python3.12",
            "Role": ROLE,
            "Code": {"ZipFile": "def handler(event, context): return 1"},
        },
    }
    deploy(system(Theirs=function), cloud=cloud, stack=other, progress=quiet)

    with pytest.raises(ForeignThing) as caught:
        deploy(system(Ours=function), cloud=cloud, stack=stack, progress=quiet)
    undeploy(cloud=cloud, stack=other, progress=quiet)

    assert f"The function {name!r} is there already" in caught.value.sentence


def test_the_message_says_what_and_where(
    cloud: Cloud, stack: str, system: Callable[..., System], name: str, tmp_path: Path
) -> None:
    """All names that are taken are told at once, and how the run ends."""
    cloud.client("sqs").create_queue(QueueName=name)
    cloud.client("sns").create_topic(Name=name)
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}

    with pytest.raises(ForeignThing) as caught:
        deploy(system(Jobs=queue(name), News=topic), cloud=cloud, stack=stack, progress=quiet)

    assert 6 == caught.value.exit_code
    assert str(caught.value) == (
        f"The queue {name!r} is there already and is none of the stack {stack!r}, so nothing is deployed.\n"
        f"  declared in {tmp_path / 'template.json'}: Jobs (AWS::SQS::Queue)\n"
        f"  likewise: topic {name!r} (News)\n"
        "  account: 000000000000\n"
        "  region: us-east-1\n"
        "  give it another name in the template, for example one with the stage in it;\n"
        "  if nobody needs what is there, take it away by hand"
    )


def test_an_update_takes_nothing_over(cloud: Cloud, stack: str, system: Callable[..., System], name: str) -> None:
    """The stack stays as it was, and so does what is there."""
    url = cloud.client("sqs").create_queue(QueueName=name, Attributes={"VisibilityTimeout": "7"})["QueueUrl"]
    before = deploy(system(), cloud=cloud, stack=stack, progress=quiet)

    with pytest.raises(ForeignThing):
        deploy(system(Jobs=queue(name)), cloud=cloud, stack=stack, progress=quiet)

    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert "7" == attributes["VisibilityTimeout"]
    assert not deploy(system(), cloud=cloud, stack=stack, progress=quiet).changed, before


def test_what_is_ours_is_updated(cloud: Cloud, stack: str, system: Callable[..., System], name: str) -> None:
    """The names of the stack's own resources are taken by nobody else."""
    deploy(system(Jobs=queue(name)), cloud=cloud, stack=stack, progress=quiet)

    changed = queue(name)
    changed["Properties"]["VisibilityTimeout"] = 9

    assert deploy(system(Jobs=changed), cloud=cloud, stack=stack, progress=quiet).changed


@pytest.mark.parametrize(
    "written",
    [{"Fn::Sub": "${Prefix}-${AWS::StackName}"}, {"Fn::Join": ["-", [{"Ref": "Prefix"}, {"Ref": "AWS::StackName"}]]}],
)
def test_names_are_resolved(cloud: Cloud, stack: str, system: Callable[..., System], written: dict[str, Any]) -> None:
    """A name may be made of parameters and of the name of the stack."""
    cloud.client("sqs").create_queue(QueueName=f"theirs-{stack}")

    with pytest.raises(ForeignThing) as caught:
        deploy(system(Jobs=queue(written)), cloud=cloud, stack=stack, progress=quiet)

    assert f"'theirs-{stack}'" in caught.value.sentence


def test_what_nobody_can_know_is_left_to_cloudformation(
    cloud: Cloud, stack: str, system: Callable[..., System]
) -> None:
    """A name that is made of a resource is known only when that is there."""
    name = {"Fn::Join": ["-", ["of", {"Fn::GetAtt": ["Unnamed", "QueueName"]}]]}

    assert deploy(system(Jobs=queue(name)), cloud=cloud, stack=stack, progress=quiet).changed


def test_a_rule_on_a_bus_of_the_template_has_no_rival(
    cloud: Cloud, stack: str, system: Callable[..., System], name: str
) -> None:
    """A rule of that name on the default bus is another one."""
    cloud.client("events").put_rule(Name=name, EventPattern='{"source": ["a"]}')
    bus = {"Type": "AWS::Events::EventBus", "Properties": {"Name": f"bus-{name}"}}
    rule = {
        "Type": "AWS::Events::Rule",
        "Properties": {"Name": name, "EventBusName": {"Ref": "Bus"}, "EventPattern": {"source": ["b"]}},
    }

    assert deploy(system(Bus=bus, Rule=rule), cloud=cloud, stack=stack, progress=quiet).changed


def test_an_unchanged_stage_is_not_looked_through(
    cloud: Cloud, stack: str, system: Callable[..., System], name: str
) -> None:
    """A warm start asks nothing of what the template names."""
    deploy(system(Jobs=queue(name)), cloud=cloud, stack=stack, progress=quiet)
    asked: list[str] = []
    listen = lambda **event: asked.append(event["event_name"])  # noqa: E731 - botocore wants a callable
    cloud.client("sqs").meta.events.register("before-call", listen)

    deploy(system(Jobs=queue(name)), cloud=cloud, stack=stack, progress=quiet)
    cloud.client("sqs").meta.events.unregister("before-call", listen)

    assert [] == asked


class Refusing:
    """A client that answers each question with one code."""

    def __init__(self, code: str) -> None:
        self._code = code

    def head_bucket(self, **_asked: Any) -> None:
        raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, "HeadBucket")

    def describe_table(self, **_asked: Any) -> None:
        raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, "DescribeTable")

    def get_queue_url(self, **_asked: Any) -> None:
        raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, "GetQueueUrl")


class Elsewhere(Cloud):
    """A cloud in AWS that answers each question with one code."""

    code = ""

    def client(self, _service: str, **_config: Any) -> Any:
        return Refusing(self.code)

    @property
    def account(self) -> str:
        return "123456789012"


@pytest.mark.parametrize("code", ["403", "301"])
def test_a_bucket_of_another_account_or_region_is_foreign(
    tmp_path: Path, system: Callable[..., System], code: str
) -> None:
    """The name of a bucket is unique in the world."""
    elsewhere = Elsewhere(folder=tmp_path, region="eu-west-1")
    elsewhere.code = code
    small = system(Photos={"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "photos"}})

    with pytest.raises(ForeignThing) as caught:
        refuse_foreign_things(small, cloud=elsewhere, stack="ours", found=None, tell=quiet)

    assert caught.value.sentence == (
        "The bucket 'photos' is there already and belongs to somebody else, so nothing is deployed."
    )


@pytest.mark.parametrize(
    "code", ["AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "ValidationException"]
)
def test_a_service_says_that_there_is_none(tmp_path: Path, system: Callable[..., System], code: str) -> None:
    """Or that nothing can be called so, which is left to CloudFormation."""
    elsewhere = Elsewhere(folder=tmp_path, region="eu-west-1")
    elsewhere.code = code

    found = refuse_foreign_things(system(Jobs=queue("jobs")), cloud=elsewhere, stack="ours", found=None, tell=quiet)

    assert found is None


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalError", "500", "ResourceNotFoundException"])
def test_any_other_answer_ends_the_deployment(tmp_path: Path, system: Callable[..., System], code: str) -> None:
    """A service that is busy has not said that there is none, nor has one that says so in the words of another."""
    elsewhere = Elsewhere(folder=tmp_path, region="eu-west-1")
    elsewhere.code = code

    with pytest.raises(StageError) as caught:
        refuse_foreign_things(system(Jobs=queue("jobs")), cloud=elsewhere, stack="ours", found=None, tell=quiet)

    assert str(caught.value) == (
        "It cannot be found out whether there is a queue 'jobs' already, so nothing is deployed.\n"
        f"  declared in {tmp_path / 'template.json'}: Jobs (AWS::SQS::Queue)\n"
        f"  call: GetQueueUrl\n  code: {code}\n  reason: no\n"
        "  account: 123456789012\n  region: eu-west-1\n"
        "  try once more"
    )


def test_what_may_not_be_looked_at_and_would_be_taken_over_is_refused(
    tmp_path: Path, system: Callable[..., System]
) -> None:
    """SQS takes a second queue of that name for the first one."""
    elsewhere = Elsewhere(folder=tmp_path, region="eu-west-1")
    elsewhere.code = "AccessDenied"

    with pytest.raises(NotAllowed) as caught:
        refuse_foreign_things(system(Jobs=queue("jobs")), cloud=elsewhere, stack="ours", found=None, tell=quiet)

    assert str(caught.value) == (
        "The credentials do not let be seen whether there is a queue 'jobs' already, so nothing is deployed.\n"
        f"  declared in {tmp_path / 'template.json'}: Jobs (AWS::SQS::Queue)\n"
        "  call: GetQueueUrl\n  code: AccessDenied\n  reason: no\n"
        "  account: 123456789012\n  region: eu-west-1\n"
        "  let them allow that call: one that is there might be taken over without a word"
    )


def test_what_may_not_be_looked_at_and_would_be_refused_is_told(tmp_path: Path, system: Callable[..., System]) -> None:
    """DynamoDB makes no second table of a name, so a tester need not be allowed to see it."""
    elsewhere = Elsewhere(folder=tmp_path, region="eu-west-1")
    elsewhere.code = "AccessDeniedException"
    told: list[str] = []
    small = system(Orders={"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "orders", **TABLE}})

    refuse_foreign_things(small, cloud=elsewhere, stack="ours", found=None, tell=told.append)

    assert told == [
        "nobody may look whether there is a table 'orders' already; the service refuses a second one",
    ]
