"""A stage in an account of its own, seen from outside: it is as good as one in the usual account."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from harness.cloud.account import EMBEDDED_ACCOUNT, Cloud, embedded_cloud
from harness.cloud.opening import deployed
from harness.system.reader import read

ACCOUNT = "000000000078"
PASSWORD = "Correct-h0rse"

CODE = """
import json
import os

import boto3

def handler(event, context):
    boto3.resource("dynamodb").Table(os.environ["TABLE"]).put_item(Item={"id": "seen"})
    print("seen by", context.function_name)
    who = boto3.client("sts").get_caller_identity()["Account"]
    told = event["requestContext"]["accountId"]
    body = json.dumps([who, context.invoked_function_arn.split(":")[4], told])
    return {"statusCode": 200, "headers": {"x-process": str(os.getpid())}, "body": body}
"""

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Pool: {Type: AWS::Cognito::UserPool}
  Client:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref Pool
      ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
  Rest:
    Type: AWS::Serverless::Api
    Properties: {StageName: dev, Auth: {Authorizers: {Members: {UserPoolArn: !GetAtt Pool.Arn}}}}
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        Authorizers:
          Members:
            IdentitySource: $request.header.Authorization
            JwtConfiguration:
              issuer: !Sub https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}
              audience: [!Ref Client]
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Answer:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/
      Handler: answer.handler
      Runtime: python3.12
      Environment: {Variables: {TABLE: !Ref Table}}
      Policies: [{DynamoDBCrudPolicy: {TableName: !Ref Table}}]
      Events:
        A: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /open, Method: get}}
        B: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /members, Method: get, Auth: {Authorizer: Members}}}
        C: {Type: Api, Properties: {RestApiId: !Ref Rest, Path: /signed, Method: get, Auth: {Authorizer: AWS_IAM}}}
        D: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: /open, Method: get}}
        E: {Type: HttpApi, Properties: {ApiId: !Ref Http, Path: /members, Method: get, Auth: {Authorizer: Members}}}
  Queue: {Type: AWS::SQS::Queue}
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: [events.amazonaws.com, sns.amazonaws.com]}
            Action: sqs:SendMessage
            Resource: !GetAtt Queue.Arn
  Topic: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: sqs, Endpoint: !GetAtt Queue.Arn}]}}
  Rule:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {source: [shop]}, Targets: [{Id: q, Arn: !GetAtt Queue.Arn}]}
"""


@pytest.fixture(scope="module")
def stage(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A system in an account of its own: its cloud and its names."""
    folder = tmp_path_factory.mktemp("accounts")
    (folder / "functions").mkdir()
    (folder / "functions" / "answer.py").write_text(CODE)
    (folder / "template.yaml").write_text(TEMPLATE)
    own = embedded_cloud(cloud.endpoint or "", folder=cloud.folder, region=cloud.region, account=ACCOUNT)
    system = read(folder / "template.yaml", name="accounts", account=ACCOUNT)
    names = deployed(system, cloud=own, stack="accounts", tell=lambda _line: None)
    return SimpleNamespace(cloud=own, names=names, system=system)


@pytest.fixture
def user(stage: SimpleNamespace) -> Iterator[str]:
    """A user of the pool, who has yet to choose a password."""
    idp, pool = stage.cloud.client("cognito-idp"), stage.names.physical["Pool"]
    idp.admin_create_user(UserPoolId=pool, Username="u", MessageAction="SUPPRESS", TemporaryPassword=PASSWORD + "1")
    yield "u"
    idp.admin_delete_user(UserPoolId=pool, Username="u")


@pytest.fixture
def tokens(stage: SimpleNamespace, user: str) -> dict[str, str]:
    """The tokens of a user who has signed in, which takes no signature."""
    idp, client = stage.cloud.client("cognito-idp"), stage.names.physical["Client"]
    given = {"USERNAME": user, "PASSWORD": PASSWORD + "1"}
    challenged = idp.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)
    answer = idp.respond_to_auth_challenge(
        ClientId=client,
        ChallengeName=challenged["ChallengeName"],
        Session=challenged["Session"],
        ChallengeResponses={"USERNAME": user, "NEW_PASSWORD": PASSWORD},
    )
    return dict(answer["AuthenticationResult"])


def got(url: str, **headers: str) -> tuple[int, Any]:
    """Status and body of what a request brings back."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as fault:
        return fault.code, json.load(fault)


def signed(url: str, *, account: str) -> dict[str, str]:
    """The headers of a request that the root of an account has signed."""
    request = AWSRequest(method="GET", url=url)
    SigV4Auth(Credentials(account, "test"), "execute-api", "us-east-1").add_auth(request)
    return dict(request.headers)


@pytest.mark.parametrize("api", ["Rest", "Http"])
def test_an_open_route_answers_anybody(stage: SimpleNamespace, api: str) -> None:
    """Function, role and event are those of the account that owns the API."""
    assert got(f"{stage.names.apis[api]}/open") == (200, [ACCOUNT, ACCOUNT, ACCOUNT])


@pytest.mark.parametrize("api", ["Rest", "Http"])
def test_a_route_for_members_answers_members(stage: SimpleNamespace, tokens: dict[str, str], api: str) -> None:
    """The authorizer knows the pool of its own account."""
    url = f"{stage.names.apis[api]}/members"

    assert got(url, Authorization=tokens["IdToken"])[0] == 200
    assert got(url) == (401, {"message": "Unauthorized"})


def test_a_signed_route_answers_its_account(stage: SimpleNamespace) -> None:
    """Nobody else, not even unsigned: an API that others may call has a resource policy."""
    url = f"{stage.names.apis['Rest']}/signed"

    assert got(url, **signed(url, account=ACCOUNT))[0] == 200
    assert got(url, **signed(url, account=EMBEDDED_ACCOUNT))[0] == 403
    assert got(url) == (403, {"message": "Missing Authentication Token"})


def test_a_signature_of_another_account_opens_what_is_open(stage: SimpleNamespace) -> None:
    """The address of an API names no account, so whoever asks reaches it."""
    url = f"{stage.names.apis['Rest']}/open"

    assert got(url, **signed(url, account="000000000079"))[0] == 200


def test_no_api_is_nobody_s(cloud: Cloud) -> None:
    """An id that no account has is still unknown."""
    assert got(f"{cloud.endpoint}/_aws/execute-api/0123abcd/dev/open")[0] == 404


def test_a_user_speaks_for_herself(stage: SimpleNamespace, tokens: dict[str, str]) -> None:
    """A call with a token names no account either."""
    idp = stage.cloud.client("cognito-idp")

    assert idp.get_user(AccessToken=tokens["AccessToken"])["Username"] == "u"


def test_a_session_is_refreshed(stage: SimpleNamespace, tokens: dict[str, str]) -> None:
    """The refresh token is known in its account."""
    idp, given = stage.cloud.client("cognito-idp"), {"REFRESH_TOKEN": tokens["RefreshToken"]}
    client = stage.names.physical["Client"]

    answer = idp.initiate_auth(ClientId=client, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=given)

    assert answer["AuthenticationResult"]["IdToken"]


def test_an_unknown_client_is_unknown_everywhere(stage: SimpleNamespace) -> None:
    """The error is Cognito's own."""
    idp, given = stage.cloud.client("cognito-idp"), {"USERNAME": "u", "PASSWORD": PASSWORD}

    with pytest.raises(idp.exceptions.ResourceNotFoundException):
        idp.initiate_auth(ClientId="nobodys", AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)


def test_the_keys_of_a_pool_are_public(stage: SimpleNamespace) -> None:
    """They verify the signatures of its tokens."""
    status, keys = got(f"{stage.cloud.endpoint}/{stage.names.physical['Pool']}/.well-known/jwks.json")

    assert status == 200
    assert keys["keys"]


def test_topic_and_bus_reach_the_queue(stage: SimpleNamespace) -> None:
    """Messages stay within the account."""
    stage.cloud.client("sns").publish(TopicArn=stage.names.physical["Topic"], Message="told")
    stage.cloud.client("events").put_events(Entries=[{"Source": "shop", "DetailType": "placed", "Detail": "{}"}])

    sqs, deadline = stage.cloud.client("sqs"), time.monotonic() + 10
    found: set[str] = set()
    while len(found) < 2 and time.monotonic() < deadline:
        answer = sqs.receive_message(QueueUrl=stage.names.physical["Queue"], MaxNumberOfMessages=10)
        bodies = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
        found |= {body.get("Message") or body["account"] for body in bodies}
    assert found == {"told", ACCOUNT}


def test_stream_and_log_are_the_account_s(stage: SimpleNamespace) -> None:
    """What a function wrote is in the stream of its table, and what it said in its log."""
    got(f"{stage.names.apis['Rest']}/open")

    table = stage.cloud.client("dynamodb").describe_table(TableName=stage.names.physical["Table"])["Table"]
    streams, arn = stage.cloud.client("dynamodbstreams"), table["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    function = stage.names.functions["Answer"].name
    log = stage.cloud.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    assert streams.get_records(ShardIterator=start["ShardIterator"])["Records"]
    assert f"seen by {function}" in [event["message"].strip() for event in log]


def test_a_deployment_leaves_the_functions_of_other_accounts_alone(cloud: Cloud, stage: SimpleNamespace) -> None:
    """Two runs deploy functions of one name, each in its account; neither ends an invocation of the other."""
    theirs = embedded_cloud(cloud.endpoint or "", folder=cloud.folder, region=cloud.region, account="000000000077")
    before = process(stage)

    names = deployed(stage.system, cloud=theirs, stack="accounts", tell=lambda _line: None)

    assert names.functions["Answer"].name == stage.names.functions["Answer"].name
    assert process(stage) == before


def process(stage: SimpleNamespace) -> str:
    """The process in which the function answers."""
    with urllib.request.urlopen(f"{stage.names.apis['Rest']}/open") as answer:
        return str(answer.headers["x-process"])
