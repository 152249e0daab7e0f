"""POST /orders: order from a restaurant."""

from typing import Any
from uuid import uuid4

import bus
import proxy
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> proxy.Answer:
    """Publishes `order_placed` and answers with the id of the order."""
    restaurant = proxy.text_in_body(event, "restaurantName")
    if restaurant is None:
        return proxy.bad_request("The body must be JSON with a restaurantName.")
    order = {"orderId": str(uuid4()), "restaurantName": restaurant}
    bus.publish("order_placed", order)
    logger.debug("placed an order", extra=order)
    return proxy.ok({"orderId": order["orderId"]})
