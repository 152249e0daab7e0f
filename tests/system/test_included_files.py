from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import MalformedTemplate
from harness.system.model import System

BODY = """
    openapi: 3.0.1
    paths:
      /orders:
        get:
          x-amazon-apigateway-integration:
            type: aws_proxy
            uri: !GetAtt Shop.Arn
"""
SHOP = "Shop: {Type: AWS::Lambda::Function, Properties: {Code: functions}}"


@pytest.mark.parametrize(
    "properties",
    [
        "BodyS3Location: body.yaml",
        "Body: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: body.yaml}}}",
        "Body: {info: {}, Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./body.yaml}}}",
    ],
)
def test_a_definition_in_a_file_is_taken_in(
    written: Callable[..., Path], system_of: Callable[..., System], properties: str
) -> None:
    """The API has the routes of the file."""
    written(BODY, name="body.yaml")

    system = system_of(f"Resources: {{{SHOP}, Api: {{Type: AWS::ApiGateway::RestApi, Properties: {{{properties}}}}}}}")

    assert [route.path for route in system.apis["Api"].routes] == ["/orders"]


def test_a_schema_in_a_file_is_taken_in_as_text(written: Callable[..., Path], system_of: Callable[..., System]) -> None:
    """GraphQL is no YAML, though much of it can be read as such."""
    written("scalar: Name", name="schema.graphql")
    schema = "{Type: AWS::AppSync::GraphQLSchema, Properties: {DefinitionS3Location: schema.graphql}}"

    system = system_of(f"Resources: {{Schema: {schema}}}")

    assert system.resources["Schema"].properties == {"Definition": "scalar: Name"}


def test_a_list_can_be_included(written: Callable[..., Path], system_of: Callable[..., System]) -> None:
    """What is not a mapping takes the place of the transform."""
    written("[1, 2]", name="list.yaml")
    include = "{Fn::Transform: {Name: AWS::Include, Parameters: {Location: list.yaml}}}"

    system = system_of(f"Resources: {{Odd: {{Type: Acme::Odd, Properties: {{Items: {include}}}}}}}")

    assert system.resources["Odd"].properties == {"Items": [1, 2]}


def test_a_file_in_s3_stays_there(system_of: Callable[..., System]) -> None:
    """Another transform and a file in S3 are CloudFormation's."""
    macro = {"Fn::Transform": {"Name": "Macro", "Parameters": {"Location": "a.yaml"}}}

    system = system_of("""
        Resources:
          Odd: {Type: Acme::Odd, Properties: {A: !Transform {Name: Macro, Parameters: {Location: a.yaml}}}}
          Api: {Type: AWS::ApiGateway::RestApi, Properties: {BodyS3Location: "s3://bucket/key"}}
    """)

    assert {"A": macro} == system.resources["Odd"].properties
    assert system.resources["Api"].properties == {"BodyS3Location": "s3://bucket/key"}


def test_a_missing_file_is_refused(system_of: Callable[..., System]) -> None:
    """The error names the file and where it was looked for."""
    with pytest.raises(MalformedTemplate) as caught:
        system_of("Resources: {Api: {Type: AWS::ApiGateway::RestApi, Properties: {BodyS3Location: body.yaml}}}")

    template = caught.value.facts[1][1]
    assert isinstance(template, Path)
    assert (
        "The template takes in the file 'body.yaml', which is not there.\n"
        f"  looked for: {template.parent}/body.yaml\n"
        f"  declared in: {template}"
    ) == str(caught.value)
