# ruff: noqa: ANN001, ANN003, ANN201, T201 - a handler reads like a handler
import json
import os
import threading

import boto3

sns = boto3.client("sns")


def say(function, event, **more):
    """Tell the tests what a function got, where it ran and in which thread."""
    said = {
        "function": function,
        "event": event,
        "main": threading.current_thread() is threading.main_thread(),
        "planted": os.environ.get("PLANTED", ""),
        "process": os.getpid(),
        **more,
    }
    sns.publish(TopicArn=os.environ["SEEN"], Message=json.dumps(said))
    print(f"{function} has said it")
