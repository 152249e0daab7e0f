"""The tapped stream of a table of DynamoDB."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

from harness.cloud.account import Cloud
from harness.errors import TapNotOpen
from harness.journal.asking import opened
from harness.journal.entry import Entry
from harness.journal.shards import SHARD, Page, Record, Shard, ShardTap, Start

__all__ = ["TableShards", "TableTap"]

# As often as Lambda does, four times a second. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
_PAUSE = 0.25
_PAUSE_EMBEDDED = 0.02
# The stream has no word for its tip, and its pages may be empty before it: "It might take multiple calls to get to a
# portion of the shard that contains stream records". Three empty passes that begin a second later are taken for it.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
_LAG, _PASSES = 1.0, 3


class TableTap(ShardTap):
    """Reads what is changed in a table from now on, from its stream.

    AWS may throttle a shard that more than two processes read at the same time. A function that the table starts is
    one, so one run at a time should tap a table; more of them are slow, but lose nothing.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html

    An entry is the record as Lambda gets it, with bytes in base64.

    Args:
        cloud: Where it is.
        source: The logical id of the table.
        table: Its name.

    Raises:
        TapNotOpen: There is no such table, or it has no stream.
    """

    def __init__(self, cloud: Cloud, *, source: str, table: str) -> None:
        def entry(record: Record, seen: float) -> Entry:
            document = {**record, "eventSourceARN": stream}
            shard = document.pop(SHARD)
            return Entry(
                kind="table",
                source=source,
                id=record["eventID"],
                text=json.dumps(document, ensure_ascii=False, default=_json),
                sent=service.arrived(record),
                seen=seen,
                shard=shard,
            )

        stream = _stream_of(cloud, source=source, table=table)
        service = TableShards(cloud.client("dynamodbstreams"), stream=stream)
        super().__init__(
            cloud,
            kind="table",
            source=source,
            what=f"stream {stream!r}",
            service=service,
            entry=entry,
            pause=_PAUSE_EMBEDDED if cloud.embedded else _PAUSE,
            lag=0.0 if cloud.embedded else _LAG,
            passes=1 if cloud.embedded else _PASSES,
        )


def _stream_of(cloud: Cloud, *, source: str, table: str) -> str:
    with opened(cloud, what=f"table {table!r}"):
        described = cloud.client("dynamodb").describe_table(TableName=table)["Table"]
    # A stream that was disabled can be read for a day more, but nothing comes into it.
    if not described.get("StreamSpecification", {}).get("StreamEnabled") or not described.get("LatestStreamArn"):
        raise TapNotOpen(
            f"The table {source!r} has no stream.",
            facts=[("table", table)],
            remedy="Give it a StreamSpecification in the template, or look into the table itself instead.",
        )
    return str(described["LatestStreamArn"])


class TableShards:
    """The shards of a table's stream.

    Args:
        client: The boto3 client, of ``dynamodbstreams``.
        stream: The ARN of the stream.
    """

    def __init__(self, client: Any, *, stream: str) -> None:
        self._client = client
        self._stream = stream

    def shards(self) -> list[Shard]:
        """Give all shards, those of the last day that are closed too."""
        found: list[Shard] = []
        where: dict[str, str] = {}
        while True:
            description = self._client.describe_stream(StreamArn=self._stream, **where)["StreamDescription"]
            found += [_shard(one) for one in description["Shards"]]
            if not description.get("LastEvaluatedShardId"):
                return found
            where = {"ExclusiveStartShardId": description["LastEvaluatedShardId"]}

    def iterator(self, shard: str, *, start: Start, after: str = "") -> str:
        """Give an iterator that begins there."""
        where = {"SequenceNumber": after} if after else {}
        answer = self._client.get_shard_iterator(
            StreamArn=self._stream, ShardId=shard, ShardIteratorType=start, **where
        )
        return str(answer["ShardIterator"])

    def page(self, iterator: str) -> Page:
        """Give the next records, 1000 at most."""
        answer = self._client.get_records(ShardIterator=iterator)
        records = answer["Records"]
        return Page(records=records, iterator=answer.get("NextShardIterator") or "", at_tip=not records)

    def number(self, record: Record) -> str:
        """Give the sequence number of a record."""
        return str(record["dynamodb"]["SequenceNumber"])

    def arrived(self, record: Record) -> float:
        """Say when an item was changed, in epoch seconds."""
        return float(record["dynamodb"]["ApproximateCreationDateTime"].timestamp())


def _shard(described: dict[str, Any]) -> Shard:
    parent = described.get("ParentShardId")
    return Shard(
        id=described["ShardId"],
        parents=(parent,) if parent else (),
        closed="EndingSequenceNumber" in described.get("SequenceNumberRange", {}),
    )


def _json(value: datetime | bytes) -> float | str:
    return value.timestamp() if isinstance(value, datetime) else base64.b64encode(value).decode()
