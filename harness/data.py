"""Items of a table that a test brings. What was there before comes back afterwards.

Processes of one machine that bring the same data at once share it: it stays until the last of them ends.
"""

from __future__ import annotations

import base64
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Context, Decimal
from typing import Any, ClassVar, Literal

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, message_of, translated
from harness.cloud.taking import register
from harness.cloud.typed import exact, typed
from harness.errors import MisusedStep, StageError
from harness.held import digest_of, drop, held, put_right
from harness.ledger import Thing

__all__ = ["item", "items"]

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html and API_BatchGetItem.html
_WRITTEN_AT_ONCE = 25
_READ_AT_ONCE = 100
_TRIES = 10
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
_NUMBERS = Context(prec=38)

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


def _restore(cloud: Cloud, thing: Thing) -> None:
    """Restore what killed processes have left in a table of the ledger; one made anew of the name is another."""
    try:
        with translated(cloud):
            table = _Table(cloud, name=thing.name, sleep=time.sleep)
    except cloud.client("dynamodb").exceptions.ResourceNotFoundException:
        table = None
    if table is not None and digest_of(table) == thing.within:
        put_right(cloud.folder, store=table)
    else:
        drop(cloud.folder, digest=thing.within)


register(_Table.kind, _restore)
