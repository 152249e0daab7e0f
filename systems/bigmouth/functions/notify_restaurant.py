"""order_placed on the bus: tell the restaurant."""

import json
import os
from functools import cache
from typing import Any

import boto3
import bus
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> None:
    """Publishes the order to the topic of the restaurants, then `restaurant_notified` to the bus."""
    order = event["detail"]
    _sns().publish(TopicArn=os.environ["restaurant_notification_topic"], Message=json.dumps(order))
    bus.publish("restaurant_notified", order)
    logger.debug("notified a restaurant", extra={"order": order})


@cache
def _sns() -> Any:
    return boto3.client("sns")
