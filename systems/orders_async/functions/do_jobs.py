"""The queue of jobs: do them, one message a job."""

import json
from typing import Any

import jobs
import orders
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Does the jobs of a batch, and reports the messages that it could not do anything about: only these come again."""
    failed = [message["messageId"] for message in event["Records"] if not _is_done(message)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _is_done(message: dict[str, Any]) -> bool:
    try:
        _do(json.loads(message["body"])["id"])
    except Exception:
        logger.exception("could not do a job", extra={"message_id": message["messageId"]})
        return False
    return True


def _do(job_id: str) -> None:
    order = jobs.get(job_id)["order"]
    jobs.finish(job_id, {"total": orders.total(order)})
    logger.debug("did a job", extra={"job_id": job_id})
