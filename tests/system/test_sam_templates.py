from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import MalformedTemplate
from harness.system.model import Api, Authorizer, Route, System

IMPLICIT = """
    Transform: [AWS::Serverless-2016-10-31, AWS::LanguageExtensions]
    Globals:
      Function: {CodeUri: functions, Handler: shop.handler, Runtime: python3.12}
      Api:
        BinaryMediaTypes: [image~1png, "*~1*"]
        Auth:
          DefaultAuthorizer: Customers
          Authorizers: {Customers: {UserPoolArn: !GetAtt UserPool.Arn}}
    Resources:
      UserPool: {Type: AWS::Cognito::UserPool}
      Topic: {Type: AWS::SNS::Topic}
      Front:
        Type: AWS::Serverless::Api
        Properties:
          StageName: v1
          Models:
            Order: {type: object, required: [item], properties: {item: {type: string}}}
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Policies: [AWSXrayWriteOnlyAccess, DynamoDBReadPolicy: {TableName: orders}]
          Events:
            Last:
              Type: Api
              Properties:
                RestApiId: !Ref Front
                Method: post
                Path: /orders
                RequestModel: {Model: Order, Required: true, ValidateBody: true}
                RequestParameters: [method.request.querystring.page: {Required: true}]
            Late: {Type: Api, Properties: {Method: post, Path: /late, Auth: {Authorizer: NONE}}}
            First: {Type: Api, Properties: {Method: get, Path: /, Auth: {Authorizer: NONE}}}
            Signed: {Type: Api, Properties: {Method: any, Path: /signed, Auth: {Authorizer: AWS_IAM}}}
            Told: {Type: SNS, Properties: {Topic: !Ref Topic}}
            Daily: {Type: Schedule, Properties: {Schedule: rate(1 day), Enabled: false}}
"""


def route(api: str, method: str, path: str, **rest: object) -> Route:
    """Give a route to Orders."""
    return Route(api=api, method=method, path=path, function="Orders", **rest)  # type: ignore[arg-type]


def test_implicit_apis_are_read(system_of: Callable[..., System]) -> None:
    """Events that name no API belong to ServerlessRestApi, in the order of the template."""
    api = system_of(IMPLICIT).apis["ServerlessRestApi"]

    iam = Authorizer(name="AWS_IAM", kind="iam")
    assert (
        Api(
            name="ServerlessRestApi",
            kind="rest",
            stage="Prod",
            routes=(
                route("ServerlessRestApi", "POST", "/late"),
                route("ServerlessRestApi", "GET", "/"),
                route("ServerlessRestApi", "ANY", "/signed", authorizer=iam),
            ),
            binary_media_types=("image/png", "*/*"),
        )
        == api
    )


def test_explicit_apis_are_read(system_of: Callable[..., System]) -> None:
    """Globals, models, validators and the default authorizer are carried out."""
    api = system_of(IMPLICIT).apis["Front"]

    created = route(
        "Front",
        "POST",
        "/orders",
        authorizer=Authorizer(name="Customers", kind="cognito", pools=("UserPool",)),
        model={"type": "object", "required": ["item"], "properties": {"item": {"type": "string"}}},
        validates_body=True,
        required_parameters=("querystring.page",),
    )
    assert Api(name="Front", kind="rest", stage="v1", routes=(created,), binary_media_types=("image/png", "*/*")) == api


def test_other_events_are_read(system_of: Callable[..., System]) -> None:
    """SAM makes a rule and a subscription of them."""
    system = system_of(IMPLICIT)

    (rule,), (subscription,) = system.rules.values(), system.subscriptions.values()
    assert (rule.schedule, rule.enabled, rule.targets[0].resource) == ("rate(1 day)", False, "Orders")
    assert (subscription.topic, subscription.protocol, subscription.endpoint) == ("Topic", "lambda", "Orders")


def test_other_transforms_stay(system_of: Callable[..., System]) -> None:
    """The transform of SAM is done; CloudFormation does the others."""
    document = system_of(IMPLICIT).cloudformation

    assert document["Transform"] == ["AWS::LanguageExtensions"]


def test_what_sam_made_follows_its_source(system_of: Callable[..., System]) -> None:
    """Resources have the order of the template, and those that no source is in front of come last."""
    names = list(system_of(IMPLICIT).resources)

    owners = ("UserPool", "Topic", "Front", "Orders", "ServerlessRestApi")
    expected = [name for owner in owners for name in names if name.startswith(owner)]
    assert expected == names
    assert {"UserPool", "Frontv1Stage", "OrdersDaily", "ServerlessRestApiProdStage"} <= set(names)


def test_sam_says_what_is_wrong(system_of: Callable[..., System]) -> None:
    """Each message of the translator is a fact."""
    with pytest.raises(MalformedTemplate) as caught:
        system_of("""
            Transform: AWS::Serverless-2016-10-31
            Resources:
              A: {Type: AWS::Serverless::Function, Properties: {CodeUri: functions, Handler: a.b, Runtime: 3, Odd: 1}}
              B: {Type: AWS::Serverless::Api, Properties: {}}
        """)

    assert (
        f"{caught.value.sentence}\n"
        "  reason 1: Resource with id [A] is invalid. property Odd not defined for resource of type"
        " AWS::Serverless::Function\n"
        "  reason 2: Resource with id [B] is invalid. Missing required property 'StageName'."
    ) == str(caught.value)
    assert caught.value.sentence.startswith("SAM refuses the template '")


def test_published_applications_are_refused(system_of: Callable[..., System]) -> None:
    """The repository of applications needs AWS, which reading a template does not."""
    with pytest.raises(MalformedTemplate) as caught:
        system_of("""
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Local: {Type: AWS::Serverless::Application, Properties: {Location: child.yaml}}
              Shop: {Type: AWS::Serverless::Application, Properties: {Location: {ApplicationId: a}}}
        """)

    assert (
        "The application 'Shop' comes from the Serverless Application Repository, which needs AWS.\n"
        f"  declared in: {caught.value.facts[0][1]}\n"
        "  Put its template beside this one and name that file as its Location."
    ) == str(caught.value)


def test_reading_needs_no_aws(written: Callable[..., Path]) -> None:
    """No region, no credentials, no call, and nothing on the terminal."""
    template = written(IMPLICIT)
    program = (
        f"from pathlib import Path; from harness.system.reader import read; read(Path({str(template)!r}), name='shop')"
    )

    done = subprocess.run([sys.executable, "-c", program], env={}, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


BUCKET = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Photos: {Type: AWS::S3::Bucket}
      Resize:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: functions/
          Handler: a.handler
          Runtime: python3.12
          Events:
            Added: {Type: S3, Properties: {Bucket: !Ref Photos, Events: "s3:ObjectCreated:*"}}
            Gone: {Type: S3, Properties: {Bucket: !Ref Photos, Events: "s3:ObjectRemoved:*"}}
            Back: {Type: S3, Properties: {Bucket: !Ref Photos, Events: "s3:ObjectRestore:*"}}
"""


def test_a_template_is_the_same_in_every_process(system_of: Callable[..., System]) -> None:
    """The translator takes dependencies out of a set; in another order the stack would be deployed once more."""
    found = system_of(BUCKET).cloudformation["Resources"]["Photos"]["DependsOn"]

    assert found == ["ResizeAddedPermission", "ResizeBackPermission", "ResizeGonePermission"]
