from typing import Any


class Busy(Exception):
    pass


def handler(event: Any, context: Any) -> Any:
    if event["name"] == "busy.jpg":
        raise Busy("come back later")
    return {"kind": "cat"}
