"""The jobs: a row in the table for each, and a message in the queue until it is done."""

import json
import os
from functools import cache
from typing import Any
from uuid import uuid4

import boto3
from orders import Order

Job = dict[str, Any]


class UnknownJob(LookupError):
    """A message is about a job that nobody has stored."""

    def __init__(self, job_id: str) -> None:
        """Says which."""
        super().__init__(f"The table has no job {job_id!r}.")


def store(order: Order) -> str:
    """Keeps an order as a job, and gives the id of the job."""
    job_id = str(uuid4())
    _table().put_item(Item={"id": job_id, "status": "queued", "order": order})
    return job_id


def queue(job_id: str) -> None:
    """Has the worker do a job; the message says no more than which."""
    _sqs().send_message(QueueUrl=os.environ["jobs_queue"], MessageBody=json.dumps({"id": job_id}))


def find(job_id: str) -> Job | None:
    """The job as it is now; None if there is no such job."""
    # Whoever has just been told of a job must find it.
    answer = _table().get_item(Key={"id": job_id}, ConsistentRead=True)
    job: Job | None = answer.get("Item")
    return job


def get(job_id: str) -> Job:
    """The job as it is now.

    Raises:
        UnknownJob: There is no such job.
    """
    job = find(job_id)
    if job is None:
        raise UnknownJob(job_id)
    return job


def finish(job_id: str, result: dict[str, Any]) -> None:
    """Keeps the result of a job. Doing a job twice, as SQS may have it, comes to the same."""
    _table().update_item(
        Key={"id": job_id},
        UpdateExpression="SET #status = :done, #result = :result",
        # Both names are reserved words of DynamoDB.
        ExpressionAttributeNames={"#status": "status", "#result": "result"},
        ExpressionAttributeValues={":done": "done", ":result": result},
    )


@cache
def _table() -> Any:
    return boto3.resource("dynamodb").Table(os.environ["jobs_table"])


@cache
def _sqs() -> Any:
    return boto3.client("sqs")
