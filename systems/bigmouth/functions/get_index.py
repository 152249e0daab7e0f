"""GET /: the page."""

import os
from datetime import UTC, datetime
from typing import Any

import page
import signed
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with the landing page, which lists the restaurants."""
    restaurants = signed.get_json(os.environ["restaurants_api"])
    logger.debug("loaded restaurants", extra={"count": len(restaurants)})
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "text/html; charset=utf-8"},
        "body": page.render(restaurants, day=f"{datetime.now(UTC):%A}", config=_config()),
    }


def _config() -> dict[str, str]:
    region = os.environ["AWS_REGION"]
    return {
        "region": region,
        "userPoolId": os.environ["cognito_user_pool_id"],
        "clientId": os.environ["cognito_client_id"],
        "cognitoEndpoint": os.environ.get("cognito_endpoint", f"https://cognito-idp.{region}.amazonaws.com/"),
        "searchUrl": f"{os.environ['restaurants_api']}/search",
        "ordersUrl": os.environ["orders_api"],
    }
