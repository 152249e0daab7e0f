"""GET /getTogethers: the meet-ups on offer."""

from typing import Any

import correlation
import gettogethers
import proxy
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> proxy.Answer:
    """Answers with a JSON array of meet-ups."""
    logger.append_keys(**correlation.in_request(event))
    found = gettogethers.listed(8)
    logger.info("listed get-togethers", extra={"count": len(found)})
    return proxy.ok(found)
