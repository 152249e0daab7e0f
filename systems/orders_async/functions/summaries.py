"""How many jobs each customer has had done."""

import os
from functools import cache
from typing import Any

import boto3

# A sequence number has at most 129 digits: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Record.html
_DIGITS = 129


def count(customer: str, *, sequence_number: str) -> bool:
    """Counts one more job of a customer, and says whether it did: a record that comes again is not counted again.

    Sequence numbers of one key only grow, so what is not beyond the last one was counted before. As text they are
    compared as numbers are when all have the same length; as numbers they are too long for DynamoDB.
    """
    try:
        _table().update_item(
            Key={"customer": customer},
            UpdateExpression="ADD jobs :one SET latest = :this",
            ConditionExpression="attribute_not_exists(latest) OR latest < :this",
            ExpressionAttributeValues={":one": 1, ":this": sequence_number.zfill(_DIGITS)},
        )
    except _table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


@cache
def _table() -> Any:
    return boto3.resource("dynamodb").Table(os.environ["summaries_table"])
