"""A change of an item that is really made, and the record of it for functions of this process."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.typed import typed
from harness.events import dynamodb
from harness.events.numbers import next_number
from harness.journal.entry import Entry
from harness.modes.links import label
from harness.modes.mapped.batches import Piece
from harness.modes.messages import ItemChange

__all__ = ["changed"]

_IMAGES = {
    "KEYS_ONLY": (),
    "NEW_IMAGE": ("NewImage",),
    "OLD_IMAGE": ("OldImage",),
    "NEW_AND_OLD_IMAGES": ("NewImage", "OldImage"),
}


def changed(change: ItemChange, *, make: Callable[[], object], cloud: Cloud, table: str) -> Piece | None:
    """Make a change and give its record as the stream of the table tells it; None when nothing has changed.

    "If you perform a PutItem or UpdateItem operation that does not change any data in an item, DynamoDB Streams does
    not write a stream record": https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
    What the item was is read before, which another process may change meanwhile.

    Args:
        change: The change.
        make: Makes it.
        cloud: Where the table is.
        table: Its name.
    """
    client = cloud.client("dynamodb")
    with translated(cloud):
        described = client.describe_table(TableName=table)["Table"]
    names = [part["AttributeName"] for part in described["KeySchema"]]
    keys = typed({name: change.item[name] for name in names if name in change.item})
    if len(keys) < len(names):
        make()  # DynamoDB says what is wrong with it.
        return None

    def item() -> dict[str, Any] | None:
        with translated(cloud):
            found: dict[str, Any] | None = client.get_item(TableName=table, Key=keys, ConsistentRead=True).get("Item")
        return found

    old = item()
    make()
    new = item()
    if old == new:
        return None
    return _piece(change.table, _read(described, keys=keys, old=old, new=new), stream=described["LatestStreamArn"])


def _read(
    described: Mapping[str, Any],
    *,
    keys: Mapping[str, Any],
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Give a change as GetRecords of DynamoDB Streams gives it."""
    view = described["StreamSpecification"]["StreamViewType"]
    images = {name: image for name, image in (("NewImage", new), ("OldImage", old)) if image and name in _IMAGES[view]}
    operation = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    told = {
        "Keys": keys,
        **images,
        "StreamViewType": view,
        "SequenceNumber": f"{next_number():021d}",
        "ApproximateCreationDateTime": datetime.now(UTC),
    }
    return {"eventName": operation, "dynamodb": told}


def _piece(table: str, read: Mapping[str, Any], *, stream: str) -> Piece:
    record = dynamodb.record_of(read, stream_arn=stream)
    now = time.time()
    # It is no entry of the journal: the tap of the table brings one of the real change.
    entry = Entry(
        kind="table",
        source=table,
        id=record["eventID"],
        text=json.dumps(record, ensure_ascii=False),
        sent=now,
        seen=now,
        played=True,
    )
    return Piece(id=record["dynamodb"]["SequenceNumber"], record=record, entry=entry, path=(label(entry),))
