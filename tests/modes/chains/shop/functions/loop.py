# ruff: noqa: ANN001, ANN201 - a handler reads like a handler
import json
import os

import boto3
from seen import say

events = boto3.client("events")


def handler(event, context):
    say("Loop", event)
    turn = event["detail"]["turn"] + 1
    entry = {"EventBusName": os.environ["BUS"], "Source": "loop", "DetailType": "again"}
    events.put_events(Entries=[{**entry, "Detail": json.dumps({"turn": turn})}])
