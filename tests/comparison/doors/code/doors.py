"""A function that answers what the body of the request says, or else shows the event that it gets."""

import base64
import json
import os
import urllib.request
from typing import Any


def answer(event: dict[str, Any], context: object) -> Any:
    headers = {name.lower(): value for name, value in (event["headers"] or {}).items()}
    if headers.get("x-answer"):
        return json.loads(base64.b64decode(headers["x-answer"]))
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(event)}


def neighbour(event: dict[str, Any], context: object) -> dict[str, Any]:
    with urllib.request.urlopen(os.environ["DOOR"], timeout=5) as found:
        return {"rawPath": json.load(found)["rawPath"]}
