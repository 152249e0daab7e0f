"""Somebody joined, as the topic tells: tell the organiser."""

import json
from typing import Any

import correlation
from aws_lambda_powertools import Logger

logger = Logger()

# A message that no organiser can be told of. With it the way of what fails can be walked.
_POISON = "error"


class NotNotified(RuntimeError):
    """The organiser of a meet-up could not be told."""

    def __init__(self, order: dict[str, Any]) -> None:
        """Says which order, and of which meet-up."""
        super().__init__(f"Nobody organises {order['getTogetherId']!r}: nobody heard of the order {order['orderId']}.")


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> None:
    """Logs the notification of each order."""
    # SNS hands over one message at a time.
    (record,) = event["Records"]
    logger.append_keys(**correlation.in_message(record["Sns"]))
    order = json.loads(record["Sns"]["Message"])
    if order["getTogetherId"] == _POISON:
        logger.error("no organiser", extra={"orderId": order["orderId"]})
        raise NotNotified(order)
    logger.info("notified the organiser", extra={"getTogetherId": order["getTogetherId"], "orderId": order["orderId"]})
