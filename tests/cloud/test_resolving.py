"""Names of a stage, addresses, and what is said when the cloud cannot be asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.addresses import address_of, bare, translate, url_address, url_id
from harness.cloud.attributes import scope
from harness.cloud.deploying import deploy
from harness.cloud.faults import translated
from harness.cloud.names import Names
from harness.cloud.resolving import resolve_names
from harness.errors import NoCredentials, NotAllowed, NotDeployed, StageError, UnreachableEndpoint
from harness.system.intrinsics import resolve
from harness.system.model import System

from .support import TOPIC, Calls, Deployed, Said

SystemOf = Callable[..., System]

SECRET = "FwoGZXIvYXdzEXAMPLETOKEN"

NAMES = Names(
    stack="shop-dev",
    account="123456789012",
    region="eu-west-1",
    physical={"Api": "a1b2c3d4e5", "Socket": "f6a7b8c9d0", "Table": "orders"},
)


@pytest.fixture
def here(tmp_path: Path) -> Cloud:
    """An embedded cloud that is never asked."""
    return embedded_cloud("http://127.0.0.1:4566", folder=tmp_path, region="eu-west-1")


@pytest.fixture
def there(tmp_path: Path) -> Cloud:
    """AWS, never asked."""
    return Cloud(folder=tmp_path, region="eu-west-1")


def test_functions_have_name_arn_role_and_environment(demo: Deployed) -> None:
    """As Lambda holds them."""
    answer = demo.names.functions["Answer"]

    assert demo.names.physical["Answer"] == answer.name
    assert f"arn:aws:lambda:us-east-1:{demo.cloud.account}:function:{answer.name}" == answer.arn
    assert f"arn:aws:iam::{demo.cloud.account}:role/{demo.names.physical['AnswerRole']}" == answer.role
    assert {"GREETING": "hello"} == answer.environment


def test_many_functions_are_asked_at_once(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """From four functions on; the order is that of the template."""
    function = (
        "{Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: x}, Handler: i.h, Role: 'arn:aws:iam::0:role/r'}}"
    )
    system = system_of("Resources:\n" + "".join(f"  F{number}: {function}\n" for number in range(5)))
    deployment = deploy(system, cloud=cloud, stack=stack, progress=Said())

    names = resolve_names(system, cloud=cloud, stack=stack, deployment=deployment)

    assert ["F0", "F1", "F2", "F3", "F4"] == list(names.functions)


def test_outputs_whose_condition_is_false_are_not_there(demo: Deployed) -> None:
    """Addresses in the others are those of the embedded cloud."""
    assert {"RestUrl": f"{demo.names.apis['Rest']}/"} == demo.names.outputs


def test_apis_have_base_urls(demo: Deployed) -> None:
    """The stage is part of it, but for ``$default``."""
    address = f"{demo.cloud.endpoint}/_aws/execute-api"

    assert {
        "Rest": f"{address}/{demo.names.physical['Rest']}/dev",
        "Http": f"{address}/{demo.names.physical['Http']}",
    } == demo.names.apis


def test_a_second_run_asks_nothing(demo: Deployed, calls_of: Callable[[Any], Calls]) -> None:
    """Names are kept for the version of the stage that was deployed."""
    calls = [calls_of(demo.cloud.client(service)) for service in ("cloudformation", "lambda")]

    names = resolve_names(demo.system, cloud=demo.cloud, stack=demo.deployment.stack, deployment=demo.deployment)

    assert demo.names == names
    assert [] == [operation for call in calls for operation in call.operations]


def test_without_a_deployment_one_call_tells_the_version(demo: Deployed, calls_of: Callable[[Any], Calls]) -> None:
    """It is the fingerprint in the stack's tags."""
    calls = calls_of(demo.cloud.client("cloudformation"))

    assert demo.names == resolve_names(demo.system, cloud=demo.cloud, stack=demo.deployment.stack)
    assert ["DescribeStacks"] == calls.operations


def record(demo: Deployed) -> Path:
    return demo.cloud.folder / "stages" / f"{demo.cloud.account}-{demo.cloud.region}-{demo.deployment.stack}.json"


def test_kept_names_are_for_their_owner_only(demo: Deployed) -> None:
    """Environments may hold what is nobody else's business."""
    assert 0o600 == record(demo).stat().st_mode & 0o777


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"version": 1}'])
def test_a_damaged_record_is_no_record(demo: Deployed, damage: str) -> None:
    """The cloud is asked again."""
    record(demo).write_text(damage)

    assert demo.names == resolve_names(demo.system, cloud=demo.cloud, stack=demo.deployment.stack)


def test_another_version_is_asked_for(demo: Deployed) -> None:
    """Names of an earlier deployment are of no use."""
    kept = json.loads(record(demo).read_text())
    kept["names"]["outputs"] = {"Old": "value"}
    record(demo).write_text(json.dumps(kept))
    newer = replace(demo.deployment, fingerprint="newer")

    names = resolve_names(demo.system, cloud=demo.cloud, stack=demo.deployment.stack, deployment=newer)

    record(demo).unlink()
    assert demo.names == names


def test_nothing_is_kept_for_aws(demo: Deployed, aws: Cloud) -> None:
    """There a stage can change without us."""
    names = resolve_names(demo.system, cloud=aws, stack=demo.deployment.stack)

    assert demo.names.physical == names.physical
    assert not (aws.folder / "stages").exists()


def test_a_stage_that_is_not_deployed(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """The error tells where it was looked for, and what is there under a like name."""
    system = system_of(TOPIC)
    deploy(system, cloud=cloud, stack=stack, progress=Said())

    with pytest.raises(NotDeployed) as missing:
        resolve_names(system, cloud=cloud, stack=f"{stack}x")

    assert (
        f"The stack '{stack}x' is not deployed.\n"
        f"  account: {cloud.account}\n"
        f"  region: {cloud.region}\n"
        f"  endpoint: {cloud.endpoint}\n"
        f"  stacks with a like name: {stack}\n"
        "  Deploy it: harness deploy small --stage embedded"
    ) == str(missing.value)


def test_the_stage_in_the_remedy_is_the_one_that_was_asked_for(aws: Cloud, system_of: SystemOf) -> None:
    """The name of a stack does not tell it: other characters than letters and digits are hyphens there."""
    aws.stage = "dev"

    with pytest.raises(NotDeployed) as missing:
        resolve_names(system_of(TOPIC), cloud=aws, stack="small-dev")

    assert "Deploy it: harness deploy small --stage dev" == missing.value.remedy


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/dev/x", "http://127.0.0.1:4566/_aws/execute-api/a1b2c3d4e5/dev/x"),
        ("wss://f6a7b8c9d0.execute-api.eu-west-1.amazonaws.com/dev", "ws://127.0.0.1:4566/_aws/execute-api/f6a7b8c9d0/dev"),
        ("http://a1b2c3d4e5.execute-api.127.0.0.1:4566", "http://127.0.0.1:4566/_aws/execute-api/a1b2c3d4e5"),
        ("https://somebodys.execute-api.eu-west-1.amazonaws.com/dev", "https://somebodys.execute-api.eu-west-1.amazonaws.com/dev"),
        ("orders", "orders"),
    ],
)  # fmt: skip
def test_addresses_of_the_stages_own_apis_are_translated(here: Cloud, text: str, translation: str) -> None:
    """All others are somebody else's."""
    assert translation == translate(text, cloud=here, names=NAMES)


def test_in_aws_addresses_are_right_already(there: Cloud) -> None:
    """Nothing is translated."""
    text = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/dev"

    assert text == translate(text, cloud=there, names=NAMES)


def test_a_host_without_a_scheme_is_seen() -> None:
    """No path can follow it, so it cannot be translated."""
    host = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"

    assert host == bare(host, names=NAMES)
    assert bare(f"https://{host}/dev", names=NAMES) is None
    assert bare("somebodys.execute-api.eu-west-1.amazonaws.com", names=NAMES) is None


@pytest.mark.parametrize(
    ("region", "stage", "address"),
    [
        ("eu-west-1", "dev", "https://abc.execute-api.eu-west-1.amazonaws.com/dev"),
        ("eu-west-1", "$default", "https://abc.execute-api.eu-west-1.amazonaws.com"),
        ("cn-north-1", "dev", "https://abc.execute-api.cn-north-1.amazonaws.com.cn/dev"),
    ],
)
def test_addresses_in_aws(tmp_path: Path, region: str, stage: str, address: str) -> None:
    """China has a domain of its own."""
    assert address == address_of("abc", stage=stage, cloud=Cloud(folder=tmp_path, region=region))


ATTRIBUTES = """
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Queue: {Type: AWS::SQS::Queue}
  Table: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST,
    AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}]}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Ref AWS::StackName}}
  Pool: {Type: AWS::Cognito::UserPool}
  Bucket: {Type: AWS::S3::Bucket}
  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Version: "2012-10-17", Statement: []}}}
  Parameter: {Type: AWS::SSM::Parameter, Properties: {Name: !Sub "/${AWS::StackName}/p", Type: String, Value: v}}
  Stream: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Role: {Type: AWS::IAM::Role, Properties: {Path: /shop/, AssumeRolePolicyDocument: {Statement: []}}}
  Machine: {Type: AWS::StepFunctions::StateMachine, Properties: {RoleArn: !GetAtt Role.Arn,
    Definition: {StartAt: A, States: {A: {Type: Succeed}}}}}
Outputs:
  RoleArn: {Value: !GetAtt Role.Arn}
  MachineName: {Value: !GetAtt Machine.Name}
  TopicArn: {Value: !Ref Topic}
  TopicName: {Value: !GetAtt Topic.TopicName}
  QueueArn: {Value: !GetAtt Queue.Arn}
  QueueName: {Value: !GetAtt Queue.QueueName}
  QueueUrl: {Value: !Ref Queue}
  TableArn: {Value: !GetAtt Table.Arn}
  BusArn: {Value: !GetAtt Bus.Arn}
  PoolArn: {Value: !GetAtt Pool.Arn}
  PoolName: {Value: !GetAtt Pool.ProviderName}
  BucketArn: {Value: !GetAtt Bucket.Arn}
  KeyArn: {Value: !GetAtt Key.Arn}
  StreamArn: {Value: !GetAtt Stream.Arn}
"""


def test_attributes_are_those_that_cloudformation_gives(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """What follows from the physical id is known without asking."""
    system = system_of(ATTRIBUTES)
    deploy(system, cloud=cloud, stack=stack, progress=Said())
    names = resolve_names(system, cloud=cloud, stack=stack)

    wanted = {name: output["Value"] for name, output in system.cloudformation["Outputs"].items()}

    assert names.outputs == resolve(wanted, scope(system, names))


@pytest.mark.parametrize("attribute", ["Table.StreamArn", "Nothing.Arn", "Bucket.WebsiteURL"])
def test_what_does_not_follow_stays_unknown(demo: Deployed, attribute: str) -> None:
    """It is better not to know than to guess."""
    unknown = {"Fn::GetAtt": attribute}

    assert unknown == resolve(unknown, scope(demo.system, demo.names))


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [("cn-north-1", "aws-cn", "amazonaws.com.cn"), ("us-gov-west-1", "aws-us-gov", "amazonaws.com")],
)
def test_partitions(demo: Deployed, region: str, partition: str, suffix: str) -> None:
    """ARNs and domains differ between them."""
    known = scope(demo.system, replace(demo.names, region=region))

    assert [partition, suffix] == resolve([{"Ref": "AWS::Partition"}, {"Ref": "AWS::URLSuffix"}], known)


def said(cloud: Cloud, fault: Exception) -> StageError:
    with pytest.raises(StageError) as told, translated(cloud):
        raise fault
    return told.value


def refused(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeStacks")


def test_no_credentials(there: Cloud) -> None:
    """Whatever boto3 calls it."""
    error = said(there, exceptions.NoCredentialsError())

    assert isinstance(error, NoCredentials)
    assert (
        "There are no credentials for the cloud.\n"
        "  region: eu-west-1\n"
        "  endpoint: AWS\n"
        "  boto3: NoCredentialsError\n"
        "  Set AWS_PROFILE or sign in (`aws sso login`)."
    ) == str(error)


@pytest.mark.parametrize(
    "fault",
    [
        exceptions.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
        exceptions.TokenRetrievalError(provider="sso", error_msg="expired"),
        exceptions.UnauthorizedSSOTokenError(),
        exceptions.CredentialRetrievalError(provider="process", error_msg="no"),
    ],
)
def test_credentials_that_cannot_be_had(there: Cloud, fault: Exception) -> None:
    """A session that ended is the most frequent."""
    assert isinstance(said(there, fault), NoCredentials)


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "RequestExpired"])
def test_credentials_that_have_expired(there: Cloud, code: str) -> None:
    """The remedy is to sign in again."""
    error = said(there, refused(code))

    assert isinstance(error, NoCredentials)
    assert (
        "The credentials have expired.\n"
        "  region: eu-west-1\n"
        "  endpoint: AWS\n"
        "  call: DescribeStacks\n"
        f"  code: {code}\n"
        "  Sign in again (`aws sso login`)."
    ) == str(error)


def test_credentials_that_the_cloud_does_not_know(here: Cloud) -> None:
    """AWS repeats the signed request, session token included; we do not."""
    error = said(here, refused("SignatureDoesNotMatch", f"x-amz-security-token:{SECRET}"))

    assert isinstance(error, NoCredentials)
    assert (
        "The cloud does not know the credentials.\n"
        "  region: eu-west-1\n"
        "  endpoint: http://127.0.0.1:4566\n"
        "  call: DescribeStacks\n"
        "  code: SignatureDoesNotMatch\n"
        "  Correct AWS_PROFILE or the access key."
    ) == str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_credentials_that_do_not_allow_a_call(there: Cloud) -> None:
    """AWS says who may not do what."""
    error = said(there, refused("AccessDenied", "User: ann is not authorized"))

    assert isinstance(error, NotAllowed)
    assert (
        "The credentials do not allow 'DescribeStacks'.\n"
        "  region: eu-west-1\n"
        "  endpoint: AWS\n"
        "  call: DescribeStacks\n"
        "  code: AccessDenied\n"
        "  reason: User: ann is not authorized"
    ) == str(error)


def test_a_profile_that_is_not_there(there: Cloud) -> None:
    """Its name is in the sentence."""
    error = said(there, exceptions.ProfileNotFound(profile="shop"))

    assert isinstance(error, NoCredentials)
    assert "The config profile (shop) could not be found." == error.sentence


def test_no_region(there: Cloud) -> None:
    """Without one there is no address."""
    error = said(there, exceptions.NoRegionError())

    assert isinstance(error, UnreachableEndpoint)
    assert "No region is set.\n  region: eu-west-1\n  endpoint: AWS\n  Set AWS_REGION." == str(error)


@pytest.mark.parametrize(
    "fault",
    [
        exceptions.EndpointConnectionError(endpoint_url="http://127.0.0.1:4566"),
        exceptions.ConnectTimeoutError(endpoint_url="http://127.0.0.1:4566"),
        exceptions.ConnectionClosedError(endpoint_url="http://127.0.0.1:4566"),
        exceptions.ReadTimeoutError(endpoint_url="http://127.0.0.1:4566"),
    ],
)
def test_nothing_answers(here: Cloud, fault: Exception) -> None:
    """The embedded cloud may not run."""
    error = said(here, fault)

    assert isinstance(error, UnreachableEndpoint)
    assert (
        "Nothing answers at 'http://127.0.0.1:4566'.\n"
        "  region: eu-west-1\n"
        "  endpoint: http://127.0.0.1:4566\n"
        f"  boto3: {type(fault).__name__}\n"
        "  Start it with `harness up`."
    ) == str(error)


def test_aws_does_not_answer(there: Cloud) -> None:
    """The network is the first suspect."""
    error = said(there, exceptions.EndpointConnectionError(endpoint_url="https://x"))

    assert "Nothing answers at 'AWS in eu-west-1'." == error.sentence
    assert "See whether the network lets AWS be reached." == error.remedy


@pytest.mark.parametrize("fault", [refused("Throttling"), ValueError("no")])
def test_all_else_passes(there: Cloud, fault: Exception) -> None:
    """Errors of a service are for whoever called it."""
    with pytest.raises(type(fault)) as told, translated(there):
        raise fault

    assert fault is told.value


URL = "https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws/"
EMBEDDED_URL = "http://127.0.0.1:4566/_aws/lambda-url/abcdefghijklmnopqrstuvwxyz012345"


def test_the_url_of_a_function_is_at_the_embedded_cloud(here: Cloud, there: Cloud) -> None:
    """In AWS it stays, but for the slash at its end."""
    found = (url_address(URL, cloud=here), url_address(URL, cloud=there))

    assert (EMBEDDED_URL, URL.rstrip("/")) == found


@pytest.mark.parametrize(
    ("address", "known"), [(URL, True), (EMBEDDED_URL, True), ("https://a1.execute-api.eu-west-1.amazonaws.com", False)]
)
def test_an_address_is_that_of_a_function_or_not(address: str, *, known: bool) -> None:
    """By its host, or by its path at the embedded cloud."""
    assert known == bool(url_id(address))


def test_the_urls_of_the_stage_are_translated(here: Cloud) -> None:
    """Those of others are left as they are."""
    names = replace(NAMES, apis={"Url": EMBEDDED_URL})
    text = f"{URL}a and {URL.replace('abc', 'xyz')}"

    found = translate(text, cloud=here, names=names)

    assert f"{EMBEDDED_URL}/a and {URL.replace('abc', 'xyz')}" == found
