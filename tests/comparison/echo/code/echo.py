"""Functions that show the event they get: behind an API in the answer, elsewhere in a table."""

import json
import os
from typing import Any

import boto3


def answer(event: dict[str, Any], context: object) -> dict[str, Any]:
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(event)}


def keep_event(event: dict[str, Any], context: object) -> None:
    _keep(event["detail"]["key"], event)


def keep_notification(event: dict[str, Any], context: object) -> None:
    _keep(json.loads(event["Records"][0]["Sns"]["Message"])["key"], event)


def _keep(key: str, event: dict[str, Any]) -> None:
    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
    table.put_item(Item={"key": key, "event": json.dumps(event)})
