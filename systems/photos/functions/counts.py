"""How many photos there are of each maker of cameras."""

import os
import time
from functools import cache
from typing import Any

import boto3

# The stream of a table keeps its records for a day, so none comes again after two:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
_REMEMBERED = 2 * 24 * 60 * 60


def count(photo_id: str, *, make: str) -> bool:
    """Counts a photo of a maker, and says whether it did: a photo that was counted is not counted again."""
    client = _dynamodb()
    try:
        client.transact_write_items(TransactItems=[_remember(photo_id), _add_one(make)])
    except client.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise
        return False
    return True


def _remember(photo_id: str) -> dict[str, Any]:
    item = {"PHOTO_ID": {"S": photo_id}, "EXPIRES": {"N": str(int(time.time()) + _REMEMBERED)}}
    return {
        "Put": {
            "TableName": os.environ["counted_table"],
            "Item": item,
            "ConditionExpression": "attribute_not_exists(PHOTO_ID)",
        },
    }


def _add_one(make: str) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": os.environ["counts_table"],
            "Key": {"CAMERA_MAKE": {"S": make}},
            "UpdateExpression": "ADD PHOTOS :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        },
    }


@cache
def _dynamodb() -> Any:
    return boto3.client("dynamodb")
