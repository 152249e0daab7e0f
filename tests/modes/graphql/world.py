"""An API of AppSync, hand-written, and what it was asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from urllib3 import HTTPHeaderDict

from harness.cloud.names import FunctionNames, Names
from harness.modes.exchange import Request, Response
from harness.modes.graphql.played import GraphQL
from harness.runtime.invocation import FunctionError, Invocation
from harness.system.model import Function, Resource, System
from tests.modes.gateway.world import CALLER, Clock, Issuer

SCHEMA = """
type Query {
  product(id: ID!): Product @aws_api_key @aws_cognito_user_pools @aws_iam
  secret: String @aws_cognito_user_pools(cognito_groups: ["admins"])
  plain: String
}
type Mutation @aws_cognito_user_pools { rename(id: ID!, name: String!): Product! }
type Subscription { renamed: Product @aws_subscribe(mutations: ["rename"]) }
type Product @aws_api_key @aws_cognito_user_pools @aws_iam { id: ID! name: String price: Float maker: Maker }
type Maker @aws_api_key @aws_cognito_user_pools @aws_iam { name: String }
"""
FAILED = Invocation(function="F", request_id="r", error=FunctionError(type="KeyError", message="'id'"))
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:shop-dev-f"
NAMES = Names(
    stack="shop-dev",
    account="123456789012",
    region="eu-west-1",
    physical={"Graph": "arn:aws:appsync:eu-west-1:123456789012:apis/abc", "F": "shop-dev-f", "Pool": "eu-west-1_abc"},
    functions={"F": FunctionNames(name="shop-dev-f", arn=ARN, role="r")},
)
OF_THE_GRAPH = {"ApiId": {"Fn::GetAtt": ["Graph", "ApiId"]}}
POOL = {
    "AuthenticationType": "AMAZON_COGNITO_USER_POOLS",
    "UserPoolConfig": {"UserPoolId": {"Ref": "Pool"}, "AwsRegion": "eu-west-1"},
}


class Invoked:
    """Notes what functions are invoked with, and returns what it was told."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.invocation = Invocation(function="F", request_id="r", payload={"id": "1", "name": "Kettle"})
        self.fault: Exception | None = None

    def __call__(self, name: str, event: dict[str, Any]) -> Invocation:
        assert name == "F"
        self.events.append(event)
        if self.fault:
            raise self.fault
        return self.invocation


def resource(name: str, kind: str, **properties: Any) -> Resource:
    return Resource(name=name, type=f"AWS::{kind}", properties=properties)


def system_of(*changes: Resource) -> System:
    """Give a system with a graph; resources of these names take the place of those that it has."""
    source = {"Type": "AWS_LAMBDA", "Name": "Shop", "LambdaConfig": {"LambdaFunctionArn": {"Fn::GetAtt": ["F", "Arn"]}}}
    declared = [
        resource(
            "Graph",
            "AppSync::GraphQLApi",
            AuthenticationType="API_KEY",
            AdditionalAuthenticationProviders=[POOL, {"AuthenticationType": "AWS_IAM"}],
        ),
        resource("Schema", "AppSync::GraphQLSchema", **OF_THE_GRAPH, Definition=SCHEMA),
        resource("Source", "AppSync::DataSource", **OF_THE_GRAPH, **source),
        *(
            resource(field, "AppSync::Resolver", **OF_THE_GRAPH, TypeName=kind, FieldName=field, DataSourceName="Shop")
            for kind, field in (("Query", "product"), ("Query", "secret"), ("Mutation", "rename"), ("Product", "maker"))
        ),
        resource("Pool", "Cognito::UserPool"),
        resource("F", "Lambda::Function"),
    ]
    resources = {one.name: one for one in (*declared, *changes)}
    functions = {"F": Function(name="F", handler="f.handler", code=None)}
    return System(
        name="shop", template=Path("template.yaml"), cloudformation={}, functions=functions, resources=resources
    )


class World:
    """A played graph, and what it was built from."""

    def __init__(self, *changes: Resource, issuer: Issuer | None = None, names: Names = NAMES) -> None:
        self.function = Invoked()
        self.graph = GraphQL(
            system_of(*changes),
            names=names,
            invoke=self.function,
            api_keys=lambda _api: ["da2-good"],
            keys=issuer or no_issuer,
            caller=CALLER,
            clock=Clock(),
        )

    def ask(
        self, query: str, *, headers: dict[str, str] | None = None, sign: bool = False, api: str = "Graph", **more: Any
    ) -> Response:
        """Send a query; with an API key if nothing else is said."""
        sent = {"x-api-key": "da2-good"} if headers is None else headers
        body = json.dumps({"query": query, **more}).encode()
        return self.graph.query(self.request(body, headers=sent, sign=sign, api=api))

    def request(self, body: bytes, *, headers: dict[str, str], sign: bool = False, api: str = "Graph") -> Request:
        return Request(method="POST", path="/graphql", headers=HTTPHeaderDict(headers), body=body, sign=sign, api=api)


def no_issuer(_issuer: str) -> dict[str, Any]:
    """Publish no keys."""
    return {"keys": []}
