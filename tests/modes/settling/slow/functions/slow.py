# ruff: noqa: ANN001, ANN201 - a handler reads like a handler
import base64
import json
import os
import time

import boto3

rows = boto3.resource("dynamodb").Table(os.environ["ROWS"])
sns = boto3.client("sns")


def handler(event, context):
    """Takes its time, and then counts its run and says so."""
    time.sleep(seconds_in(event))
    count(os.environ["NAME"])
    sns.publish(TopicArn=os.environ["TOLD"], Message=os.environ["NAME"])


def first(event, context):
    """Takes its time, and then asks for the second one."""
    time.sleep(0.5)
    sns.publish(TopicArn=os.environ["NEXT"], Message="go on")


def flaky(event, context):
    """Fails twice, and then it works."""
    if count("Flaky") % 3:
        raise RuntimeError("not yet")


def seconds_in(event):
    record = event.get("Records", [{}])[0].get("kinesis")
    told = json.loads(base64.b64decode(record["data"])) if record else event
    return float(told.get("seconds", 1))


def count(name):
    changed = rows.update_item(
        Key={"id": name},
        UpdateExpression="ADD runs :one",
        ExpressionAttributeValues={":one": 1},
        ReturnValues="UPDATED_NEW",
    )
    return int(changed["Attributes"]["runs"])
