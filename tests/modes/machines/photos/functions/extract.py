from typing import Any


def handler(event: Any, context: Any) -> Any:
    if event["file"] == "broken.jpg":
        raise ValueError("no metadata in broken.jpg")
    return {"camera": "Leica"}
