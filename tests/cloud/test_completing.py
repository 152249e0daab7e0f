"""What the embedded cloud leaves out is done, or named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import requests
from requests_aws4auth import AWS4Auth

from harness.cloud import completing
from harness.cloud.account import Cloud
from harness.cloud.completing.openapi import operations
from harness.cloud.completing.wanted import Wanted
from harness.cloud.deploying import deploy
from harness.cloud.resolving import resolve_names
from harness.system.model import System

from .support import Deployed, Said

SystemOf = Callable[..., System]


@pytest.fixture(scope="module")
def token(demo: Deployed) -> str:
    """The identity token of a member."""
    users, pool = demo.cloud.client("cognito-idp"), demo.names.physical["Pool"]
    users.admin_create_user(UserPoolId=pool, Username="ann", MessageAction="SUPPRESS")
    users.admin_set_user_password(UserPoolId=pool, Username="ann", Password="Passw0rd!", Permanent=True)
    signed_in = users.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=demo.names.physical["Client"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ann", "PASSWORD": "Passw0rd!"},
    )
    return str(signed_in["AuthenticationResult"]["IdToken"])


def ask(demo: Deployed, api: str, path: str, **arguments: Any) -> requests.Response:
    return requests.request(arguments.pop("method", "GET"), f"{demo.names.apis[api]}{path}", timeout=20, **arguments)


def completed(system: System, cloud: Cloud, stack: str) -> list[str]:
    deployment = deploy(system, cloud=cloud, stack=stack, progress=Said())
    names = resolve_names(system, cloud=cloud, stack=stack, deployment=deployment)
    return completing.complete(system, cloud=cloud, names=names)


def test_what_was_done_is_told(demo: Deployed) -> None:
    """A line each, and what cannot be done is among them."""
    host = f"{demo.names.physical['Http']}.execute-api.us-east-1.amazonaws.com"

    assert [
        "Rest: request validator 'body-and-params'",
        "Rest: POST /wishes: request validator, request parameters, request model",
        "Rest: OPTIONS /wishes: integration, integration responses, method responses",
        "Rest: OPTIONS /anything: integration, integration responses, method responses",
        "Rest: ANY /anything: method",
        "Rest: OPTIONS /signed: integration, integration responses, method responses",
        "Rest: GET /signed: integration",
        "Rest: gateway response UNAUTHORIZED",
        "Http: CORS",
        "Http: authorizer 'Tokens'",
        "Http: route GET /guarded",
        "Http: route GET /open/{name}",
        "Answer: DeadLetterConfig",
        "Answer: ReservedConcurrentExecutions",
        "Told: addresses in ADDRESS",
        f"not done here: Told: HOST holds the address {host!r} without https://, so that it cannot be translated",
        "Table: time to live",
        "Table: recovery to a point in time",
    ] == sorted(demo.completed, key=lambda line: list(demo.system.resources).index(owner(line)))


def owner(line: str) -> str:
    return line.removeprefix("not done here: ").partition(":")[0]


def test_a_second_time_there_is_nothing_to_do(demo: Deployed) -> None:
    """Gaps are found by looking; what cannot be done is named again."""
    again = completing.complete(demo.system, cloud=demo.cloud, names=demo.names)

    assert [line for line in demo.completed if line.startswith("not done here:")] == again


def test_nothing_is_completed_in_aws(demo: Deployed, aws: Cloud) -> None:
    """There the template's word is enough."""
    assert [] == completing.complete(demo.system, cloud=aws, names=demo.names)


def test_a_body_without_a_required_property_is_refused(demo: Deployed, token: str) -> None:
    """API Gateway answers before the function runs."""
    answer = ask(demo, "Rest", "/wishes?page=1", method="POST", json={}, headers={"Authorization": token})

    assert (400, {"message": "Invalid request body"}) == (answer.status_code, answer.json())


def test_a_missing_required_parameter_is_refused(demo: Deployed, token: str) -> None:
    """API Gateway names it."""
    answer = ask(demo, "Rest", "/wishes", method="POST", json={"wish": "rain"}, headers={"Authorization": token})

    assert (400, "Missing required request parameters: [page]") == (answer.status_code, answer.json()["message"])


def test_a_good_request_reaches_the_function(demo: Deployed, token: str) -> None:
    """What was put in the method's place leads where the method did."""
    answer = ask(demo, "Rest", "/wishes?page=1", method="POST", json={"wish": "rain"}, headers={"Authorization": token})

    assert (200, "/wishes") == (answer.status_code, answer.json()["route"])


def test_no_token_gets_the_gateway_response_of_the_template(demo: Deployed) -> None:
    """The authorizer is still there, and its refusal looks as declared."""
    answer = ask(demo, "Rest", "/wishes?page=1", method="POST", json={"wish": "rain"})

    assert (401, "yes") == (answer.status_code, answer.headers["X-Refused"])


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH"])
def test_a_route_for_all_methods(demo: Deployed, method: str) -> None:
    """The embedded cloud imports none for ``x-amazon-apigateway-any-method``."""
    assert 200 == ask(demo, "Rest", "/anything", method=method).status_code


def test_a_preflight_is_answered(demo: Deployed) -> None:
    """The mock integration that SAM writes for CORS has its responses."""
    answer = ask(demo, "Rest", "/wishes", method="OPTIONS", headers={"Origin": "https://example.com"})

    assert (200, "*") == (answer.status_code, answer.headers["Access-Control-Allow-Origin"])
    assert "OPTIONS,POST" == answer.headers["Access-Control-Allow-Methods"]


def test_a_signed_request_passes_and_an_unsigned_one_does_not(demo: Deployed) -> None:
    """The signature fits the address of the embedded cloud."""
    signature = AWS4Auth("test", "test", demo.cloud.region, "execute-api")

    assert 403 == ask(demo, "Rest", "/signed").status_code
    assert 200 == ask(demo, "Rest", "/signed", auth=signature).status_code


def test_a_route_of_an_http_api_asks_for_a_token(demo: Deployed, token: str) -> None:
    """Its authorizer came in the OpenAPI document."""
    admitted = ask(demo, "Http", "/guarded", headers={"Authorization": f"Bearer {token}"})

    assert 401 == ask(demo, "Http", "/guarded").status_code
    assert (200, "2.0", "GET /guarded") == (admitted.status_code, *told(admitted, "version", "route"))


def told(answer: requests.Response, *names: str) -> tuple[Any, ...]:
    return tuple(answer.json()[name] for name in names)


def test_an_open_route_of_an_http_api(demo: Deployed) -> None:
    """It has CORS headers and a template in its path."""
    answer = ask(demo, "Http", "/open/ann", headers={"Origin": "https://example.com"})

    assert (200, "GET /open/{name}") == (answer.status_code, *told(answer, "route"))
    assert "*" == answer.headers["Access-Control-Allow-Origin"]


def test_binary_media_types_arrive_with_their_slash(demo: Deployed) -> None:
    """CloudFormation wants it escaped, the embedded cloud takes it as it stands."""
    api = demo.cloud.client("apigateway").get_rest_api(restApiId=demo.names.physical["Rest"])

    assert ["image/png"] == api["binaryMediaTypes"]


def test_addresses_in_the_environment_are_the_embedded_ones(demo: Deployed) -> None:
    """The deployed function has them, and so have the names."""
    deployed = demo.cloud.client("lambda").get_function_configuration(FunctionName=demo.names.physical["Told"])

    address = f"{demo.names.apis['Http']}/open/you"
    assert address == deployed["Environment"]["Variables"]["ADDRESS"]
    assert address == demo.names.functions["Told"].environment["ADDRESS"]
    assert 200 == requests.get(address, timeout=20).status_code


def test_settings_of_a_function_arrive(demo: Deployed) -> None:
    """The dead-letter queue and the reserved concurrency are Lambda's to know."""
    client, name = demo.cloud.client("lambda"), demo.names.physical["Answer"]

    assert 5 == client.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"]
    found = client.get_function_configuration(FunctionName=name)
    assert {"TargetArn": demo.names.physical["Failures"]} == found["DeadLetterConfig"]
    assert {"GREETING": "hello"} == found["Environment"]["Variables"]


def test_items_have_a_time_to_live(demo: Deployed) -> None:
    """The table forgets them."""
    found = demo.cloud.client("dynamodb").describe_time_to_live(TableName=demo.names.physical["Table"])

    assert {"TimeToLiveStatus": "ENABLED", "AttributeName": "until"} == found["TimeToLiveDescription"]


HTTP = """
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties: {{Code: {{ZipFile: "def handler(event, context): return 'here'"}}, Handler: index.handler,
      Runtime: python3.12, Role: "arn:aws:iam::000000000000:role/none"}}
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Body:
        openapi: 3.0.1
        info: {{title: t, version: "1"}}
        paths: {paths}
  Stage: {{Type: AWS::ApiGatewayV2::Stage, Properties: {{ApiId: !Ref Api, StageName: $default, AutoDeploy: true}}}}
"""

INTEGRATION = """{x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: POST, payloadFormatVersion: "%s",
  uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"}}"""


def http_api(*operations: str, version: str = "2.0") -> str:
    routes = ", ".join(f"{operation}: {INTEGRATION % version}" for operation in operations)
    return HTTP.format(
        paths=f"{{/here: {{{routes}}}, /$default: {{x-amazon-apigateway-any-method: {INTEGRATION % version}}}}}"
    )


def test_routes_follow_the_document(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """What the template no longer has goes, what it has now comes."""
    before = completed(system_of(http_api("get", "put")), cloud, stack)
    after = completed(system_of(http_api("put", "post")), cloud, stack)

    assert ["Api: route GET /here", "Api: route PUT /here", "Api: route $default"] == before
    assert ["Api: route POST /here", "Api: route GET /here taken away"] == after


def test_a_route_whose_integration_changed_is_replaced(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """Another payload format is another event."""
    completed(system_of(http_api("get")), cloud, stack)

    lines = completed(system_of(http_api("get", version="1.0")), cloud, stack)

    assert ["Api: route GET /here", "Api: route $default"] == lines


AUTHORIZERS = """
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Body:
        openapi: 3.0.1
        info: {title: t, version: "1"}
        paths:
          /here:
            get:
              security: [{%s: []}]
              x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: "https://example.com",
                payloadFormatVersion: "1.0", connectionId: vpc}
            put: {x-amazon-apigateway-integration: {type: http_proxy, uri: !GetAtt Odd.StreamArn}}
        components:
          securitySchemes:
            Tokens: {type: oauth2, x-amazon-apigateway-authorizer: {type: jwt,
              identitySource: "$request.header.Token", jwtConfiguration: {issuer: "https://%s", audience: [a]}}}
            Lambda: {type: apiKey, name: n, in: header, x-amazon-apigateway-authorizer: {type: request,
              identitySource: "$request.header.A, $request.header.B", authorizerUri: "arn:aws:lambda:x",
              authorizerPayloadFormatVersion: "2.0", enableSimpleResponses: true}}
            Unknown: {type: oauth2, x-amazon-apigateway-authorizer: {type: jwt,
              jwtConfiguration: {issuer: !GetAtt Odd.StreamArn}}}
            Key: {type: apiKey, name: x-api-key, in: header}
  Odd: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST,
    StreamSpecification: {StreamViewType: KEYS_ONLY},
    AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}]}}
"""


def test_authorizers_of_a_document(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """Both kinds come; what cannot be known is named."""
    lines = completed(system_of(AUTHORIZERS.replace("%s", "Lambda", 1).replace("%s", "one.example")), cloud, stack)

    assert [
        "Api: authorizer 'Tokens'",
        "Api: authorizer 'Lambda'",
        "not done here: Api: authorizer 'Unknown': the template's values are not known",
        "not done here: Api: GET /here: connectionId of its integration",
        "Api: route GET /here",
        "not done here: Api: PUT /here: its integration is not known",
    ] == lines


def test_an_authorizer_that_changed_is_changed(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """It keeps its id, so that routes go on referring to it."""
    template = AUTHORIZERS.replace("%s", "Tokens", 1).replace("!GetAtt Odd.StreamArn", "a")
    completed(system_of(template.replace("%s", "one.example")), cloud, stack)

    lines = completed(system_of(template.replace("%s", "two.example")), cloud, stack)

    assert ["Api: authorizer 'Tokens'"] == lines


MORE = """
Resources:
  Http: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: h, ProtocolType: HTTP,
    CorsConfiguration: {AllowOrigins: ["*"]}}}
  Socket: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: s, ProtocolType: WEBSOCKET,
    RouteSelectionExpression: $request.body.action}}
  Fifo: {Type: AWS::SNS::Topic, Properties: {TopicName: notes.fifo, FifoTopic: true, ContentBasedDeduplication: true}}
  Plain: {Type: AWS::SNS::Topic, Properties: {DisplayName: plain}}
  Queue: {Type: AWS::SQS::Queue}
  Some: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref Plain, Protocol: sqs, Endpoint: !GetAtt Queue.Arn,
    FilterPolicy: {kind: [good]}, RawMessageDelivery: true}}
  Lost: {Type: AWS::SNS::Subscription, Properties: {TopicArn: "arn:aws:sns:us-east-1:000000000000:nowhere",
    Protocol: sqs, Endpoint: !GetAtt Queue.Arn}}
  Rule: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [a]}, Targets: [{Id: q, Arn: !GetAtt Queue.Arn}]}}
  Stream: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Table: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST,
    AttributeDefinitions: [{AttributeName: id, AttributeType: S}], KeySchema: [{AttributeName: id, KeyType: HASH}],
    KinesisStreamSpecification: {StreamArn: !GetAtt Stream.Arn}}}
"""


def test_what_cannot_be_done_is_named(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """Nothing is accepted and then passed over."""
    lines = completed(system_of(MORE), cloud, stack)

    assert {
        "Http: CORS",
        "Fifo: ContentBasedDeduplication",
        "not done here: Fifo: FifoTopic",
        "not done here: Lost: the subscription: its topic is not there",
        "not done here: Table: its stream in Kinesis",
    } == set(lines)


def test_what_went_astray_later_is_put_right(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """What the services say is compared, not what was done before."""
    system = system_of(MORE)
    completed(system, cloud, stack)
    names = resolve_names(system, cloud=cloud, stack=stack)
    cloud.client("events").disable_rule(Name=names.physical["Rule"])
    cloud.client("events").remove_targets(Rule=names.physical["Rule"], Ids=["q"])
    cloud.client("sns").set_subscription_attributes(
        SubscriptionArn=names.physical["Some"], AttributeName="FilterPolicy", AttributeValue="{}"
    )

    lines = completing.complete(system, cloud=cloud, names=names)

    done = sorted(line for line in lines if not line.startswith("not done here:"))
    assert ["Rule: State, Targets", "Some: FilterPolicy"] == done
    assert "ENABLED" == cloud.client("events").describe_rule(Name=names.physical["Rule"])["State"]
    assert 1 == len(cloud.client("events").list_targets_by_rule(Rule=names.physical["Rule"])["Targets"])


METHOD = """
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: plain}}
  Checks: {Type: AWS::ApiGateway::RequestValidator, Properties: {RestApiId: !Ref Api, Name: c,
    ValidateRequestParameters: true}}
  Method: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId,
    HttpMethod: GET, AuthorizationType: NONE, RequestValidatorId: !Ref Checks, Integration: {Type: MOCK},
    RequestParameters: {method.request.querystring.page: true}}}
  Open: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId,
    HttpMethod: PUT, AuthorizationType: NONE, Integration: {Type: MOCK}}}
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: [Method], Properties: {RestApiId: !Ref Api}}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, StageName: dev,
    DeploymentId: !Ref Deployment}}
"""


def test_a_method_of_its_own_gets_its_validator(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """The embedded cloud drops the property ``RequestValidatorId``."""
    lines = completed(system_of(METHOD), cloud, stack)

    names = resolve_names(system_of(METHOD), cloud=cloud, stack=stack)
    address = f"{cloud.endpoint}/_aws/execute-api/{names.physical['Api']}/dev/"
    assert ["Method: request validator"] == lines
    assert 400 == requests.get(address, timeout=20).status_code
    assert [] == completing.complete(system_of(METHOD), cloud=cloud, names=names)


def test_documents_in_a_bucket_are_named(cloud: Cloud, demo: Deployed) -> None:
    """The embedded cloud does not fetch them."""
    resources = {
        name: replace(demo.system.resources[name], properties={"BodyS3Location": {"Bucket": "b", "Key": "k"}})
        for name in ("Rest", "Http")
    }
    system = replace(demo.system, resources=resources)

    assert [
        "not done here: Rest: its document in S3 is not imported",
        "not done here: Http: its document in S3 is not imported",
    ] == completing.complete(system, cloud=cloud, names=demo.names)


def operation(content: Mapping[str, Any], **body: Any) -> Any:
    (found,) = operations({"paths": {"/a": {"get": content}}, **body})
    return found


def test_a_model_brings_along_what_it_refers_to() -> None:
    """A model knows no document around it."""
    schemas = {"Wish": {"properties": {"by": {"$ref": "#/components/schemas/User"}}}, "User": {"type": "object"}}
    reference = {"$ref": "#/components/schemas/Wish"}

    found = operation(
        {"requestBody": {"content": {"application/json": {"schema": reference}}}}, components={"schemas": schemas}
    )

    name, schema = found.models["application/json"]
    assert "Wish" == name
    assert {"$ref": "#/definitions/User"} == schema["properties"]["by"]
    assert {"type": "object"} == schema["definitions"]["User"]


def test_a_schema_without_a_name_gets_one() -> None:
    """The same schema gets the same name."""
    content = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}

    assert operation(content).models == operation(content).models
    assert operation(content).models["application/json"][0].isalnum()


@pytest.mark.parametrize(
    ("security", "expected"),
    [
        ([{"Signed": []}], ("AWS_IAM", "", (), False)),
        ([{"Members": ["read"]}], ("COGNITO_USER_POOLS", "Members", ("read",), False)),
        ([{"Key": []}], ("NONE", "", (), True)),
        ([{"Members": [], "Key": []}], ("COGNITO_USER_POOLS", "Members", (), True)),
        ([{"Key": [], "Signed": []}], ("AWS_IAM", "", (), True)),
        ([{"Members": []}, {"Signed": []}], ("COGNITO_USER_POOLS", "Members", (), False)),
        ([{"NONE": []}], ("NONE", "", (), False)),
        ([], ("NONE", "", (), False)),
        (None, ("AWS_IAM", "", (), False)),
    ],
)
def test_who_may_pass(security: Any, expected: tuple[Any, ...]) -> None:
    """As API Gateway reads security requirements; without any, those of the whole document count."""
    definitions = {
        "Signed": {"type": "apiKey", "x-amazon-apigateway-authtype": "awsSigv4"},
        "Members": {"type": "apiKey", "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools"}},
        "Key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
    }

    found = operation({"security": security}, securityDefinitions=definitions, security=[{"Signed": []}]).authorization

    assert expected == (found.type, found.authorizer, found.scopes, found.api_key)


def test_differences_that_stay_are_named() -> None:
    """Done is only what can be seen afterwards."""
    wanted = Wanted(name="Function", kind="AWS::Lambda::Function", properties={}, physical="f")

    assert ["Function: a", "not done here: Function: b"] == wanted.lines(["a", "b"], ["b"])


SETTINGS = """
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      BinaryMediaTypes: [image~1png]
      Body:
        swagger: "2.0"
        info: {title: t, version: "1"}
        x-amazon-apigateway-api-key-source: AUTHORIZER
        x-amazon-apigateway-binary-media-types: [image/gif]
        x-amazon-apigateway-policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*",
          Action: "execute-api:Invoke", Resource: "execute-api:/*"}]}
        paths:
          /a/b: {get: {x-amazon-apigateway-integration: {type: mock}}}
  Function:
    Type: AWS::Lambda::Function
    Properties: {Code: {S3Bucket: nowhere, S3Key: none}, Handler: i.h, Runtime: python3.12, Timeout: "7",
      Role: "arn:aws:iam::000000000000:role/none", VpcConfig: {SubnetIds: [s], SecurityGroupIds: [g]}}
"""


def test_settings_of_a_document(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """The API has what stands beside the paths, and a function what it needs to run."""
    lines = completed(system_of(SETTINGS), cloud, stack)

    assert [
        "Api: source of API keys",
        "Api: resource policy",
        "not done here: Function: it runs in no VPC",
        "not done here: Function: its code did not arrive",
    ] == lines


def test_a_path_that_is_lost_is_put_back(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """With what is missing of it, and its method."""
    system = system_of(SETTINGS)
    completed(system, cloud, stack)
    names = resolve_names(system, cloud=cloud, stack=stack)
    client, api = cloud.client("apigateway"), names.physical["Api"]
    for resource in client.get_resources(restApiId=api)["items"]:
        if resource["path"] != "/":
            client.delete_resource(restApiId=api, resourceId=resource["id"])

    lines = completing.complete(system, cloud=cloud, names=names)

    assert "Api: GET /a/b: method" == lines[0]
    assert {"/", "/a", "/a/b"} == {found["path"] for found in client.get_resources(restApiId=api)["items"]}


def test_media_types_that_were_lost_are_named(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """The embedded cloud's API cannot bring them back."""
    system = system_of(SETTINGS)
    completed(system, cloud, stack)
    names = resolve_names(system, cloud=cloud, stack=stack)
    other = cloud.client("apigateway").create_rest_api(name="without")["id"]

    lost = replace(names, physical={**names.physical, "Api": other})

    assert "not done here: Api: binary media types image/gif, image/png" in completing.complete(
        system, cloud=cloud, names=lost
    )
    cloud.client("apigateway").delete_rest_api(restApiId=other)
