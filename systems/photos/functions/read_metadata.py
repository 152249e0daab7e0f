"""The workflow, first of all: what has the camera noted?"""

import os
from typing import Any
from urllib.parse import quote

import photos
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers the row of a photo and where the photo lies, both in the form in which the workflow hands them on."""
    key, bucket = event["key"], os.environ["upload_bucket"]
    # S3 decodes the source of a copy: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    return {"row": photos.row(key, bucket=bucket), "source": quote(f"{bucket}/{key}")}
