from typing import Any


def handler(event: Any, context: Any) -> Any:
    return 2 * (event["size"] if isinstance(event, dict) else event)
