"""What an HTTP API wants back from a function."""

import json
from typing import Any

Answer = dict[str, Any]


def ok(body: Any) -> Answer:
    """200 with a JSON body."""
    return _json(200, body)


def accepted(body: Any, *, location: str) -> Answer:
    """202 with a JSON body: the work is not done yet, and `location` is where to ask for it."""
    answer = _json(202, body)
    return {**answer, "headers": {**answer["headers"], "Location": location}}


def bad_request(message: str) -> Answer:
    """400 with a JSON body that says what is wrong."""
    return _json(400, {"message": message})


def not_found(message: str) -> Answer:
    """404 with a JSON body that says what is missing."""
    return _json(404, {"message": message})


def _json(status: int, body: Any) -> Answer:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
