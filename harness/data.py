"""Data that a test brings: items of a table, secret parameters. What was there before comes back afterwards.

Processes of one machine that bring the same data at once share it: it stays until the last of them ends.
"""

from __future__ import annotations

import base64
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from decimal import Context, Decimal
from pathlib import Path
from typing import Any, ClassVar, Literal

from harness._secrets import keep_secret
from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, message_of, translated
from harness.cloud.remains import has_gone
from harness.cloud.taking import register
from harness.cloud.typed import exact, typed
from harness.errors import MisusedStep, StageError
from harness.held import Abandoned, Store, digest_of, drop, find_abandoned, held, put_right, reason_of
from harness.ledger import Thing

__all__ = ["item", "items", "restore_abandoned", "secret_parameter"]

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html and API_BatchGetItem.html
_WRITTEN_AT_ONCE = 25
_READ_AT_ONCE = 100
_TRIES = 10
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
_NUMBERS = Context(prec=38)
_SECRET = "SecureString"  # noqa: S105 - the name of a type

Sleep = Callable[[float], None]


@contextmanager
def items(cloud: Cloud, *, table: str, items: Iterable[Mapping[str, Any]], sleep: Sleep = time.sleep) -> Iterator[None]:
    """Bring items into a table, and afterwards take away exactly these and restore what they replaced.

    Those that another process of this machine holds as well stay until it ends, too. When it brings another item with
    the same key, the later of the two is there.

    Args:
        cloud: Where the table is.
        table: Its physical name.
        items: Any number of items as Python objects. Floats become Decimal; of two items with one key the later
            is kept.
        sleep: How to wait between tries.

    Raises:
        MisusedStep: An item lacks a key attribute of the table.
        StageError: DynamoDB left items unprocessed for ten tries with back-off.
    """
    store = _Table(cloud, name=table, sleep=sleep)
    brought = {store.key_of(item): store.serialised(item) for item in items}
    puts = [{"PutRequest": {"Item": item}} for item in brought.values()]
    names = [store.name_of(key) for key in brought]
    with held(cloud, names=names, store=store, bring=lambda: store.write(puts)):
        yield


def item(cloud: Cloud, *, table: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give an item of a table as Python values, read consistently; None when there is none.

    Args:
        cloud: Where the table is.
        table: Its physical name.
        key: Its key as Python values.

    Raises:
        MisusedStep: DynamoDB does not take it for a key of this table.
    """
    from boto3.dynamodb.types import TypeDeserializer  # noqa: PLC0415 - `import harness` is light

    client = cloud.client("dynamodb")
    with translated(cloud):
        try:
            found = client.get_item(TableName=table, Key=typed(key), ConsistentRead=True).get("Item")
        except client.exceptions.ClientError as fault:
            if code_of(fault) != "ValidationException":
                raise
            raise MisusedStep(
                f"{dict(key)!r} is no key of the table {table!r}.", facts=[("DynamoDB says", message_of(fault))]
            ) from None
    return None if found is None else {name: TypeDeserializer().deserialize(value) for name, value in found.items()}


class _Table:
    """A table as the client of DynamoDB sees it: items in its own typed form."""

    kind: ClassVar[Literal["items"]] = "items"

    def __init__(self, cloud: Cloud, *, name: str, sleep: Sleep) -> None:
        from boto3.dynamodb.types import TypeDeserializer, TypeSerializer  # noqa: PLC0415 - `import harness` is light

        self.name = name
        self._cloud = cloud
        self._client = cloud.client("dynamodb")
        self._serialise = TypeSerializer().serialize
        self._deserialise = TypeDeserializer().deserialize
        self._sleep = sleep
        with translated(cloud):
            described = self._client.describe_table(TableName=name)["Table"]
        self.keys: tuple[str, ...] = tuple(part["AttributeName"] for part in described["KeySchema"])
        # A table that was made anew under the same name is another one.
        parts = [cloud.endpoint, described["TableArn"], described.get("TableId"), described.get("CreationDateTime")]
        self.identity = json.dumps(parts, default=str)

    def serialised(self, item: Mapping[str, Any]) -> dict[str, Any]:
        return typed(item)

    def key_of(self, item: Mapping[str, Any]) -> tuple[Any, ...]:
        missing = [name for name in self.keys if name not in item]
        if missing:
            raise MisusedStep(
                f"An item for the table {self.name!r} lacks the key attribute {missing[0]!r}.",
                facts=[("its attributes", ", ".join(item) or "none"), ("key of the table", ", ".join(self.keys))],
            )
        return tuple(_plain(exact(item[name])) for name in self.keys)

    def name_of(self, key: Sequence[Any]) -> str:
        """Give the text that stands for a key, the same for every spelling of a number."""
        return _dumped(self.typed_key([_normal(value) for value in key]))

    def typed_key(self, key: Sequence[Any]) -> dict[str, Any]:
        return {name: self._serialise(value) for name, value in zip(self.keys, key, strict=True)}

    def found(self, names: list[str]) -> dict[str, str]:
        keys = [tuple(_plain(self._deserialise(value)) for value in _loaded(name).values()) for name in names]
        return {self.name_of(key): _dumped(item) for key, item in self.read(keys).items()}

    def restore(self, before: Mapping[str, str | None]) -> None:
        requests = [
            {"DeleteRequest": {"Key": _loaded(name)}} if item is None else {"PutRequest": {"Item": _loaded(item)}}
            for name, item in before.items()
        ]
        # A table that a test has deleted has taken everything with it.
        with suppress(self._client.exceptions.ResourceNotFoundException):
            self.write(requests)

    def read(self, keys: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], dict[str, Any]]:
        """Give those of the items that exist, by key."""
        wanted = [self.typed_key(key) for key in keys]
        items = [item for chunk in _chunks(wanted, _READ_AT_ONCE) for item in self._read_chunk(chunk)]
        # As Python values: DynamoDB gives 1.0 back as 1, and the two are one number.
        return {tuple(_plain(self._deserialise(item[name])) for name in self.keys): item for item in items}

    def _read_chunk(self, keys: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        pending: dict[str, Any] = {self.name: {"Keys": keys, "ConsistentRead": True}}
        for _ in self._tries("read"):
            with translated(self._cloud):
                answer = self._client.batch_get_item(RequestItems=pending)
            yield from answer["Responses"].get(self.name, [])
            pending = answer.get("UnprocessedKeys") or {}
            if not pending:
                return

    def write(self, requests: list[dict[str, Any]]) -> None:
        for chunk in _chunks(requests, _WRITTEN_AT_ONCE):
            pending: dict[str, Any] = {self.name: chunk}
            for _ in self._tries("written"):
                with translated(self._cloud):
                    pending = self._client.batch_write_item(RequestItems=pending).get("UnprocessedItems") or {}
                if not pending:
                    break

    def _tries(self, done: str) -> Iterator[int]:
        """Count the tries and wait longer before each, with jitter; end in an error."""
        for attempt in range(_TRIES):
            if attempt:
                self._sleep(min(5.0, 0.05 * 2**attempt) * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            yield attempt
        raise StageError(
            f"Some items of the table {self.name!r} could not be {done}.",
            facts=[("tried", f"{_TRIES} times, DynamoDB left them unprocessed each time")],
            remedy="give the table more capacity, or bring fewer items",
        )


def _plain(key: Any) -> Any:
    """Give a binary key as bytes, which boto3 wraps."""
    return bytes(key.value) if hasattr(key, "value") else key


def _normal(key: Any) -> Any:
    """Give a number in one spelling of several: 1 for 1.0."""
    return Decimal(key).normalize(_NUMBERS) if isinstance(key, int | Decimal) else key


def _dumped(typed: Mapping[str, Any]) -> str:
    """Give an item in DynamoDB's typed form as text; there every value is in a mapping, so bytes can be one too."""
    return json.dumps(typed, default=lambda value: {"base64": base64.b64encode(bytes(value)).decode()})


def _loaded(text: str) -> dict[str, Any]:
    def with_bytes(found: dict[str, Any]) -> Any:
        return base64.b64decode(found["base64"]) if isinstance(found.get("base64"), str) else found

    loaded: dict[str, Any] = json.loads(text, object_hook=with_bytes)
    return loaded


def _chunks(values: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


@contextmanager
def secret_parameter(cloud: Cloud, *, name: str, value: str, key: str) -> Iterator[None]:
    """Bring an SSM SecureString, and afterwards restore what was there before.

    It stays until the last process of this machine that brings it ends. Until then what was there before is in a file
    that only its owner can read.

    Args:
        cloud: Where the parameter is.
        name: Its name.
        value: The secret.
        key: The id of the KMS key that encrypts it.
    """
    keep_secret(value)
    store = _Parameter(cloud, name=name)
    secret = {"Value": value, "Type": _SECRET, "KeyId": key}
    with held(cloud, names=[name], store=store, bring=lambda: store.put(name, secret)):
        yield


class _Parameter:
    """A parameter of SSM: value, type and key."""

    kind: ClassVar[Literal["parameter"]] = "parameter"

    def __init__(self, cloud: Cloud, *, name: str) -> None:
        self.name = name
        self.identity = json.dumps(["ssm", cloud.endpoint, cloud.account, cloud.region, name])
        self._cloud = cloud
        self._client = cloud.client("ssm")

    def found(self, names: list[str]) -> dict[str, str]:
        kept = {name: self._as_it_is(name) for name in names}
        return {name: json.dumps(parts) for name, parts in kept.items() if parts}

    def restore(self, before: Mapping[str, str | None]) -> None:
        for name, parts in before.items():
            if parts is None:
                self._remove(name)
            else:
                self.put(name, json.loads(parts))

    def put(self, name: str, parts: Mapping[str, str]) -> None:
        with translated(self._cloud):
            there = self._client.get_parameters(Names=[name])["Parameters"]
            if there and there[0]["Type"] != parts["Type"]:
                self._remove(name)  # The type of a parameter does not change.
            self._client.put_parameter(Name=name, **parts, Overwrite=True)

    def _remove(self, name: str) -> None:
        # There is none when the holder that brought it was killed before it did.
        with translated(self._cloud), suppress(self._client.exceptions.ParameterNotFound):
            self._client.delete_parameter(Name=name)

    def _as_it_is(self, name: str) -> dict[str, str] | None:
        """Give value, type and key, as they are put back; None when there is none."""
        with translated(self._cloud):
            found = self._client.get_parameters(Names=[name], WithDecryption=True)["Parameters"]
            if not found:
                return None
            filters = [{"Key": "Name", "Values": [name]}]
            described = self._client.describe_parameters(ParameterFilters=filters)["Parameters"]
        kept = {"Value": found[0]["Value"], "Type": found[0]["Type"]}
        key = described[0].get("KeyId") if described else None
        return kept | ({"KeyId": key} if key else {})


def restore_abandoned(folder: Path, *, cloud_of: Callable[[Thing], Cloud | None]) -> list[Abandoned]:
    """Restore what killed processes have left, and give what was dealt with; the reason is with what could not be.

    What somebody holds stays. Where there is nothing to restore any more, because the table or the embedded cloud has
    gone, it is forgotten what was there before, and given as well. Others may do the same at the same time.

    Args:
        folder: The project's folder for caches and state.
        cloud_of: Gives the cloud of a thing, with the same folder, or None when the thing is to be left alone.
    """
    righted = (_righted(one, folder=folder, cloud_of=cloud_of) for one in find_abandoned(folder))
    return [one for one in righted if one is not None]


def _righted(one: Abandoned, *, folder: Path, cloud_of: Callable[[Thing], Cloud | None]) -> Abandoned | None:
    try:
        if has_gone(one.thing):
            drop(folder, digest=one.thing.within)
        else:
            cloud = cloud_of(one.thing)
            if cloud is None:
                return None
            _restore(cloud, one.thing)
    except Exception as error:  # noqa: BLE001 - the next one is restored all the same
        return replace(one, why=reason_of(error))
    return one


def _restore(cloud: Cloud, thing: Thing) -> None:
    """Restore what killed processes have left in a store of the ledger, if there is anything and it is still there."""
    with translated(cloud):
        store = _store_of(thing, cloud=cloud)
    if store is None:
        drop(cloud.folder, digest=thing.within)
    else:
        put_right(cloud.folder, store=store)


for _kind in (_Table.kind, _Parameter.kind):
    register(_kind, _restore)


def _store_of(thing: Thing, *, cloud: Cloud) -> Store | None:
    """Give the store that a thing of the ledger is, or None when it has gone; one made anew of the name is another."""
    if thing.kind == "parameter":
        return _Parameter(cloud, name=thing.name)
    try:
        table = _Table(cloud, name=thing.name, sleep=time.sleep)
    except cloud.client("dynamodb").exceptions.ResourceNotFoundException:
        return None
    return table if digest_of(table) == thing.within else None
