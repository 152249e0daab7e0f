"""What API Gateway hands to a function, and what it wants back."""

import json
from typing import Any

Answer = dict[str, Any]

# Pages of any origin may read an answer. A browser looks for this on the answer itself, not only on the preflight's.
_CORS = {"Access-Control-Allow-Origin": "*"}


def texts_in_body(event: dict[str, Any], *names: str) -> list[str] | None:
    """The strings of these names in the JSON body of a request; None if one of them is not there."""
    try:
        body = json.loads(event.get("body") or "")
        values = [body[name] for name in names]
    except (ValueError, LookupError, TypeError):
        return None
    return values if all(isinstance(value, str) and value for value in values) else None


def ok(body: Any) -> Answer:
    """200 with a JSON body."""
    return _json(200, body)


def bad_request(message: str) -> Answer:
    """400 with a JSON body that says what is wrong."""
    return _json(400, {"message": message})


def _json(status: int, body: Any) -> Answer:
    return {"statusCode": status, "headers": {"Content-Type": "application/json", **_CORS}, "body": json.dumps(body)}
