# ruff: noqa: ANN001, ANN201 - a handler reads like a handler
import json
import os

import boto3
from seen import say

events = boto3.client("events")


def handler(event, context):
    order = json.loads(event["body"])
    entry = {"EventBusName": os.environ["BUS"], "Source": "shop", "DetailType": "order_placed"}
    events.put_events(Entries=[{**entry, "Detail": json.dumps(order)}])
    say("Order", order)
    return {"statusCode": 200, "body": json.dumps(order)}
