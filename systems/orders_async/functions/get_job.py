"""GET /jobs/{id}: how a job fares."""

from typing import Any

import jobs
import proxy
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> proxy.Answer:
    """Answers 202 until the job is done, then 200 with its result."""
    job_id = event["pathParameters"]["id"]
    job = jobs.find(job_id)
    if job is None:
        return proxy.not_found(f"There is no job {job_id}.")
    told = {"id": job_id, "status": job["status"]}
    if job["status"] != "done":
        return proxy.accepted(told, location=f"/jobs/{job_id}")
    # Numbers of DynamoDB are decimals here, which JSON does not have.
    return proxy.ok({**told, "result": {"total": int(job["result"]["total"])}})
