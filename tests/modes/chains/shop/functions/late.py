# ruff: noqa: ANN001, ANN201 - a handler reads like a handler
import json
import os
import threading
import time

import boto3
from seen import say

events = boto3.client("events")
BUS = os.environ["BUS"]


def handler(event, context):
    threading.Thread(target=publish_late, daemon=True).start()
    say("Late", event)


def publish_late():
    time.sleep(0.2)
    entry = {"EventBusName": BUS, "Source": "fixed", "DetailType": "late", "Detail": json.dumps({})}
    events.put_events(Entries=[entry])
