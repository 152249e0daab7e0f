"""POST /graphql: a query, whole."""

import json
from typing import Any

import catalogue
from aws_lambda_powertools import Logger

logger = Logger()

Answer = dict[str, Any]


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> Answer:
    """Answers what the query finds. What is wrong with a query is part of the answer, not its status."""
    asked = _asked(event)
    if asked is None:
        return _json(400, {"errors": [{"message": "The body must be JSON with a query."}]})
    found = catalogue.answer(asked["query"], variables=asked.get("variables"), operation=asked.get("operationName"))
    for error in found.errors or ():
        logger.warning("query failed", extra={"reason": error.message}, exc_info=error.original_error)
    return _json(200, found.formatted)


def _asked(event: dict[str, Any]) -> dict[str, Any] | None:
    try:
        asked = json.loads(event.get("body") or "")
    except ValueError:
        return None
    return asked if isinstance(asked, dict) and isinstance(asked.get("query"), str) else None


def _json(status: int, body: Any) -> Answer:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
