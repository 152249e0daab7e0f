"""GET /helloWorld/{name} and POST /helloWorld: a greeting."""

from typing import Any

import correlation
import proxy
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> proxy.Answer:
    """Greets whom the path names, or the body."""
    logger.append_keys(**correlation.in_request(event))
    name = _name_in_path(event) or _name_in_body(event)
    if name is None:
        return proxy.bad_request("The body must be JSON with a name.")
    logger.info("greeted", extra={"greeted": name})
    return proxy.ok(f"Hello {name}")


def _name_in_path(event: dict[str, Any]) -> str | None:
    return (event.get("pathParameters") or {}).get("name")


def _name_in_body(event: dict[str, Any]) -> str | None:
    found = proxy.texts_in_body(event, "name")
    return found[0] if found else None
