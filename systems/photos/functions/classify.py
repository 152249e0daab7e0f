"""The workflow: what does the picture show? A third party knows."""

import json
import os
from functools import cache
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any

import urllib3
from aws_lambda_powertools import Logger

logger = Logger()


class ClassifierUnavailable(RuntimeError):
    """The classifier gave no answer that says anything."""


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """Answers the category of a photo.

    Raises:
        ClassifierUnavailable: The classifier cannot be reached, or does not answer with a category.
    """
    photo = PurePosixPath(event["photo"])
    # The classifier has an address for each type of picture.
    category = _classified(f"{os.environ['classifier_url']}/{photo.suffix.removeprefix('.')}", photo=str(photo))
    logger.debug("classified a photo", extra={"photo": str(photo), "category": category})
    return {"category": category}


def _classified(url: str, *, photo: str) -> str:
    headers = {"Content-Type": "application/json"}
    body = json.dumps({"photo": photo})
    try:
        # The workflow tries again, at its own pace.
        response = _pool().request("POST", url, headers=headers, body=body, timeout=3.0, retries=False)
    except urllib3.exceptions.HTTPError as error:
        raise ClassifierUnavailable(f"{url} cannot be reached: {error}") from error
    if response.status != HTTPStatus.OK:
        raise ClassifierUnavailable(f"{url} answered {response.status}.")
    try:
        return str(json.loads(response.data)["category"])
    except (ValueError, LookupError, TypeError) as error:
        raise ClassifierUnavailable(f"{url} answered without a category.") from error


@cache
def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager()
