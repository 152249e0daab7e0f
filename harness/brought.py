"""What the verbs of a stage have put into buckets and tables, which is taken away when the run ends.

Only what was not there before is ours. An object or an item that a test overwrites is the test's own doing: it stays as
the test has left it. The ledger alone knows of them: an item carries no tag, and its key is the test's to choose.

Of several runs on one machine that put something under one key, each notes it, and the last one takes it away.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, translated
from harness.cloud.taking import alone_with, take_all_away
from harness.ledger import Identity, Thing, is_noted
from harness.ledger.thing import Kind

__all__ = ["deleted", "putting_item", "putting_object", "take_back"]

_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})


@dataclass
class _Brought:
    """What this process has put into a cloud, the latest last, and the key attributes of its tables."""

    things: dict[tuple[Kind, str, str], Thing] = field(default_factory=dict)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)


_BROUGHT: WeakKeyDictionary[Cloud, _Brought] = WeakKeyDictionary()


def putting_object(cloud: Cloud, *, bucket: str, key: str) -> None:
    """Write an object into the ledger that is about to be put, unless there is one of that key that no run has put.

    Args:
        cloud: Where the bucket is.
        bucket: Its name.
        key: The key of the object.

    Raises:
        NotAllowed: The tester may not see whether there is one: S3 says the same of a key that is not there to whoever
            may not list the bucket (https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html).
        LedgerNotWritten: It could not be written down.
        FileNotWritten: There can be no lock that keeps other runs from it meanwhile.
    """
    if _is_noted_again(cloud, "object", key, within=bucket):
        return
    s3, identity = cloud.client("s3"), _identity(cloud, "object", key, within=bucket)
    with alone_with(identity, folder=cloud.folder), translated(cloud):
        try:
            s3.head_object(Bucket=bucket, Key=key)
        except s3.exceptions.ClientError as fault:
            if code_of(fault) in _ABSENT:
                _note(cloud, "object", key, within=bucket)
            elif code_of(fault) != "400":  # S3 will not take what it does not take for a key, and says why.
                raise
        else:
            _note_what_is_ours(cloud, identity)


def putting_item(cloud: Cloud, *, table: str, item: Mapping[str, Any]) -> None:
    """Write an item into the ledger that is about to be put, unless there is one of that key that no run has put.

    Args:
        cloud: Where the table is.
        table: Its name.
        item: The item or its key, in DynamoDB's typed form. What lacks its key is left to DynamoDB to refuse.

    Raises:
        LedgerNotWritten: It could not be written down.
        FileNotWritten: There can be no lock that keeps other runs from it meanwhile.
    """
    with translated(cloud), _left_to_dynamodb(cloud):
        key = _key_of(item, cloud=cloud, table=table)
        if key is None or _is_noted_again(cloud, "item", _told(key), within=table):
            return
        identity = _identity(cloud, "item", _told(key), within=table)
        with alone_with(identity, folder=cloud.folder):
            if "Item" in cloud.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True):
                _note_what_is_ours(cloud, identity)
            else:
                _note(cloud, "item", _told(key), within=table)


@contextmanager
def _left_to_dynamodb(cloud: Cloud) -> Iterator[None]:
    """Let pass what DynamoDB refuses: it refuses what follows for the same reason, in words of its own."""
    try:
        yield
    except cloud.client("dynamodb").exceptions.ClientError as fault:
        if code_of(fault) not in {"ValidationException", "ResourceNotFoundException"}:
            raise


def deleted(cloud: Cloud, *, table: str, key: Mapping[str, Any]) -> None:
    """Write into the ledger that an item has gone which the test itself has deleted, if it was there.

    Args:
        cloud: Where the table is.
        table: Its name.
        key: The key of the item in DynamoDB's typed form.
    """
    thing = _of(cloud).things.pop(("item", _told(key), table), None)
    if thing is not None:
        cloud.ledger.removed(thing)


def take_back(cloud: Cloud) -> None:
    """Take away all that this process has put into a cloud; it raises nothing, and twice is harmless.

    Args:
        cloud: The cloud.
    """
    things = _of(cloud).things
    take_all_away(reversed(things.values()), cloud=cloud)
    things.clear()


def _of(cloud: Cloud) -> _Brought:
    return _BROUGHT.setdefault(cloud, _Brought())


def _identity(cloud: Cloud, kind: Kind, name: str, *, within: str) -> Identity:
    return kind, name, within, (cloud.account, cloud.region, cloud.endpoint or "")


def _note(cloud: Cloud, kind: Kind, name: str, *, within: str) -> None:
    _of(cloud).things[kind, name, within] = cloud.creating(kind, name, within=within)


def _note_what_is_ours(cloud: Cloud, identity: Identity) -> None:
    """Note what is there already if some run has put it: that one may end, or has ended, before this one does."""
    kind, name, within, _ = identity
    if is_noted(identity, folder=cloud.folder):
        _note(cloud, kind, name, within=within)


def _is_noted_again(cloud: Cloud, kind: Kind, name: str, *, within: str) -> bool:
    """Note once more what this process has put before: another one of the run may have deleted and struck it off."""
    thing = _of(cloud).things.get((kind, name, within))
    if thing is not None:
        cloud.ledger.creating(thing)
    return thing is not None


def _key_of(item: Mapping[str, Any], *, cloud: Cloud, table: str) -> dict[str, Any] | None:
    """Give the key of an item, or None when it lacks one of its attributes."""
    keys = _of(cloud).keys
    if table not in keys:
        schema = cloud.client("dynamodb").describe_table(TableName=table)["Table"]["KeySchema"]
        keys[table] = tuple(part["AttributeName"] for part in schema)
    if not item.keys() >= set(keys[table]):
        return None
    return {name: item[name] for name in keys[table]}


def _told(key: Mapping[str, Any]) -> str:
    """Give a key as a text, bytes as DynamoDB's JSON and the AWS CLI have them."""
    return json.dumps(key, sort_keys=True, default=lambda value: base64.b64encode(bytes(value)).decode())
