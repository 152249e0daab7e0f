"""What API Gateway hands to a function, and what it wants back."""

import json
from typing import Any

Answer = dict[str, Any]


def text_in_body(event: dict[str, Any], name: str) -> str | None:
    """The string of this name in the JSON body of a request; None if there is no such thing."""
    try:
        value = json.loads(event.get("body") or "")[name]
    except (ValueError, LookupError, TypeError):
        return None
    return value if isinstance(value, str) and value else None


def ok(body: Any) -> Answer:
    """200 with a JSON body."""
    return _json(200, body)


def bad_request(message: str) -> Answer:
    """400 with a JSON body that says what is wrong."""
    return _json(400, {"message": message})


def _json(status: int, body: Any) -> Answer:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
