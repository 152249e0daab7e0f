"""APIs that somebody has changed by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.cloud.account import Cloud
from harness.cloud.drift.rest_apis import served

from .conftest import Stage, StageOf

INVOKE = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Work.Arn}/invocations"
REST = f"""
  Pool: {{Type: AWS::Cognito::UserPool}}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        swagger: "2.0"
        info: {{title: small, version: "1.0"}}
        x-amazon-apigateway-request-validators: {{both: {{validateRequestBody: true, validateRequestParameters: true}}}}
        securityDefinitions:
          Customers:
            type: apiKey
            name: Authorization
            in: header
            x-amazon-apigateway-authtype: cognito_user_pools
            x-amazon-apigateway-authorizer: {{type: cognito_user_pools, providerARNs: [!GetAtt Pool.Arn]}}
        definitions: {{Order: {{type: object, required: [item]}}}}
        paths:
          /orders:
            post:
              x-amazon-apigateway-request-validator: both
              security: [{{Customers: []}}]
              parameters:
                - {{in: body, name: Order, schema: {{$ref: "#/definitions/Order"}}}}
                - {{in: query, name: shop, required: true, type: string}}
              x-amazon-apigateway-integration: {{type: aws_proxy, httpMethod: POST, uri: !Sub "{INVOKE}"}}
            get:
              x-amazon-apigateway-integration: {{type: http_proxy, httpMethod: GET, uri: "https://example.com/"}}
  Deployment: {{Type: AWS::ApiGateway::Deployment, Properties: {{RestApiId: !Ref Api}}}}
  Dev:
    Type: AWS::ApiGateway::Stage
    Properties: {{RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev}}
"""


@pytest.fixture
def rest(stage_of: StageOf) -> Stage:
    """A REST API from a document."""
    return stage_of(REST, functions=("Work", "Other"))


def place(stage: Stage, path: str = "/orders", method: str = "POST") -> dict[str, str]:
    resources = stage.client("apigateway").get_resources(restApiId=stage["Api"])["items"]
    ids = {one["path"]: one["id"] for one in resources}
    return {"restApiId": stage["Api"], "resourceId": ids[path], "httpMethod": method}


def change(stage: Stage, path: str, value: str) -> None:
    stage.client("apigateway").update_method(
        **place(stage), patchOperations=[{"op": "replace", "path": path, "value": value}]
    )


def test_a_rest_api_that_nobody_has_changed_has_no_drift(rest: Stage) -> None:
    """A route that leads to no function is declared as well."""
    assert [] == rest.drift


def test_an_authorizer_that_is_missing_is_told(rest: Stage) -> None:
    """Anybody may order now."""
    change(rest, "/authorizationType", "NONE")

    assert ["route POST /orders: authorizer: the template says Customers (cognito), deployed is none"] == rest.drift


def test_a_signature_in_the_place_of_a_token_is_told(rest: Stage) -> None:
    """An authorizer of IAM has no name."""
    change(rest, "/authorizationType", "AWS_IAM")

    assert ["route POST /orders: authorizer: the template says Customers (cognito), deployed is iam"] == rest.drift


def test_another_pool_is_told(rest: Stage) -> None:
    """The authorizer has its name still, and trusts others."""
    client, other = rest.client("apigateway"), "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_Other"
    [authorizer] = client.get_authorizers(restApiId=rest["Api"])["items"]
    client.delete_authorizer(restApiId=rest["Api"], authorizerId=authorizer["id"])
    made = client.create_authorizer(
        restApiId=rest["Api"],
        name="Customers",
        type="COGNITO_USER_POOLS",
        providerARNs=[other],
        identitySource="method.request.header.Authorization",
    )
    change(rest, "/authorizerId", made["id"])

    assert [f"route POST /orders: trust of the authorizer: the template says Pool, deployed is {other}"] == rest.drift


def test_validation_that_is_missing_is_told(rest: Stage) -> None:
    """The method has no validator any more."""
    change(rest, "/requestValidatorId", "")

    assert ["route POST /orders: validation: the template says body, parameters, deployed is none"] == rest.drift


def test_a_model_and_parameters_that_are_missing_are_told(rest: Stage) -> None:
    """A validator without them passes everything."""
    client = rest.client("apigateway")
    have = client.get_method(**place(rest))
    integration = have["methodIntegration"]
    client.delete_method(**place(rest))
    kept = {name: have[name] for name in ("authorizationType", "authorizerId", "requestValidatorId")}
    client.put_method(**place(rest), **kept)
    client.put_integration(**place(rest), type="AWS_PROXY", integrationHttpMethod="POST", uri=integration["uri"])

    assert [
        "route POST /orders: model: the template says a model, deployed is none",
        "route POST /orders: required parameters: the template says querystring.shop, deployed is none",
    ] == rest.drift


def test_a_route_to_another_function_is_told(rest: Stage) -> None:
    """By the logical ids of both."""
    arn = rest.client("lambda").get_function_configuration(FunctionName=rest["Other"])["FunctionArn"]
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    rest.client("apigateway").put_integration(**place(rest), type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)

    assert ["route POST /orders: function: the template says Work, deployed is Other"] == rest.drift


def test_a_route_that_is_gone_is_told(rest: Stage) -> None:
    """By its method and path."""
    rest.client("apigateway").delete_method(**place(rest))

    assert ["route POST /orders: existence: the template says it is there, deployed is nothing"] == rest.drift


def test_a_route_too_many_is_told(rest: Stage) -> None:
    """It leads nowhere yet."""
    rest.client("apigateway").put_method(**place(rest, method="DELETE"), authorizationType="NONE")

    assert ["route DELETE /orders: existence: the template says nothing of it, deployed is a route"] == rest.drift


def test_an_api_that_is_gone_is_told(rest: Stage) -> None:
    """Once, and not route by route."""
    rest.client("apigateway").delete_rest_api(restApiId=rest["Api"])

    assert ["api Api: existence: the template says it is there, deployed is nothing"] == rest.drift


def in_aws(stage: Stage, aws: Cloud) -> Stage:
    return Stage(system=stage.system, cloud=aws, names=stage.names)


def test_a_stage_of_an_api_that_is_gone_is_told(rest: Stage, aws: Cloud) -> None:
    """In AWS the stage serves what was last deployed to it."""
    rest.client("apigateway").delete_stage(restApiId=rest["Api"], stageName="dev")

    assert ["api Api: stage dev: the template says it is there, deployed is nothing"] == in_aws(rest, aws).drift


def test_a_stage_in_aws_without_drift(rest: Stage, aws: Cloud) -> None:
    """What the deployment says is looked at as well."""
    assert [] == in_aws(rest, aws).drift


RESOURCES: list[Any] = [
    {
        "id": "r",
        "path": "/orders",
        "resourceMethods": {
            "GET": {"authorizationType": "NONE"},
            "POST": {"authorizationType": "NONE", "authorizerId": "a"},
        },
    }
]


def test_what_is_not_yet_deployed_to_the_stage_is_not_served() -> None:
    """The stage serves its last deployment: there was an authorizer then, and no GET."""
    snapshot = {"/orders": {"POST": {"authorizationType": "COGNITO_USER_POOLS", "apiKeyRequired": False}}}

    found = served(RESOURCES, [{"id": "a", "name": "Customers"}], [], snapshot=snapshot)

    assert {"POST /orders": "Customers (cognito)"} == {key: str(one.guard) for key, one in found.items()}


@pytest.mark.parametrize("providers", [["arn:pool"], "arn:pool"], ids=["list", "text"])
def test_the_trust_of_an_authorizer_is_told_whole(providers: Any) -> None:
    """An embedded cloud keeps the text of a template that names one pool alone."""
    authorizer = {"id": "a", "name": "Customers", "providerARNs": providers}
    methods = {"POST": {"authorizationType": "COGNITO_USER_POOLS", "authorizerId": "a"}}

    found = served([{"id": "r", "path": "/", "resourceMethods": methods}], [authorizer], [], snapshot=None)

    assert ("arn:pool",) == found["POST /"].guard.trusts


WRITTEN_OUT = f"""
  Api: {{Type: AWS::ApiGateway::RestApi, Properties: {{Name: written}}}}
  Decides:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      Name: decides
      RestApiId: !Ref Api
      Type: TOKEN
      IdentitySource: method.request.header.Authorization
      AuthorizerUri: !Sub "{INVOKE.replace("Work", "Other")}"
  Orders:
    Type: AWS::ApiGateway::Resource
    Properties: {{RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}}
  Post:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Orders
      HttpMethod: POST
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref Decides
      Integration: {{Type: AWS_PROXY, IntegrationHttpMethod: POST, Uri: !Sub "{INVOKE}"}}
  Root:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: AWS_IAM
      Integration: {{Type: AWS_PROXY, IntegrationHttpMethod: POST, Uri: !Sub "{INVOKE}"}}
"""


def test_an_api_of_resources_has_no_drift(stage_of: StageOf) -> None:
    """Its authorizer is known by its logical id, and its routes by their resources."""
    stage = stage_of(WRITTEN_OUT, functions=("Work", "Other"))

    assert [] == stage.drift


def test_a_route_too_many_beside_resources_is_told(stage_of: StageOf) -> None:
    """Somebody has opened the root to all methods."""
    stage = stage_of(WRITTEN_OUT, functions=("Work", "Other"))
    stage.client("apigateway").put_method(**place(stage, "/", "ANY"), authorizationType="NONE")

    assert ["route ANY /: existence: the template says nothing of it, deployed is a route"] == stage.drift


HTTP = f"""
  Pool: {{Type: AWS::Cognito::UserPool}}
  Client: {{Type: AWS::Cognito::UserPoolClient, Properties: {{UserPoolId: !Ref Pool}}}}
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Body:
        openapi: "3.0.1"
        info: {{title: small, version: "1.0"}}
        components:
          securitySchemes:
            Tokens:
              type: oauth2
              x-amazon-apigateway-authorizer:
                type: jwt
                identitySource: $request.header.Authorization
                jwtConfiguration:
                  issuer: !Sub "https://cognito-idp.${{AWS::Region}}.amazonaws.com/${{Pool}}"
                  audience: [!Ref Client]
        paths:
          /jobs:
            get:
              security: [{{Tokens: [read]}}]
              x-amazon-apigateway-integration:
                {{type: aws_proxy, httpMethod: POST, payloadFormatVersion: "2.0", uri: !Sub "{INVOKE}"}}
          /$default:
            x-amazon-apigateway-any-method:
              x-amazon-apigateway-integration:
                {{type: aws_proxy, httpMethod: POST, payloadFormatVersion: "2.0", uri: !Sub "{INVOKE}"}}
  Stage: {{Type: AWS::ApiGatewayV2::Stage, Properties: {{ApiId: !Ref Api, StageName: $default, AutoDeploy: true}}}}
"""


@pytest.fixture
def http(stage_of: StageOf) -> Stage:
    """An HTTP API from a document."""
    return stage_of(HTTP, functions=("Work",))


def route(stage: Stage, key: str = "GET /jobs") -> dict[str, str]:
    routes = stage.client("apigatewayv2").get_routes(ApiId=stage["Api"])["Items"]
    return {"ApiId": stage["Api"], "RouteId": next(one["RouteId"] for one in routes if one["RouteKey"] == key)}


def test_an_http_api_that_nobody_has_changed_has_no_drift(http: Stage) -> None:
    """The default route is declared as a path."""
    assert [] == http.drift


def test_an_open_route_of_an_http_api_is_told(http: Stage) -> None:
    """Scopes are gone with the authorizer."""
    http.client("apigatewayv2").update_route(**route(http), AuthorizationType="NONE", AuthorizationScopes=[])

    assert [
        "route GET /jobs: authorizer: the template says Tokens (jwt), deployed is none",
        "route GET /jobs: scopes: the template says read, deployed is none",
    ] == http.drift


def test_another_issuer_is_told(http: Stage) -> None:
    """The authorizer has its name still, and trusts others."""
    client = http.client("apigatewayv2")
    [authorizer] = client.get_authorizers(ApiId=http["Api"])["Items"]
    token = {"Issuer": "https://example.com", "Audience": ["shop"]}
    client.update_authorizer(
        ApiId=http["Api"], AuthorizerId=authorizer["AuthorizerId"], Name="Tokens", JwtConfiguration=token
    )

    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{http['Pool']}"
    assert [
        (
            f"route GET /jobs: trust of the authorizer: the template says {issuer}, {http['Client']}, "
            "deployed is https://example.com, shop"
        )
    ] == http.drift


def test_routes_of_an_http_api_that_come_and_go_are_told(http: Stage) -> None:
    """One is missing, one is too many."""
    client = http.client("apigatewayv2")
    client.delete_route(**route(http, "$default"))
    [integration, *_] = client.get_integrations(ApiId=http["Api"])["Items"]
    client.create_route(ApiId=http["Api"], RouteKey="POST /jobs", Target=f"integrations/{integration['IntegrationId']}")

    assert [
        "route $default: existence: the template says it is there, deployed is nothing",
        "route POST /jobs: existence: the template says nothing of it, deployed is a route to Work",
    ] == http.drift


def test_an_http_api_that_is_gone_is_told(http: Stage) -> None:
    """Once, and not route by route."""
    http.client("apigatewayv2").delete_api(ApiId=http["Api"])

    assert ["api Api: existence: the template says it is there, deployed is nothing"] == http.drift


URL = """
  Url: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref Work, AuthType: AWS_IAM}}
"""


def test_a_url_that_asks_for_no_signature_is_told(stage_of: StageOf) -> None:
    """As the API of Lambda calls it."""
    stage = stage_of(URL, functions=("Work",))
    before = stage.drift
    stage.client("lambda").update_function_url_config(FunctionName=stage["Work"], AuthType="NONE")

    assert [] == before
    assert ["url Url: authorization: the template says AWS_IAM, deployed is NONE"] == stage.drift


def test_a_url_that_is_gone_is_told(stage_of: StageOf) -> None:
    """The function is there still."""
    stage = stage_of(URL, functions=("Work",))
    stage.client("lambda").delete_function_url_config(FunctionName=stage["Work"])

    assert ["url Url: existence: the template says it is there, deployed is nothing"] == stage.drift


def test_the_url_of_a_function_that_is_not_in_the_stack(stage_of: StageOf) -> None:
    """The function is told, and nothing else fails for it."""
    stage = stage_of(URL, functions=("Work",))
    physical = {name: one for name, one in stage.names.physical.items() if name != "Work"}

    assert ["resource Work: existence: the template says AWS::Lambda::Function, deployed is nothing"] == replace(
        stage, names=replace(stage.names, physical=physical)
    ).drift


UNREAD: list[dict[str, Any]] = [
    {"BodyS3Location": {"Bucket": "b"}},
    {"Body": {"paths": {"Fn::Transform": {}}}},
]


def with_properties(stage: Stage, api: str, **properties: Any) -> Stage:
    resource = replace(stage.system.resources[api], properties=properties)
    system = replace(stage.system, resources={**stage.system.resources, api: resource})
    return replace(stage, system=system)


@pytest.mark.parametrize("properties", UNREAD, ids=["s3", "include"])
def test_beside_a_document_that_nobody_has_read_no_route_is_too_many(rest: Stage, properties: dict[str, Any]) -> None:
    """The template may declare it in the part that only the cloud sees."""
    rest.client("apigateway").put_method(**place(rest, method="DELETE"), authorizationType="NONE")

    assert [] == with_properties(rest, "Api", **properties).drift


@pytest.mark.parametrize("properties", UNREAD, ids=["s3", "include"])
def test_nor_beside_that_of_an_http_api(http: Stage, properties: dict[str, Any]) -> None:
    """It is read the same way."""
    http.client("apigatewayv2").create_route(ApiId=http["Api"], RouteKey="POST /more")

    assert [] == with_properties(http, "Api", **properties).drift
