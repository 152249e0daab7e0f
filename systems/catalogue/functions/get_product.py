"""The field product(id)."""

from typing import Any

import products
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> products.Product | None:
    """Gives the product of an id, if there is one."""
    product = products.with_id(event["arguments"]["id"])
    logger.info("looked for a product", extra={"found": product is not None})
    return product
