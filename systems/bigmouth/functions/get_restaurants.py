"""GET /restaurants: the restaurants on offer."""

from typing import Any

import proxy
import restaurants
from aws_lambda_powertools import Logger
from settings import Settings

logger = Logger()
settings = Settings("get-restaurants")


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> proxy.Answer:
    """Answers with a JSON array of restaurants."""
    found = restaurants.listed(settings.invocation().default_results)
    logger.debug("listed restaurants", extra={"count": len(found)})
    return proxy.ok(restaurants.validate(found))
