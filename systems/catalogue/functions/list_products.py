"""The field products(category)."""

from typing import Any

import products
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> list[products.Product]:
    """Gives the products of a category."""
    found = products.of_category(event["arguments"]["category"])
    logger.info("listed products", extra={"count": len(found)})
    return found
