"""Data that a test brings: items of a table, secret parameters. What was there before comes back afterwards."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.errors import MisusedStep, StageError

__all__ = ["items", "secret_parameter"]

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html and API_BatchGetItem.html
_WRITTEN_AT_ONCE = 25
_READ_AT_ONCE = 100
_TRIES = 10

Sleep = Callable[[float], None]


@contextmanager
def items(cloud: Cloud, *, table: str, items: Iterable[Mapping[str, Any]], sleep: Sleep = time.sleep) -> Iterator[None]:
    """Bring items into a table, and afterwards take away exactly these and restore what they replaced.

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
    before = store.read(brought)
    try:
        store.write([{"PutRequest": {"Item": item}} for item in brought.values()])
        yield
    finally:
        store.write([_undone(key, before.get(key), store) for key in brought])


class _Table:
    """A table as the client of DynamoDB sees it: items in its own typed form."""

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

    def serialised(self, item: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._serialise(_exact(value)) for name, value in item.items()}

    def key_of(self, item: Mapping[str, Any]) -> tuple[Any, ...]:
        missing = [name for name in self.keys if name not in item]
        if missing:
            raise MisusedStep(
                f"An item for the table {self.name!r} lacks the key attribute {missing[0]!r}.",
                facts=[("its attributes", ", ".join(item) or "none"), ("key of the table", ", ".join(self.keys))],
            )
        return tuple(_plain(_exact(item[name])) for name in self.keys)

    def typed_key(self, key: Sequence[Any]) -> dict[str, Any]:
        return {name: self._serialise(value) for name, value in zip(self.keys, key, strict=True)}

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


def _undone(key: tuple[Any, ...], before: dict[str, Any] | None, store: _Table) -> dict[str, Any]:
    if before is None:
        return {"DeleteRequest": {"Key": store.typed_key(key)}}
    return {"PutRequest": {"Item": before}}


def _exact(value: Any) -> Any:
    """Turn floats into Decimal, which DynamoDB's numbers are, at any depth."""
    if isinstance(value, float):
        number = Decimal(str(value))
        # DynamoDB keeps 1.0 as 1; a key must be found again under the name that it has there.
        return number.to_integral_value() if value.is_integer() else number
    if isinstance(value, Mapping):
        return {name: _exact(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(inner) for inner in value]
    return {_exact(inner) for inner in value} if isinstance(value, set | frozenset) else value


def _plain(key: Any) -> Any:
    """Give a binary key as bytes, which boto3 wraps."""
    return bytes(key.value) if hasattr(key, "value") else key


def _chunks(values: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


@contextmanager
def secret_parameter(cloud: Cloud, *, name: str, value: str, key: str) -> Iterator[None]:
    """Bring an SSM SecureString, and afterwards restore what was there before.

    Args:
        cloud: Where the parameter is.
        name: Its name.
        value: The secret.
        key: The id of the KMS key that encrypts it.
    """
    client = cloud.client("ssm")
    before = _as_it_is(client, name, cloud=cloud)
    with translated(cloud):
        if before and before["Type"] != "SecureString":
            client.delete_parameter(Name=name)  # The type of a parameter does not change.
        client.put_parameter(Name=name, Value=value, Type="SecureString", KeyId=key, Overwrite=True)
    try:
        yield
    finally:
        with translated(cloud):
            if not before or before["Type"] != "SecureString":
                client.delete_parameter(Name=name)
            if before:
                client.put_parameter(Name=name, **before, Overwrite=True)


def _as_it_is(client: Any, name: str, *, cloud: Cloud) -> dict[str, str] | None:
    """Give value, type and key of a parameter, as they are put back; None when there is none."""
    with translated(cloud):
        found = client.get_parameters(Names=[name], WithDecryption=True)["Parameters"]
        if not found:
            return None
        filters = [{"Key": "Name", "Values": [name]}]
        described = client.describe_parameters(ParameterFilters=filters)["Parameters"]
    kept = {"Value": found[0]["Value"], "Type": found[0]["Type"]}
    key = described[0].get("KeyId") if described else None
    return kept | ({"KeyId": key} if key else {})
