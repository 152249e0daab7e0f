# ruff: noqa: ANN001, ANN003, ANN201 - a handler reads like a handler
import base64
import json
import os

import boto3

sns = boto3.client("sns")


def say(function, records, **more):
    sns.publish(TopicArn=os.environ["SEEN"], Message=json.dumps({"function": function, "records": records, **more}))


def bodies(event):
    return [record["body"] for record in event["Records"]]


def whole(event, context):
    """Fail with the whole batch if one message is bad."""
    say("Whole", bodies(event), event=event)
    if "bad" in bodies(event):
        raise ValueError("a bad message")


def partly(event, context):
    """Say which messages are bad."""
    say("Partly", bodies(event), event=event)
    bad = [one["messageId"] for one in event["Records"] if one["body"].startswith("bad")]
    return {"batchItemFailures": [{"itemIdentifier": identity} for identity in bad]}


def first(event, context):
    """Fail from the first bad message on, as is right for a queue with an order; the second time none is bad."""
    say("Ordered", bodies(event))
    for index, record in enumerate(event["Records"]):
        is_new = record["attributes"]["ApproximateReceiveCount"] == "1"
        if record["body"].startswith("bad") and is_new:
            rest = event["Records"][index:]
            return {"batchItemFailures": [{"itemIdentifier": one["messageId"]} for one in rest]}
    return None


def clicks(event, context):
    """Fail with the whole batch if one record is bad."""
    texts = [base64.b64decode(record["kinesis"]["data"]).decode() for record in event["Records"]]
    say("Clicks", texts, ids=[record["eventID"] for record in event["Records"]])
    if any(text.startswith("bad") for text in texts):
        raise ValueError("a bad click")


def steps(event, context):
    """Say which record is the first bad one."""
    texts = [base64.b64decode(record["kinesis"]["data"]).decode() for record in event["Records"]]
    say("Steps", texts)
    numbers = [record["kinesis"]["sequenceNumber"] for record in event["Records"]]
    bad = [number for number, text in zip(numbers, texts, strict=True) if text.startswith("bad")]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in bad]}


def changes(event, context):
    """Tell each change."""
    for record in event["Records"]:
        told = {name: value for name, value in record["dynamodb"].items() if name in ("Keys", "NewImage", "OldImage")}
        say(os.environ["NAME"], [record["eventName"]], change=told, view=record["dynamodb"]["StreamViewType"])


def relay(event, context):
    """Send on what the detail says, everywhere."""
    detail = event["detail"]
    if "queue" in detail:
        boto3.client("sqs").send_message(QueueUrl=os.environ["ORDERS"], MessageBody=detail["queue"])
    if "stream" in detail:
        put = {"StreamName": os.environ["CLICKS"], "PartitionKey": "k", "Data": detail["stream"].encode()}
        boto3.client("kinesis").put_record(**put)
    if "item" in detail:
        boto3.resource("dynamodb").Table(os.environ["TABLE"]).put_item(Item={"id": detail["item"]})
