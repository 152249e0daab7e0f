"""The stream of the metadata: count the photos of each maker of cameras."""

from typing import Any

import counts
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> None:
    """Counts each photo that is new. If that fails the whole batch comes again, and what was counted stays counted."""
    for record in event["Records"]:
        _count(record["dynamodb"]["NewImage"])


def _count(row: dict[str, Any]) -> None:
    photo_id = row["PHOTO_ID"]["S"]
    make = row["CAMERA_MAKE"]["S"] if "CAMERA_MAKE" in row else "unknown"
    counted = counts.count(photo_id, make=make)
    logger.debug("read a row", extra={"photo": photo_id, "make": make, "counted": counted})
