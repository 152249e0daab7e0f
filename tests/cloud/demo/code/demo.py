"""Answers with what it was asked."""

import json
import os


def handler(event, _context):
    """Give the version of the payload, the route and the address that the environment holds."""
    told = {
        "version": event["version"] if "version" in event else "1.0",
        "route": event.get("routeKey") or event["resource"],
        "address": os.environ.get("ADDRESS"),
    }
    return {"statusCode": 200, "body": json.dumps(told)}
