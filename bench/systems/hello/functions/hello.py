"""Handlers that do next to nothing, so that what is measured is the way to them."""

import json
from typing import Any


def quiet(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - as Lambda calls it
    """Answers, and logs nothing."""
    return {"statusCode": 200, "body": json.dumps({"hello": "world"})}


def logging(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers, and writes a line into its log."""
    print("hello")
    return quiet(event, context)
