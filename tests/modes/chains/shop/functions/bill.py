# ruff: noqa: ANN001, ANN201 - a handler reads like a handler
import json
import os

import boto3
from seen import say

events = boto3.client("events")
sns = boto3.client("sns")


def handler(event, context):
    order = event["detail"]
    say("Bill", event)
    kind = {"DataType": "String", "StringValue": order["kind"]}
    sns.publish(TopicArn=os.environ["TOPIC"], Message=json.dumps(order), MessageAttributes={"kind": kind})
    entry = {"EventBusName": os.environ["BUS"], "Source": "shop", "DetailType": "order_billed"}
    events.put_events(Entries=[{**entry, "Detail": json.dumps({"id": order["id"]})}])
