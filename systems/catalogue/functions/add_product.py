"""The field addProduct(name, price, category)."""

from typing import Any

import products
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> products.Product:
    """Adds a product and gives it back, under its id."""
    wanted = event["arguments"]
    product = products.add(wanted["name"], price=wanted["price"], category=wanted["category"])
    logger.info("added a product", extra={"id": product["id"]})
    return product
