# ruff: noqa: ANN001, ANN201, ANN202 - a handler reads like a handler
import os

import boto3
from seen import say

tries = boto3.resource("dynamodb").Table(os.environ["TRIES"])


def saying(function):
    def handler(event, context):
        say(function, event)

    return handler


mourn = saying("Mourn")
told = saying("Told")
cheer = saying("Cheer")
resize = saying("Resize")
gone = saying("Gone")
filed = saying("Filed")
clean = saying("Clean")
swept = saying("Swept")


def flaky(event, context):
    """Fails until it has been tried as often as the event says."""
    order = event["detail"]
    # Not in memory: the embedded cloud starts a function anew that has failed.
    counted = tries.update_item(
        Key={"id": order["id"]},
        UpdateExpression="ADD tried :one",
        ExpressionAttributeValues={":one": 1},
        ReturnValues="UPDATED_NEW",
    )
    attempt = int(counted["Attributes"]["tried"])
    say("Flaky", event, request=context.aws_request_id, attempt=attempt)
    if attempt < order["until"]:
        raise RuntimeError(f"not yet: {attempt}")


def fail(event, context):
    say("Fail", event, request=context.aws_request_id)
    raise ValueError("it never works")


def answer(event, context):
    say("Answer", event)
    if event.get("fail"):
        raise ValueError("asked to")
    return {"twice": event["number"] * 2}
