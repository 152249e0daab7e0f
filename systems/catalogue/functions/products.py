"""The products, as the table holds them."""

import os
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import uuid4

import boto3

Product = dict[str, Any]


def with_id(product_id: str) -> Product | None:
    """The product of this id; None if there is none."""
    answer = _dynamodb().get_item(TableName=_table(), Key={"id": {"S": product_id}})
    return _product(answer["Item"]) if "Item" in answer else None


def of_category(category: str) -> list[Product]:
    """The products of a category, by name."""
    pages = (
        _dynamodb()
        .get_paginator("query")
        .paginate(
            TableName=_table(),
            IndexName="by-category",
            KeyConditionExpression="category = :category",
            ExpressionAttributeValues={":category": {"S": category}},
        )
    )
    found = [_product(item) for page in pages for item in page["Items"]]
    return sorted(found, key=lambda product: product["name"])


def add(name: str, *, price: float, category: str) -> Product:
    """A new product, under an id of its own."""
    product = {"id": str(uuid4()), "name": name, "price": price, "category": category}
    _dynamodb().put_item(TableName=_table(), Item=_item(product))
    return product


def _table() -> str:
    return os.environ["products_table"]


@cache
def _dynamodb() -> Any:
    return boto3.client("dynamodb")


def _item(product: Product) -> dict[str, Any]:
    # The shortest text of a float is the price that was meant, not its nearest binary fraction.
    price = str(Decimal(repr(product["price"])))
    return {name: {"S": value} for name, value in product.items() if name != "price"} | {"price": {"N": price}}


def _product(item: dict[str, Any]) -> Product:
    texts = {name: item[name]["S"] for name in ("id", "name", "category")}
    return texts | {"price": float(item["price"]["N"])}
