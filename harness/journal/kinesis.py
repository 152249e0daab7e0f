"""A tapped stream of Kinesis."""

from __future__ import annotations

import base64
import json
from typing import Any

from harness.cloud.account import Cloud
from harness.journal.entry import Entry
from harness.journal.shards import SHARD, Page, Record, Shard, ShardTap, Start

__all__ = ["KinesisShards", "StreamTap"]

# "Each shard can support up to five transactions per second for reads."
# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
_PAUSE = 0.2
_PAUSE_EMBEDDED = 0.02
# Records are "available to be read immediately after they are written", which is no number; a second is given to it.
# https://docs.aws.amazon.com/streams/latest/dev/kinesis-low-latency.html
_LAG = 1.0


class StreamTap(ShardTap):
    """Reads what is put into a stream of Kinesis from now on, beside its consumers.

    The five reads a second of a shard are shared by all who call GetRecords, an event source mapping of Lambda
    included; it is throttled more often while a tap is open, and loses nothing.

    Args:
        cloud: Where it is.
        source: The logical id of the stream.
        stream: Its name.

    Raises:
        TapNotOpen: There is no such stream.
    """

    def __init__(self, cloud: Cloud, *, source: str, stream: str) -> None:
        def entry(record: Record, seen: float) -> Entry:
            arrived = service.arrived(record)
            document = {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": record["PartitionKey"],
                "sequenceNumber": record["SequenceNumber"],
                "data": base64.b64encode(record["Data"]).decode(),
                "approximateArrivalTimestamp": arrived,
            }
            text = json.dumps(document, ensure_ascii=False)
            return Entry(
                kind="stream",
                source=source,
                id=service.number(record),
                text=text,
                sent=arrived,
                seen=seen,
                shard=record[SHARD],
            )

        service = KinesisShards(cloud.client("kinesis"), stream=stream)
        super().__init__(
            cloud,
            kind="stream",
            source=source,
            what=f"stream {stream!r}",
            service=service,
            entry=entry,
            pause=_PAUSE_EMBEDDED if cloud.embedded else _PAUSE,
            lag=0.0 if cloud.embedded else _LAG,
            passes=1,
        )


class KinesisShards:
    """The shards of a stream of Kinesis.

    Args:
        client: The boto3 client.
        stream: The name of the stream.
    """

    def __init__(self, client: Any, *, stream: str) -> None:
        self._client = client
        self._stream = stream

    def shards(self) -> list[Shard]:
        """Give all shards, those too that a split or a merge has closed."""
        found: list[Shard] = []
        asking: dict[str, Any] = {"StreamName": self._stream}
        while asking:
            answer = self._client.list_shards(**asking, MaxResults=1000)
            found += [_shard(one) for one in answer["Shards"]]
            # A page is asked for by its token alone: with StreamName beside it ListShards refuses.
            # https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html
            asking = {"NextToken": answer["NextToken"]} if answer.get("NextToken") else {}
        return found

    def iterator(self, shard: str, *, start: Start, after: str = "") -> str:
        """Give an iterator that begins there."""
        where = {"StartingSequenceNumber": after} if after else {}
        answer = self._client.get_shard_iterator(
            StreamName=self._stream, ShardId=shard, ShardIteratorType=start, **where
        )
        return str(answer["ShardIterator"])

    def page(self, iterator: str) -> Page:
        """Give the next records, 10,000 at most."""
        answer = self._client.get_records(ShardIterator=iterator, Limit=10_000)
        # "A value of zero indicates that record processing is caught up"; an empty page says nothing of the kind.
        # https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
        at_tip = answer.get("MillisBehindLatest") == 0
        return Page(records=answer["Records"], iterator=answer.get("NextShardIterator") or "", at_tip=at_tip)

    def number(self, record: Record) -> str:
        """Give the sequence number of a record."""
        return str(record["SequenceNumber"])

    def arrived(self, record: Record) -> float:
        """Say when a record came, in epoch seconds."""
        return float(record["ApproximateArrivalTimestamp"].timestamp())


def _shard(listed: dict[str, Any]) -> Shard:
    numbers = listed["SequenceNumberRange"]
    parents = (listed.get("ParentShardId"), listed.get("AdjacentParentShardId"))
    return Shard(
        id=listed["ShardId"],
        # UpdateShardCount of the embedded cloud gives new shards the ids of the old ones.
        began=numbers["StartingSequenceNumber"],
        parents=tuple(parent for parent in parents if parent),
        closed="EndingSequenceNumber" in numbers,
    )
