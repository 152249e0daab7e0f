"""Answers with what it was asked."""

import json
import os
from typing import Any


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Give the version of the payload, the route and the address that the environment holds."""
    told = {
        "version": event.get("version", "1.0"),
        "route": event.get("routeKey") or event["resource"],
        "address": os.environ.get("ADDRESS"),
    }
    return {"statusCode": 200, "body": json.dumps(told)}
