"""The meet-ups, as the table holds them."""

import os
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools.utilities import parameters

Gettogether = dict[str, Any]

# For so long a function does not ask again which table it is.
_THREE_MINUTES = 180

_PROJECTION = {
    # NAME is a reserved word of DynamoDB.
    "ProjectionExpression": "id, #name, description",
    "ExpressionAttributeNames": {"#name": "name"},
}


def listed(count: int) -> list[Gettogether]:
    """The first meet-ups of the table, at most `count`, in the order of their ids."""
    items = _dynamodb().scan(TableName=_table(), Limit=count, **_PROJECTION)["Items"]
    return sorted(map(_gettogether, items), key=lambda gettogether: gettogether["id"])


def _table() -> str:
    return parameters.get_parameter(os.environ["table_parameter"], max_age=_THREE_MINUTES)


@cache
def _dynamodb() -> Any:
    return boto3.client("dynamodb")


def _gettogether(item: dict[str, Any]) -> Gettogether:
    return {"id": int(item["id"]["N"]), "name": item["name"]["S"], "description": item["description"]["S"]}
