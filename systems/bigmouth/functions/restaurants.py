"""The restaurants, as the table holds them."""

import os
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

import boto3
import fastjsonschema
from boto3.dynamodb.types import TypeDeserializer

Restaurant = dict[str, Any]

_PROJECTION = {
    # NAME is a reserved word of DynamoDB.
    "ProjectionExpression": "#name, image, themes",
    "ExpressionAttributeNames": {"#name": "name"},
}

validate = fastjsonschema.compile(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["name", "image", "themes"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string", "minLength": 1},
                "image": {"type": "string", "minLength": 1},
                "themes": {"type": "array", "items": {"type": "string"}},
            },
        },
    },
)


def listed(count: int) -> list[Restaurant]:
    """At most `count` restaurants, in no particular order."""
    return list(islice(_scan(Limit=count), count))


def with_theme(theme: str, *, count: int) -> list[Restaurant]:
    """At most `count` restaurants of a theme."""
    # A limit would count the items that are looked at, not those that match.
    found = _scan(
        FilterExpression="contains(themes, :theme)",
        ExpressionAttributeValues={":theme": {"S": theme}},
    )
    return list(islice(found, count))


def _scan(**request: Any) -> Iterator[Restaurant]:
    scan = _dynamodb().get_paginator("scan")
    pages = scan.paginate(TableName=os.environ["restaurants_table"], **_PROJECTION, **request)
    return (_restaurant(item) for page in pages for item in page["Items"])


@cache
def _dynamodb() -> Any:
    return boto3.client("dynamodb")


def _restaurant(item: dict[str, Any]) -> Restaurant:
    restaurant = {name: TypeDeserializer().deserialize(value) for name, value in item.items()}
    # A string set of DynamoDB is a set here, which JSON does not have.
    return {**restaurant, "themes": sorted(restaurant.get("themes", []))}
