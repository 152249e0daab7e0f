"""POST /restaurants/search: the restaurants of a theme."""

from typing import Any

import proxy
import restaurants
from aws_lambda_powertools import Logger
from settings import Settings

logger = Logger()
settings = Settings("search-restaurants", secret="secretString")  # noqa: S106 - the name of the parameter


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> proxy.Answer:
    """Answers with a JSON array of the restaurants of the theme that the body names."""
    # API Gateway validates only bodies that are declared to be JSON, so a body without a theme can arrive here.
    theme = proxy.text_in_body(event, "theme")
    if theme is None:
        return proxy.bad_request("The body must be JSON with a theme.")
    found = restaurants.with_theme(theme, count=settings.invocation().default_results)
    logger.debug("searched restaurants", extra={"theme": theme, "count": len(found)})
    return proxy.ok(restaurants.validate(found))
