"""Records put into a Kinesis stream for real."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.modes.messages import StreamRecord
from harness.modes.quotas import fitting, insist_on_record, size_of_record
from harness.modes.sending.delivering import Delivery, Refusal, all_taken

__all__ = ["put_records"]

# "Each PutRecords request can support up to 500 records." In all they may have 10 MiB, in the embedded cloud 5 MiB.
# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
_AT_ONCE = 500
_BYTES_AT_ONCE = 5 * 1024 * 1024


def put_records(batch: Sequence[StreamRecord], *, cloud: Cloud, names: Names) -> list[str]:
    """Put records into a stream in their order and give the sequence numbers that Kinesis gave them.

    Raises:
        NotPublished: Kinesis does not take one of them; of several requests those before may have been taken.
    """
    __tracebackhide__ = True
    if cloud.embedded:
        for record in batch:
            insist_on_record(record)
    sized = [(record, size_of_record(record)) for record in batch]
    requests = fitting(sized, count=_AT_ONCE, size=_BYTES_AT_ONCE)
    name = names.physical[batch[0].stream]
    return [number for request in requests for number in _put(request, cloud=cloud, name=name)]


def _put(request: Sequence[StreamRecord], *, cloud: Cloud, name: str) -> list[str]:
    __tracebackhide__ = True
    kinesis = cloud.client("kinesis")
    where = f"stream {request[0].stream!r}"
    with Delivery(where, cloud=cloud):
        return all_taken(request, where=where, send=lambda some: _together(kinesis, some, name=name))


def _together(kinesis: Any, records: Sequence[StreamRecord], *, name: str) -> list[str | Refusal]:
    entries = [{"Data": record.data, "PartitionKey": record.key} for record in records]
    # PutRecords answers 200 for a record that it refuses.
    results = kinesis.put_records(StreamName=name, Records=entries)["Records"]
    return [
        Refusal(one["ErrorCode"], one.get("ErrorMessage", "")) if one.get("ErrorCode") else str(one["SequenceNumber"])
        for one in results
    ]
