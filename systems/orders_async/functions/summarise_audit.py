"""The audit stream: count the jobs of each customer."""

from typing import Any

import audit
import summaries
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Counts the records of a batch, in order, and reports the first that it could not count: Lambda goes on there."""
    for record in event["Records"]:
        try:
            _count(record)
        except Exception:
            logger.exception("could not count a record")
            return {"batchItemFailures": [{"itemIdentifier": record["kinesis"]["sequenceNumber"]}]}
    return {"batchItemFailures": []}


def _count(record: dict[str, Any]) -> None:
    entry = audit.read(record)
    counted = summaries.count(entry["customer"], sequence_number=record["kinesis"]["sequenceNumber"])
    logger.debug("read a record", extra={"job_id": entry["jobId"], "counted": counted})
