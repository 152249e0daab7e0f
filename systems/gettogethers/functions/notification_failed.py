"""The organiser could not be told, as the dead-letter topic tells: log what failed."""

import json
from typing import Any

import correlation
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> None:
    """Logs the order of which the organiser did not hear, and why."""
    # A dead letter is the event itself; what went wrong is told in its attributes:
    # https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    (letter,) = (record["Sns"] for record in event["Records"])
    (undelivered,) = (record["Sns"] for record in json.loads(letter["Message"])["Records"])
    logger.append_keys(**correlation.in_message(undelivered))
    order = json.loads(undelivered["Message"])
    logger.error(
        "notification failed",
        extra={
            "getTogetherId": order["getTogetherId"],
            "orderId": order["orderId"],
            "reason": _text(letter, "ErrorMessage"),
        },
    )


def _text(message: dict[str, Any], attribute: str) -> str | None:
    return (message.get("MessageAttributes") or {}).get(attribute, {}).get("Value")
