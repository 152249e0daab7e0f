"""Once a day: delete the metadata of old photos."""

import os
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger

logger = Logger()

_DAY = 24 * 60 * 60


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Deletes the rows that are older than `keep_days`, and answers how many they were."""
    deleted = 0
    for photo_id in _uploaded_before(time.time() - float(os.environ["keep_days"]) * _DAY):
        _dynamodb().delete_item(TableName=os.environ["metadata_table"], Key={"PHOTO_ID": photo_id})
        deleted += 1
    logger.info("deleted old metadata", extra={"count": deleted})
    return {"deleted": deleted}


def _uploaded_before(moment: float) -> Iterator[dict[str, str]]:
    scan = _dynamodb().get_paginator("scan")
    pages = scan.paginate(
        TableName=os.environ["metadata_table"],
        FilterExpression="UPLOADED_AT < :moment",
        ExpressionAttributeValues={":moment": {"N": str(int(moment))}},
        ProjectionExpression="PHOTO_ID",
    )
    return (row["PHOTO_ID"] for page in pages for row in page["Items"])


@cache
def _dynamodb() -> Any:
    return boto3.client("dynamodb")
