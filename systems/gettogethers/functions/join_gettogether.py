"""POST /getTogether: join a meet-up."""

import json
import os
from functools import cache
from typing import Any
from uuid import uuid4

import boto3
import correlation
import proxy
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> proxy.Answer:
    """Publishes who joins which meet-up, and answers with the id of the order."""
    ids = correlation.in_request(event)
    logger.append_keys(**ids)
    wanted = proxy.texts_in_body(event, "getTogetherId", "userEmail")
    if wanted is None:
        return proxy.bad_request("The body must be JSON with a getTogetherId and a userEmail.")
    gettogether, email = wanted
    order = {"getTogetherId": gettogether, "orderId": str(uuid4()), "userEmail": email}
    _sns().publish(
        TopicArn=os.environ["gettogether_topic"],
        Message=json.dumps(order),
        MessageAttributes=correlation.as_attributes(ids),
    )
    # An address says who somebody is, and has no place in a log.
    logger.info("joined", extra={"getTogetherId": gettogether, "orderId": order["orderId"]})
    return proxy.ok({"orderId": order["orderId"]})


@cache
def _sns() -> Any:
    return boto3.client("sns")
