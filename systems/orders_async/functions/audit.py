"""The audit: who had which job done, in a stream, one record a job."""

import base64
import json
import os
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3


def record(job_id: str, *, customer: str) -> None:
    """Puts the record of a job into the stream. Records of one customer stay in order: the customer is their key."""
    entry = {"jobId": job_id, "customer": customer, "at": datetime.now(UTC).isoformat()}
    _kinesis().put_record(StreamName=os.environ["audit_stream"], PartitionKey=customer, Data=json.dumps(entry).encode())


def read(record: dict[str, Any]) -> dict[str, Any]:
    """What was put into the stream, as Lambda hands it on."""
    entry: dict[str, Any] = json.loads(base64.b64decode(record["kinesis"]["data"]))
    return entry


@cache
def _kinesis() -> Any:
    return boto3.client("kinesis")
