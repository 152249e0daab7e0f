"""A picture in the upload bucket: keep what its camera has noted."""

from typing import Any
from urllib.parse import unquote_plus

import photos
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> None:
    """Writes a row for each picture that S3 tells of."""
    for record in event["Records"]:
        # S3 tells of "my photo.jpg" as of "my+photo.jpg".
        key = unquote_plus(record["s3"]["object"]["key"])
        photos.keep(photos.row(key, bucket=record["s3"]["bucket"]["name"]))
        logger.debug("kept the metadata of a photo", extra={"photo": key})
