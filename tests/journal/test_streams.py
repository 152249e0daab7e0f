"""Tapped streams: of Kinesis, and of tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.errors import TapNotOpen, UnreachableEndpoint
from harness.journal.asking import asked, opened
from harness.journal.entry import Entry
from harness.journal.kinesis import KinesisShards, StreamTap
from harness.journal.shards import Page, Record, Shard, Shards, Start
from harness.journal.tables import TableShards, TableTap


@pytest.fixture
def stream(cloud: Cloud) -> Iterator[str]:
    """A stream of two shards."""
    name = f"s-{new_uuid()}"
    cloud.client("kinesis").create_stream(StreamName=name, ShardCount=2)
    yield name
    cloud.client("kinesis").delete_stream(StreamName=name)


@pytest.fixture
def table(cloud: Cloud) -> Iterator[str]:
    """A table with a stream."""
    name = f"t-{new_uuid()}"
    _create_table(cloud, name, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    yield name
    cloud.client("dynamodb").delete_table(TableName=name)


def _create_table(cloud: Cloud, name: str, **more: Any) -> None:
    cloud.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def put(cloud: Cloud, stream: str, *values: Any) -> None:
    for start in range(0, len(values), 500):
        records = [
            {
                "Data": value if isinstance(value, bytes) else json.dumps(value).encode(),
                "PartitionKey": f"key {value!r}",
            }
            for value in values[start : start + 500]
        ]
        cloud.client("kinesis").put_records(StreamName=stream, Records=records)


def write(cloud: Cloud, table: str, *ids: str, **attributes: Any) -> None:
    requests = [{"PutRequest": {"Item": {"id": {"S": one}, **attributes}}} for one in ids]
    for start in range(0, len(requests), 25):
        cloud.client("dynamodb").batch_write_item(RequestItems={table: requests[start : start + 25]})


def read_to_the_end(tap: StreamTap | TableTap) -> list[Entry]:
    proven, entries = tap.barrier(), []
    while not proven():
        entries += tap.read(wait=0)
    return entries


def test_records_of_all_shards_are_seen(cloud: Cloud, stream: str) -> None:
    """What is put after the opening is seen, past the first page; what was put before is not."""
    put(cloud, stream, "before")
    tap = StreamTap(cloud, source="Clicks", stream=stream)
    numbers = list(range(21_000))
    put(cloud, stream, *numbers)

    entries = read_to_the_end(tap)

    assert numbers == sorted(entry.body for entry in entries)


def test_an_entry_is_a_record_of_kinesis(cloud: Cloud, stream: str) -> None:
    """It is written as Lambda gets it, with data in base64."""
    tap = StreamTap(cloud, source="Clicks", stream=stream)
    put(cloud, stream, {"page": 1})

    (entry,) = tap.read(wait=0)

    assert ("stream", "Clicks", {"page": 1}) == (entry.kind, entry.source, entry.body)
    assert entry.id == entry.attributes["sequenceNumber"]
    assert "key {'page': 1}" == entry.attributes["partitionKey"]
    assert entry.sent == entry.attributes["approximateArrivalTimestamp"]
    assert entry.seen - 5 < entry.sent <= entry.seen


def test_data_that_is_no_text_stays_bytes(cloud: Cloud, stream: str) -> None:
    """Nothing is lost on the way through JSON."""
    tap = StreamTap(cloud, source="Clicks", stream=stream)
    put(cloud, stream, b"\xff\x00")

    (entry,) = tap.read(wait=0)

    assert b"\xff\x00" == entry.body


def test_new_shards_are_read_from_their_first_record(cloud: Cloud, stream: str) -> None:
    """A shard is split and written to before anything is read."""
    tap = StreamTap(cloud, source="Clicks", stream=stream)
    cloud.client("kinesis").split_shard(
        StreamName=stream, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**125)
    )
    put(cloud, stream, *range(20))

    entries = read_to_the_end(tap)

    assert list(range(20)) == sorted(entry.body for entry in entries)


def test_shards_that_take_over_the_ids_of_others_are_read(cloud: Cloud, stream: str) -> None:
    """UpdateShardCount of the embedded cloud counts anew."""
    tap = StreamTap(cloud, source="Clicks", stream=stream)
    put(cloud, stream, *range(10))
    tap.read(wait=0)
    cloud.client("kinesis").update_shard_count(StreamName=stream, TargetShardCount=3, ScalingType="UNIFORM_SCALING")
    put(cloud, stream, *range(10, 20))

    entries = read_to_the_end(tap)

    assert list(range(10, 20)) == sorted(entry.body for entry in entries)


def test_a_missing_stream_cannot_be_tapped(cloud: Cloud) -> None:
    """It is said which one, and where."""
    with pytest.raises(TapNotOpen) as caught:
        StreamTap(cloud, source="Clicks", stream="nowhere")

    assert f"There is no stream 'nowhere'.\n  region: us-east-1\n  endpoint: {cloud.endpoint}" == str(caught.value)


def test_a_stream_that_is_deleted_meanwhile_is_told(cloud: Cloud) -> None:
    """Reading on would be silence for ever."""
    name = f"s-{new_uuid()}"
    cloud.client("kinesis").create_stream(StreamName=name, ShardCount=1)
    tap = StreamTap(cloud, source="Clicks", stream=name)
    cloud.client("kinesis").delete_stream(StreamName=name)
    # Its iterators are void, as if they had expired; the next read asks for another one.
    tap.read(wait=0)

    with pytest.raises(TapNotOpen, match=f"There is no stream '{name}'"):
        tap.read(wait=0)


def test_the_pause_keeps_to_five_reads_a_second(cloud: Cloud, stream: str) -> None:
    """AWS allows five reads of a shard a second; the embedded cloud has no such limit."""

    class Elsewhere(Cloud):
        def client(self, service: str, **config: Any) -> Any:
            return cloud.client(service, **config)

    aws = StreamTap(Elsewhere(folder=cloud.folder, region=cloud.region), source="Clicks", stream=stream)
    embedded = StreamTap(cloud, source="Clicks", stream=stream)

    assert (0.2, 0.02) == (aws.pause, embedded.pause)


def test_changes_of_a_table_are_seen(cloud: Cloud, table: str) -> None:
    """What is written after the opening is seen, past the first page of a thousand; what was before is not."""
    write(cloud, table, "before")
    tap = TableTap(cloud, source="Orders", table=table)
    ids = [f"{number:04}" for number in range(2500)]
    write(cloud, table, *ids)

    entries = read_to_the_end(tap)

    assert ids == [entry.body["Keys"]["id"] for entry in entries]


def test_an_entry_is_a_record_of_a_tables_stream(cloud: Cloud, table: str) -> None:
    """It is written as Lambda gets it; its body has plain values."""
    write(cloud, table, "a", price={"N": "1"})
    tap = TableTap(cloud, source="Orders", table=table)
    write(cloud, table, "a", price={"N": "2.5"})

    (entry,) = tap.read(wait=0)

    old, new = {"id": "a", "price": 1}, {"id": "a", "price": 2.5}
    assert {"Keys": {"id": "a"}, "OldImage": old, "NewImage": new} == entry.body
    assert ("table", "Orders", "MODIFY") == (entry.kind, entry.source, entry.attributes["eventName"])
    assert entry.id == entry.document["eventID"]
    assert f"table/{table}/stream/" in entry.document["eventSourceARN"]
    assert entry.sent == entry.document["dynamodb"]["ApproximateCreationDateTime"] <= entry.seen


def test_every_type_of_value_survives(cloud: Cloud, table: str) -> None:
    """Bytes travel in base64, and come out as bytes."""
    tap = TableTap(cloud, source="Orders", table=table)
    values: dict[str, Any] = {
        "bytes": {"B": b"\x00\xff"}, "set": {"SS": ["x", "y"]}, "numbers": {"NS": ["1", "0.5"]},
        "raw": {"BS": [b"\xff"]}, "list": {"L": [{"BOOL": True}, {"NULL": True}]}, "map": {"M": {"deep": {"S": "s"}}},
        "exact": {"N": "1234567890.1234567890123"},
    }  # fmt: skip
    write(cloud, table, "a", **values)

    (entry,) = tap.read(wait=0)

    assert {
        "id": "a", "bytes": b"\x00\xff", "set": {"x", "y"}, "numbers": {1, 0.5}, "raw": {b"\xff"},
        "list": [True, None], "map": {"deep": "s"}, "exact": Decimal("1234567890.1234567890123"),
    } == entry.body["NewImage"]  # fmt: skip


def test_a_table_without_a_stream_cannot_be_tapped(cloud: Cloud) -> None:
    """It is said what to do."""
    name = f"t-{new_uuid()}"
    _create_table(cloud, name)

    with pytest.raises(TapNotOpen) as caught:
        TableTap(cloud, source="Orders", table=name)

    assert (
        f"The table 'Orders' has no stream.\n  table: {name}\n"
        "  Give it a StreamSpecification in the template, or look into the table itself instead." == str(caught.value)
    )


def test_a_missing_table_cannot_be_tapped(cloud: Cloud) -> None:
    """It is said which one."""
    with pytest.raises(TapNotOpen, match="There is no table 'nowhere'"):
        TableTap(cloud, source="Orders", table="nowhere")


def test_closing_leaves_the_stream(cloud: Cloud, stream: str) -> None:
    """Twice does no harm."""
    tap = StreamTap(cloud, source="Clicks", stream=stream)
    tap.close()
    tap.close()

    put(cloud, stream, 1)

    assert [1] == [entry.body for entry in tap.read(wait=0)]


class ManyShards:
    """DescribeStream of a table whose stream has shards of three generations, one a page."""

    pages = (
        {"ShardId": "a", "SequenceNumberRange": {"StartingSequenceNumber": "1", "EndingSequenceNumber": "2"}},
        {"ShardId": "b", "ParentShardId": "a", "SequenceNumberRange": {"StartingSequenceNumber": "3"}},
        {"ShardId": "c"},
    )

    def describe_stream(self, *, StreamArn: str, ExclusiveStartShardId: str = "") -> Any:  # noqa: N803 - boto3's names
        after = " abc".index(ExclusiveStartShardId or " ")
        description = {"StreamArn": StreamArn, "Shards": [self.pages[after]]}
        return {"StreamDescription": description | ({"LastEvaluatedShardId": "abc"[after]} if after < 2 else {})}


def test_shards_of_a_table_are_described_past_the_first_page() -> None:
    """Parents and endings are known."""
    shards = TableShards(ManyShards(), stream="arn").shards()

    assert [Shard(id="a", closed=True), Shard(id="b", parents=("a",)), Shard(id="c")] == shards


class TwoPages:
    """ListShards of a stream after a merge. AWS takes a page's token alone, the embedded cloud beside a name only."""

    def list_shards(self, *, MaxResults: int, StreamName: str = "", NextToken: str = "") -> Any:  # noqa: N803
        if NextToken:
            merged = {"ParentShardId": "a", "AdjacentParentShardId": "b"}
            return {"Shards": [{"ShardId": "c", "SequenceNumberRange": {"StartingSequenceNumber": "3"}, **merged}]}
        closed = {"StartingSequenceNumber": "1", "EndingSequenceNumber": "2"}
        return {"Shards": [{"ShardId": one, "SequenceNumberRange": closed} for one in "ab"], "NextToken": "more"}


def test_shards_of_a_stream_are_listed_past_the_first_page() -> None:
    """Parents and endings are known."""
    shards = KinesisShards(TwoPages(), stream="clicks").shards()

    assert [
        Shard(id="a", began="1", closed=True),
        Shard(id="b", began="1", closed=True),
        Shard(id="c", began="3", parents=("a", "b")),
    ] == shards


class Memory:
    """A stream in memory whose service can refuse, forget and split.

    An iterator is ``shard:index``. `faults` are raised by the next pages, in turn.
    """

    def __init__(self, **shards: list[int]) -> None:
        self.kept = shards
        self.parents: dict[str, str] = {}
        self.closed: set[str] = set()
        self.faults: list[Exception] = []
        self.unlisted = 0
        self.horizon = 0

    def shards(self) -> list[Shard]:
        if self.unlisted:
            self.unlisted -= 1
            raise fault("LimitExceededException")
        return [Shard(id=one, parents=tuple(self.parents.get(one, "")), closed=one in self.closed) for one in self.kept]

    def iterator(self, shard: str, *, start: Start, after: str = "") -> str:
        records = self.kept[shard]
        index = {"LATEST": len(records), "TRIM_HORIZON": self.horizon}.get(start)
        return f"{shard}:{records.index(int(after)) + 1 if index is None else index}"

    def page(self, iterator: str) -> Page:
        if self.faults:
            raise self.faults.pop(0)
        shard, _, index = iterator.partition(":")
        if shard not in self.kept:
            raise fault("ResourceNotFoundException")
        records = [{"number": one} for one in self.kept[shard][int(index) :][:2]]
        following = int(index) + len(records)
        is_over = following == len(self.kept[shard])
        return Page(
            records=list(records),
            iterator="" if is_over and shard in self.closed else f"{shard}:{following}",
            at_tip=is_over,
        )

    def number(self, record: Record) -> str:
        return str(record["number"])

    def arrived(self, record: Record) -> float:
        return float(record["number"])


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def fault(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "GetRecords")


def numbers(shards: Shards) -> list[int]:
    return [record["number"] for record in shards.read()]


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "LimitExceededException"])
def test_a_throttled_read_loses_nothing(code: str) -> None:
    """It gives what is there later, and is no proof."""
    service = Memory(a=[])
    shards = Shards(service)
    service.kept["a"] += [1]
    proven = shards.barrier()
    service.faults = [fault(code)]

    reads = [(numbers(shards), proven()) for _ in range(3)]

    assert [([], False), ([1], False), ([], True)] == reads


def test_an_expired_iterator_is_renewed_after_the_last_record() -> None:
    """Nothing is lost, and nothing comes twice."""
    service = Memory(a=[])
    shards = Shards(service)
    service.kept["a"] += [1, 2]
    first = numbers(shards)
    service.kept["a"] += [3]
    service.faults = [fault("ExpiredIteratorException")]

    reads = [first, numbers(shards), numbers(shards)]

    assert [[1, 2], [], [3]] == reads


def test_an_iterator_that_expires_before_any_record_is_renewed_from_the_opening() -> None:
    """What came before the opening is left out, by its time."""
    service = Memory(a=[10, 20])
    shards = Shards(service, now=lambda: 25.0)
    service.kept["a"] += [30]
    service.faults = [fault("ExpiredIteratorException")]

    reads = [numbers(shards) for _ in range(3)]

    assert [[], [], [30]] == reads


def test_records_that_the_service_has_dropped_are_passed_over() -> None:
    """Reading goes on with the oldest that is left."""
    service = Memory(a=[])
    shards = Shards(service, now=lambda: 0.0)
    service.kept["a"] += [1, 2]
    numbers(shards)
    service.kept["a"] += [3, 4, 5]
    service.horizon = 4
    service.faults = [fault("TrimmedDataAccessException")]

    reads = [numbers(shards) for _ in range(2)]

    assert [[], [5]] == reads


def test_a_child_is_read_after_its_parent() -> None:
    """The order of an item's changes stays across a split."""
    service = Memory(a=[])
    shards = Shards(service)
    service.kept |= {"a": [1, 2, 3], "b": [4, 5]}
    service.parents, service.closed = {"b": "a"}, {"a"}
    proven = shards.barrier()

    reads = [(numbers(shards), proven()) for _ in range(4)]

    assert [([1, 2], False), ([3], False), ([4, 5], False), ([], True)] == reads


def test_a_shard_that_was_closed_before_the_opening_is_not_read() -> None:
    """Nothing can come into it."""
    service = Memory(a=[1, 2], b=[])
    service.closed = {"a"}

    shards = Shards(service)

    assert [] == numbers(shards)


def test_children_are_looked_for_again_after_a_throttled_listing() -> None:
    """Meanwhile nothing is proven."""
    service = Memory(a=[])
    shards = Shards(service)
    service.kept |= {"a": [1], "b": [2]}
    service.closed, service.unlisted = {"a"}, 2
    proven = shards.barrier()

    reads = [(numbers(shards), proven()) for _ in range(3)]

    assert [([1], False), ([2], False), ([], True)] == reads


def test_new_shards_without_parents_are_found_in_time() -> None:
    """Every five seconds all shards are listed."""
    service, clock = Memory(a=[]), Clock()
    shards = Shards(service, clock=clock)
    service.kept["b"] = [1]

    before = numbers(shards)
    clock.time += 6

    assert ([], [1]) == (before, numbers(shards))


def test_a_proof_waits_for_the_lag_and_for_all_passes() -> None:
    """Two passes that begin a second after the call must find no more."""
    clock = Clock()
    shards = Shards(Memory(a=[]), lag=1.0, passes=2, clock=clock)
    proven, proofs = shards.barrier(), []

    for _ in range(4):
        clock.time += 0.6
        shards.read()
        proofs.append(proven())

    assert [False, False, True, True] == proofs


def test_an_error_loses_no_records_of_other_shards() -> None:
    """What was read before it comes with the next read."""
    service = Memory(a=[], b=[])
    shards = Shards(service)
    service.kept["a"] += [1]
    service.faults = [EndpointConnectionError(endpoint_url="http://nowhere")]
    with pytest.raises(EndpointConnectionError):
        shards.read()

    assert [1] == numbers(shards)


def test_records_before_an_error_are_kept() -> None:
    """The first shard has been read when the second one fails."""

    class Second(Memory):
        def page(self, iterator: str) -> Page:
            if iterator.startswith("b") and self.horizon:
                self.horizon = 0
                raise fault("KMSAccessDeniedException")
            return super().page(iterator)

    service = Second(a=[], b=[])
    shards = Shards(service)
    service.kept["a"] += [1]
    service.horizon = 1
    with pytest.raises(ClientError):
        shards.read()

    assert [1] == numbers(shards)


def test_a_network_that_is_away_may_come_back(cloud: Cloud) -> None:
    """An error of the harness would end the thread that reads."""
    with pytest.raises(ConnectionError, match="Nothing answers at"), asked(cloud, what="stream 'Clicks'"):
        raise EndpointConnectionError(endpoint_url="http://nowhere")


def test_a_tap_is_not_opened_where_nothing_answers(cloud: Cloud) -> None:
    """Then a person must act."""
    with pytest.raises(UnreachableEndpoint), opened(cloud, what="stream 'Clicks'"):
        raise EndpointConnectionError(endpoint_url="http://nowhere")


def test_times_of_records_are_read_as_seconds() -> None:
    """boto3 gives them as dates."""
    when = datetime(2026, 1, 2, tzinfo=UTC)

    arrived = TableShards(ManyShards(), stream="arn").arrived({"dynamodb": {"ApproximateCreationDateTime": when}})

    assert when.timestamp() == arrived
