"""The schema of an API of AppSync, and whom its directives let see a field."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from harness.errors import MalformedTemplate, MisusedStep
from harness.modes.graphql.admitting import Admitted

if TYPE_CHECKING:
    from graphql import GraphQLSchema

__all__ = ["admits", "built"]

# What AppSync knows without being told.
# https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html
# https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html
_PRELUDE = """
scalar AWSDate
scalar AWSTime
scalar AWSDateTime
scalar AWSTimestamp
scalar AWSEmail
scalar AWSJSON
scalar AWSURL
scalar AWSPhone
scalar AWSIPAddress
directive @aws_api_key on OBJECT | FIELD_DEFINITION
directive @aws_iam on OBJECT | FIELD_DEFINITION
directive @aws_oidc on OBJECT | FIELD_DEFINITION
directive @aws_lambda on OBJECT | FIELD_DEFINITION
directive @aws_auth(cognito_groups: [String!]) on OBJECT | FIELD_DEFINITION
directive @aws_cognito_user_pools(cognito_groups: [String!]) on OBJECT | FIELD_DEFINITION
directive @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION
"""
_PROVIDERS = {
    "aws_api_key": "API_KEY",
    "aws_iam": "AWS_IAM",
    "aws_oidc": "OPENID_CONNECT",
    "aws_lambda": "AWS_LAMBDA",
    "aws_auth": "AMAZON_COGNITO_USER_POOLS",
    "aws_cognito_user_pools": "AMAZON_COGNITO_USER_POOLS",
}


@lru_cache(maxsize=16)
def built(text: str, *, api: str) -> GraphQLSchema:
    """Give the schema ready for queries.

    Raises:
        MisusedStep: The package that reads GraphQL is not installed.
        MalformedTemplate: It is no schema.
    """
    try:
        from graphql import GraphQLError, build_schema  # noqa: PLC0415 - only runs with GraphQL need it
    except ImportError as error:
        raise MisusedStep(
            f"The GraphQL API {api!r} cannot be played: the package graphql-core is not installed.",
            remedy='python -m pip install "serverless-harness[graphql]", or run this test with --mode=http.',
        ) from error
    try:
        return build_schema(_PRELUDE + text)
    except (GraphQLError, TypeError) as error:
        raise MalformedTemplate(
            f"The schema of the GraphQL API {api!r} cannot be read.", facts=[("reason", error)]
        ) from error


def admits(admitted: Admitted, *, type: Any, field: str, default: str) -> bool:  # noqa: A002 - GraphQL's word
    """Tell whether somebody may see a field.

    A field's own directives count instead of those of its type; where neither has one, only the default provider
    lets in (https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#using-additional-authorization-modes).

    Args:
        admitted: Who asks.
        type: The type of the schema that has the field.
        field: The name of the field.
        default: The kind of the API's default provider.
    """
    of_field = list(_lets_in(type.fields[field].ast_node))
    lets_in = of_field or [found for node in (type.ast_node, *type.extension_ast_nodes) for found in _lets_in(node)]
    if not lets_in:
        return admitted.provider == default
    return any(
        provider == admitted.provider and (groups is None or bool(groups.intersection(admitted.groups)))
        for provider, groups in lets_in
    )


def _lets_in(node: Any) -> Iterator[tuple[str, set[str] | None]]:
    """Give the providers that the directives of a definition name, with the groups that they ask for."""
    for directive in getattr(node, "directives", None) or ():
        if directive.name.value in _PROVIDERS:
            groups = {value.value for argument in directive.arguments for value in argument.value.values}
            yield _PROVIDERS[directive.name.value], groups or None
