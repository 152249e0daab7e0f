"""The catalogue as GraphQL: its schema, and what stands behind its queries."""

from pathlib import Path
from typing import Any

import products
from graphql import ExecutionResult, build_schema, graphql_sync

# AppSync knows these by itself. Here they say nothing: the authorizer of the route has let everybody in who is here.
_DIRECTIVES_OF_APPSYNC = """
directive @aws_api_key on OBJECT | FIELD_DEFINITION
directive @aws_cognito_user_pools on OBJECT | FIELD_DEFINITION
directive @aws_iam on OBJECT | FIELD_DEFINITION
"""

_SCHEMA = build_schema(_DIRECTIVES_OF_APPSYNC + (Path(__file__).parent / "schema.graphql").read_text("utf-8"))

# The second parameter is what graphql-core tells of the query.
_ROOTS = {
    "product": lambda _info, id: products.with_id(id),  # noqa: A006 - the schema's word
    "products": lambda _info, category: products.of_category(category),
    "addProduct": lambda _info, name, price, category: products.add(name, price=price, category=category),
}


def answer(query: str, *, variables: dict[str, Any] | None, operation: str | None) -> ExecutionResult:
    """What a query finds, and what is wrong with it."""
    return graphql_sync(_SCHEMA, query, root_value=_ROOTS, variable_values=variables, operation_name=operation)
