"""What is read from a template, and what is refused."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pytest

from harness.errors import HarnessError, MalformedTemplate, MisusedStep, NotDeployed, NotOffered, UnknownResource
from tests.modes.graphql.world import NAMES, OF_THE_GRAPH, World, resource

PRODUCT = '{ product(id: "1") { name } }'


def told(kind: type[HarnessError], world: World, **more: Any) -> str:
    with pytest.raises(kind) as caught:
        world.ask(PRODUCT, **more)
    return str(caught.value)


def resolver(**properties: Any) -> Any:
    said = {"TypeName": "Query", "FieldName": "product", "DataSourceName": "Shop", **properties}
    return resource("product", "AppSync::Resolver", **OF_THE_GRAPH, **said)


def test_an_unknown_api() -> None:
    """The error lists those that there are."""
    assert told(UnknownResource, World(), api="Grap") == (
        "No GraphQL API is called 'Grap'.\n  declared in template.yaml: Graph\n  did you mean 'Graph'?"
    )


def test_an_api_that_the_stage_does_not_have() -> None:
    """Its condition did not hold, or it was not deployed."""
    world = World(names=replace(NAMES, physical={}))

    assert told(NotDeployed, world) == "The GraphQL API 'Graph' is not in the stage.\n  stack: shop-dev"


@pytest.mark.parametrize(
    ("properties", "why"),
    [
        ({"Kind": "PIPELINE"}, "it is a pipeline"),
        ({"RequestMappingTemplate": "{}"}, "it has templates or code of its own"),
        ({"Code": "export function request() {}"}, "it has templates or code of its own"),
        ({"ResponseMappingTemplateS3Location": "s3://b/k"}, "it has templates or code of its own"),
        ({"MaxBatchSize": 5}, "it batches"),
        ({"DataSourceName": "Table"}, "its data source is AMAZON_DYNAMODB, not AWS_LAMBDA"),
        ({"DataSourceName": {"Ref": "Elsewhere"}}, "its data source is not in the template, not AWS_LAMBDA"),
    ],
)
def test_only_direct_lambda_resolvers_are_played(properties: dict[str, Any], why: str) -> None:
    """The error names the resolver, its field and the reason."""
    table = resource("Table", "AppSync::DataSource", **OF_THE_GRAPH, Type="AMAZON_DYNAMODB", Name="Table")

    assert told(NotOffered, World(table, resolver(**properties))) == (
        f"The resolver 'product' is not played in handler and invoke mode: {why}.\n"
        "  field: Query.product\n"
        "  played: direct Lambda resolvers\n"
        "  run this test with --mode=http."
    )


@pytest.mark.parametrize("name", [{"Fn::GetAtt": ["Source", "Name"]}, {"Ref": "Source"}])
def test_a_data_source_may_be_named_by_reference(name: dict[str, Any]) -> None:
    """As templates mostly do."""
    assert World(resolver(DataSourceName=name)).ask(PRODUCT).json["data"]["product"] == {"name": "Kettle"}


def test_a_resolver_of_another_api_is_not_meant() -> None:
    """A field that has none here is read off the value above."""
    world = World(resource("product", "AppSync::Resolver", ApiId="literal", TypeName="Query", FieldName="product"))

    assert world.ask(PRODUCT).json == {"data": {"product": None}}


@pytest.mark.parametrize("properties", [{}, {"DefinitionS3Location": "s3://bucket/schema"}])
def test_a_schema_must_be_in_the_template(properties: dict[str, str]) -> None:
    """The error says where it can stand."""
    world = World(resource("Schema", "AppSync::GraphQLSchema", **OF_THE_GRAPH, **properties))

    assert told(MalformedTemplate, world) == (
        "The GraphQL API 'Graph' has no schema in the template.\n"
        "  template: template.yaml\n"
        "  write it in its AWS::AppSync::GraphQLSchema, or name a local file there as DefinitionS3Location"
    )


def test_a_schema_must_be_one() -> None:
    """The error says what GraphQL has against it."""
    world = World(resource("Schema", "AppSync::GraphQLSchema", **OF_THE_GRAPH, Definition="type Query { a: Nothing }"))

    assert told(MalformedTemplate, world) == (
        "The schema of the GraphQL API 'Graph' cannot be read.\n"
        "  reason: Unknown type 'Nothing'. Did you mean 'String'?"
    )


def test_graphql_core_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says how to get it."""
    monkeypatch.setitem(sys.modules, "graphql", None)
    world = World(resource("Schema", "AppSync::GraphQLSchema", **OF_THE_GRAPH, Definition="type Query { a: ID }"))

    assert told(MisusedStep, world) == (
        "The GraphQL API 'Graph' cannot be played: the package graphql-core is not installed.\n"
        '  python -m pip install "serverless-harness[graphql]", or run this test with --mode=http.'
    )


def test_a_pool_that_shuts_out_is_not_played() -> None:
    """Its directives mean something else."""
    pool = {"UserPoolId": {"Ref": "Pool"}, "DefaultAction": "DENY"}
    kind = "AMAZON_COGNITO_USER_POOLS"
    world = World(resource("Graph", "AppSync::GraphQLApi", AuthenticationType=kind, UserPoolConfig=pool))

    assert told(NotOffered, world) == (
        "The GraphQL API 'Graph' shuts out users of its pool by default, "
        "which is not played in handler and invoke mode.\n"
        "  run this test with --mode=http."
    )


def test_a_function_of_elsewhere_is_not_run() -> None:
    """The error shows its ARN, and which functions there are."""
    elsewhere = {"LambdaFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:other"}
    world = World(
        resource(
            "Source", "AppSync::DataSource", **OF_THE_GRAPH, Type="AWS_LAMBDA", Name="Shop", LambdaConfig=elsewhere
        )
    )

    assert told(MisusedStep, world) == (
        "The resolver 'product' leads to a function that the template does not declare.\n"
        "  function: arn:aws:lambda:eu-west-1:123456789012:function:other\n"
        "  declared: F\n"
        "  run this test with --mode=http."
    )


def test_an_alias_of_a_function_is_the_function() -> None:
    """What follows the name does not matter here."""
    alias = {"LambdaFunctionArn": {"Fn::Sub": "${F.Arn}:live"}}
    source = resource(
        "Source", "AppSync::DataSource", **OF_THE_GRAPH, Type="AWS_LAMBDA", Name="Shop", LambdaConfig=alias
    )

    assert World(source).ask(PRODUCT).json["data"]["product"] == {"name": "Kettle"}
