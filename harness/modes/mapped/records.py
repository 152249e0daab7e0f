"""Entries of streams and tables as records of a function's event."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

from harness.cloud.names import Names
from harness.events import kinesis
from harness.journal.entry import Entry
from harness.modes.mapped.batches import Piece
from harness.system.partitions import partition_of

__all__ = ["piece_of", "record_entry", "taken_in"]

_FIRST_SHARD = "shardId-000000000000"
_DIGITS_OF_TIME = 20


def piece_of(entry: Entry, *, names: Names, path: tuple[str, ...]) -> Piece:
    """Give a record of a stream, or a change of a table, on its way to a function.

    Args:
        entry: As its tap has brought it.
        names: What the stream is called in the stage.
        path: How it came to it.
    """
    document = entry.document
    if entry.kind == "table":
        record = _change(document)
        return Piece(id=record["dynamodb"]["SequenceNumber"], record=record, entry=entry, path=path)
    record = kinesis.record(
        base64.b64decode(document["data"]),
        key=document["partitionKey"],
        stream_arn=_stream_arn(entry.source, names),
        sequence_number=document["sequenceNumber"],
        shard=entry.shard or _FIRST_SHARD,
        arrived=document["approximateArrivalTimestamp"],
    )
    return Piece(id=document["sequenceNumber"], record=record, entry=entry, path=path)


def _change(document: dict[str, Any]) -> dict[str, Any]:
    # The API says PrincipalId and Type, the event of a function principalId and type.
    found = document.get("userIdentity")
    identity = {name[0].lower() + name[1:]: value for name, value in found.items()} if found else None
    return {**document, "userIdentity": identity} if identity else document


def _stream_arn(stream: str, names: Names) -> str:
    partition, _ = partition_of(names.region)
    return f"arn:{partition}:kinesis:{names.region}:{names.account}:stream/{names.physical[stream]}"


def record_entry(record: Mapping[str, Any], *, source: str) -> Entry:
    """Give the entry of a record that was put into no stream, as the tap of a stream would.

    Args:
        record: As it stands in the event of a function.
        source: The logical id of the stream.
    """
    document = record["kinesis"]
    return Entry(
        kind="stream",
        source=source,
        id=document["sequenceNumber"],
        text=json.dumps(document, ensure_ascii=False),
        sent=document["approximateArrivalTimestamp"],
        seen=time.time(),
        played=True,
        shard=record["eventID"].partition(":")[0],
    )


def taken_in(entry: Entry) -> float:
    """Say when the embedded cloud took an entry in, in epoch seconds.

    The stream of a table tells whole seconds. The embedded cloud's sequence numbers begin with the milliseconds, so
    that what one test has changed is told from what the next one does in the same second.
    """
    if entry.kind != "table":
        return entry.sent
    moment = int(str(entry.document["dynamodb"]["SequenceNumber"])[:_DIGITS_OF_TIME] or 0) / 1000
    # Within the second that the stream tells, or it is another kind of number.
    return moment if 0 <= moment - entry.sent < 1 else entry.sent
