"""POST /jobs: have an order invoiced, later."""

from typing import Any

import audit
import jobs
import orders
import proxy
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> proxy.Answer:
    """Stores the order, queues it, and answers where its result will be."""
    try:
        order = orders.read(event.get("body"))
    except orders.NotAnOrder as error:
        return proxy.bad_request(str(error))
    job_id = jobs.store(order)
    jobs.queue(job_id)
    audit.record(job_id, customer=order["customer"])
    logger.debug("queued a job", extra={"job_id": job_id})
    return proxy.accepted({"id": job_id, "status": "queued"}, location=f"/jobs/{job_id}")
