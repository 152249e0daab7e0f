"""Items that a test brings."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from harness import data
from harness.cloud.account import Cloud
from harness.errors import MisusedStep, StageError


@pytest.fixture
def table(cloud: Cloud) -> Iterator[str]:
    name = f"items-{uuid.uuid4()}"
    client = cloud.client("dynamodb")
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield name
    client.delete_table(TableName=name)


def rows(cloud: Cloud, table: str) -> dict[str, Any]:
    found = cloud.session.resource("dynamodb", endpoint_url=cloud.endpoint).Table(table).scan()["Items"]
    return {item["id"]: item for item in found}


def test_items_are_there_and_then_gone(cloud: Cloud, table: str) -> None:
    """What was brought is taken away, and nothing else."""
    with data.items(cloud, table=table, items=[{"id": "kept"}]):
        with data.items(cloud, table=table, items=[{"id": "brought"}]):
            assert set(rows(cloud, table)) == {"kept", "brought"}

        assert set(rows(cloud, table)) == {"kept"}


def test_an_item_that_was_replaced_comes_back(cloud: Cloud, table: str) -> None:
    """The item that had the same key before is restored whole."""
    with data.items(cloud, table=table, items=[{"id": "a", "old": True}]):
        with data.items(cloud, table=table, items=[{"id": "a", "new": True}]):
            assert rows(cloud, table)["a"] == {"id": "a", "new": True}

        assert rows(cloud, table)["a"] == {"id": "a", "old": True}


def test_any_number_of_items_is_brought(cloud: Cloud, table: str) -> None:
    """DynamoDB writes 25 at once; more are written in batches."""
    with data.items(cloud, table=table, items=({"id": str(number)} for number in range(203))):
        assert len(rows(cloud, table)) == 203

    assert rows(cloud, table) == {}


def test_floats_become_numbers(cloud: Cloud, table: str) -> None:
    """A float is kept exactly as it is written, at any depth."""
    item = {"id": "a", "price": 1.1, "list": [0.5], "map": {"deep": 2.25}}

    with data.items(cloud, table=table, items=[item]):
        found = rows(cloud, table)["a"]

    assert found == {"id": "a", "price": Decimal("1.1"), "list": [Decimal("0.5")], "map": {"deep": Decimal("2.25")}}


def test_they_are_taken_away_after_a_failure_too(cloud: Cloud, table: str) -> None:
    """A test that fails leaves nothing behind."""
    with pytest.raises(ZeroDivisionError), data.items(cloud, table=table, items=[{"id": "a"}]):
        _ = 1 / 0

    assert rows(cloud, table) == {}


def test_of_two_items_with_one_key_the_later_is_kept(cloud: Cloud, table: str) -> None:
    """DynamoDB refuses a batch that names a key twice, so the harness decides as a table would."""
    with data.items(cloud, table=table, items=[{"id": "a", "n": 1}, {"id": "a", "n": 2}]):
        assert rows(cloud, table)["a"]["n"] == 2


def test_an_item_without_its_key_is_refused(cloud: Cloud, table: str) -> None:
    """The error names the attribute that is missing."""
    with pytest.raises(MisusedStep) as caught, data.items(cloud, table=table, items=[{"name": "a"}]):
        pass

    assert str(caught.value) == (
        f"An item for the table {table!r} lacks the key attribute 'id'.\n  its attributes: name\n  key of the table: id"
    )


class Reluctant:
    """A DynamoDB client that leaves items unprocessed for a number of calls."""

    def __init__(self, client: Any, *, refusals: int) -> None:
        self._client = client
        self.refusals = refusals

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def batch_write_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's name
        if self.refusals:
            self.refusals -= 1
            return {"UnprocessedItems": RequestItems}
        return dict(self._client.batch_write_item(RequestItems=RequestItems))


class CloudWith(Cloud):
    """A cloud whose DynamoDB client is another."""

    def __init__(self, cloud: Cloud, *, dynamodb: Any) -> None:
        super().__init__(folder=cloud.folder, region=cloud.region, endpoint=cloud.endpoint, embedded=True)
        self._dynamodb = dynamodb

    def client(self, service: str, **_config: Any) -> Any:
        assert service == "dynamodb"
        return self._dynamodb


def test_unprocessed_items_are_tried_again(cloud: Cloud, table: str) -> None:
    """Each try waits longer than the one before."""
    waits: list[float] = []
    reluctant = CloudWith(cloud, dynamodb=Reluctant(cloud.client("dynamodb"), refusals=4))

    with data.items(reluctant, table=table, items=[{"id": "a"}], sleep=waits.append):
        assert set(rows(cloud, table)) == {"a"}

    assert len(waits) == 4
    assert waits[0] < waits[2]


def test_items_that_stay_unprocessed_are_an_error(cloud: Cloud, table: str) -> None:
    """After ten tries the error says what was tried."""
    reluctant = CloudWith(cloud, dynamodb=Reluctant(cloud.client("dynamodb"), refusals=10))

    with (
        pytest.raises(StageError) as caught,
        data.items(reluctant, table=table, items=[{"id": "a"}], sleep=lambda _: None),
    ):
        pass

    assert str(caught.value) == (
        f"Some items of the table {table!r} could not be written.\n"
        "  tried: 10 times, DynamoDB left them unprocessed each time\n"
        "  give the table more capacity, or bring fewer items"
    )


def test_a_whole_float_is_the_same_key_as_its_integer(cloud: Cloud) -> None:
    """DynamoDB keeps 1.0 as 1, so what 1.0 replaced comes back under 1."""
    client = cloud.client("dynamodb")
    keys = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
    kinds = {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}]}
    client.create_table(TableName="numbers", **keys, **kinds, BillingMode="PAY_PER_REQUEST")

    with data.items(cloud, table="numbers", items=[{"id": 1, "old": True}]):
        with data.items(cloud, table="numbers", items=[{"id": 1.0, "new": True}]):
            pass
        after = client.scan(TableName="numbers")["Items"]
    client.delete_table(TableName="numbers")

    assert after == [{"id": {"N": "1"}, "old": {"BOOL": True}}]


def test_floats_in_sets_become_numbers_too(cloud: Cloud, table: str) -> None:
    """A set of numbers is one of DynamoDB's types."""
    with data.items(cloud, table=table, items=[{"id": "a", "sizes": {0.5, 1.5}}]):
        assert rows(cloud, table)["a"]["sizes"] == {Decimal("0.5"), Decimal("1.5")}


def test_a_key_of_bytes_is_held_too(cloud: Cloud) -> None:
    """What it replaced comes back, bytes and all."""
    client = cloud.client("dynamodb")
    keys = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
    kinds = {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "B"}]}
    client.create_table(TableName="binary", **keys, **kinds, BillingMode="PAY_PER_REQUEST")
    before = {"id": b"\x00", "base64": {"base64": "text", "bytes": {b"\xff"}}}

    with data.items(cloud, table="binary", items=[before]):
        with data.items(cloud, table="binary", items=[{"id": b"\x00", "new": True}]):
            pass
        (after,) = client.scan(TableName="binary")["Items"]
    client.delete_table(TableName="binary")

    assert after["id"] == {"B": b"\x00"}
    assert after["base64"]["M"] == {"base64": {"S": "text"}, "bytes": {"BS": [b"\xff"]}}


HOLDS = """
import json
import sys
from pathlib import Path
from harness import data, parameters
from harness.cloud.account import embedded_cloud

endpoint, folder, verb, arguments, nested = sys.argv[1:]
cloud = embedded_cloud(endpoint, folder=Path(folder), region="us-east-1")
bring = (vars(data) | vars(parameters))[verb]
with bring(cloud, **json.loads(arguments)):
    for inner in json.loads(nested):
        with bring(cloud, **inner):
            print("inner", flush=True)
            sys.stdin.readline()
    print("holds", flush=True)
    sys.stdin.readline()
"""


class Run:
    """Another run of tests, which holds data until it is told to leave, or is killed."""

    def __init__(self, cloud: Cloud, verb: str, arguments: dict[str, Any], *nested: dict[str, Any]) -> None:
        told = [str(cloud.endpoint), str(cloud.folder), verb, json.dumps(arguments), json.dumps(nested)]
        command = [sys.executable, "-c", HOLDS, *told]
        self._process = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.reaches("inner" if nested else "holds")

    def reaches(self, word: str) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == f"{word}\n"

    def goes_on(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def leaves(self) -> None:
        self._process.communicate("\n", timeout=20)
        assert self._process.returncode == 0

    def is_killed(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def run(cloud: Cloud) -> Iterator[Callable[..., Run]]:
    """Starts other runs against the same stage."""
    started: list[Run] = []

    def start(verb: str, *arguments: dict[str, Any]) -> Run:
        started.append(Run(cloud, verb, *arguments))
        return started[-1]

    yield start
    for one in started:
        one.is_killed()


def of(table: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"table": table, "items": items}


def kept(cloud: Cloud) -> list[str]:
    """What the harness keeps of what was there before."""
    return [path.name for path in (cloud.folder / "held").rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_items_stay_until_the_last_run_leaves(cloud: Cloud, table: str, run: Callable[..., Run]) -> None:
    """Who came first does not take them from who came later; nothing is kept in the end."""
    first, second = run("items", of(table, {"id": "a"})), run("items", of(table, {"id": "a"}))

    first.leaves()
    assert set(rows(cloud, table)) == {"a"}
    second.leaves()

    assert rows(cloud, table) == {}
    assert kept(cloud) == []


def test_the_last_run_restores_what_was_there_before_the_first(
    cloud: Cloud, table: str, run: Callable[..., Run]
) -> None:
    """Not what the first one brought. Of two items with one key the later is there."""
    cloud.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "a"}, "old": {"BOOL": True}})
    first, second = run("items", of(table, {"id": "a", "n": 1})), run("items", of(table, {"id": "a", "n": 2}))

    first.leaves()
    assert rows(cloud, table)["a"] == {"id": "a", "n": 2}
    second.leaves()

    assert rows(cloud, table)["a"] == {"id": "a", "old": True}


def test_each_item_is_held_by_itself(cloud: Cloud, table: str, run: Callable[..., Run]) -> None:
    """Of two sets that overlap, a run takes away what it alone has brought."""
    first, second = run("items", of(table, {"id": "a"}, {"id": "b"})), run("items", of(table, {"id": "b"}, {"id": "c"}))

    first.leaves()
    assert set(rows(cloud, table)) == {"b", "c"}
    second.leaves()

    assert rows(cloud, table) == {}


def test_a_run_that_was_killed_holds_nothing(cloud: Cloud, table: str, run: Callable[..., Run]) -> None:
    """The last run that lives restores what the killed one had replaced, also what it alone had brought."""
    cloud.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "a"}, "old": {"BOOL": True}})
    killed, alive = run("items", of(table, {"id": "a"}, {"id": "b"})), run("items", of(table, {"id": "a"}))

    killed.is_killed()
    assert set(rows(cloud, table)) == {"a", "b"}
    alive.leaves()

    assert rows(cloud, table) == {"a": {"id": "a", "old": True}}
    assert kept(cloud) == []


def test_what_a_killed_run_left_is_put_right_by_the_next(cloud: Cloud, table: str, run: Callable[..., Run]) -> None:
    """When nobody was there any more, whoever comes next does it, whatever it brings itself."""
    run("items", of(table, {"id": "a"}), of(table, {"id": "a", "inner": True})).is_killed()
    assert set(rows(cloud, table)) == {"a"}

    with data.items(cloud, table=table, items=[{"id": "b"}]):
        assert set(rows(cloud, table)) == {"b"}


def test_runs_that_nest_share_each_level(cloud: Cloud, table: str, run: Callable[..., Run]) -> None:
    """What the inner one replaced comes back when the last inner one ends, what the outer one replaced in the end."""
    outer, inner = of(table, {"id": "a", "n": 0}), of(table, {"id": "a", "n": 1})
    first, second = run("items", outer, inner), run("items", outer, inner)

    first.goes_on()
    first.reaches("holds")
    assert rows(cloud, table)["a"]["n"] == 1
    first.leaves()
    second.goes_on()
    second.reaches("holds")

    assert rows(cloud, table)["a"]["n"] == 0
    second.leaves()
    assert rows(cloud, table) == {}


def test_what_ends_out_of_turn_takes_nothing_from_others(cloud: Cloud, table: str) -> None:
    """An outer holder that ends first leaves what an inner one holds, which restores what was there before both."""
    outer = data.items(cloud, table=table, items=[{"id": "a", "n": 0}])
    inner = data.items(cloud, table=table, items=[{"id": "a", "n": 1}])
    outer.__enter__()
    inner.__enter__()

    outer.__exit__(None, None, None)
    assert rows(cloud, table)["a"]["n"] == 1
    inner.__exit__(None, None, None)

    assert rows(cloud, table) == {}


def test_what_was_there_before_is_for_its_owner_only(cloud: Cloud, table: str) -> None:
    """It may hold secrets."""
    with data.items(cloud, table=table, items=[{"id": "a"}]):
        (record,) = (cloud.folder / "held").rglob("before")

        assert stat.S_IMODE(record.stat().st_mode) == 0o600


def test_no_items_are_held_at_all(cloud: Cloud, table: str) -> None:
    """Nothing is written for nothing."""
    with data.items(cloud, table=table, items=[]):
        assert rows(cloud, table) == {}

    assert kept(cloud) == []


def test_a_secret_parameter_stays_until_the_last_run_leaves(cloud: Cloud, run: Callable[..., Run]) -> None:
    """Then it is what it was, and what it was is in no file any more."""
    ssm = cloud.client("ssm")
    key = cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]
    ssm.put_parameter(Name="/d/secret", Value="before", Type="SecureString")
    brought = {"name": "/d/secret", "value": "s3cret", "key": key}
    killed, first, second = (run("secret_parameter", brought) for _ in range(3))

    killed.is_killed()
    first.leaves()
    assert ssm.get_parameter(Name="/d/secret", WithDecryption=True)["Parameter"]["Value"] == "s3cret"
    second.leaves()

    after = ssm.get_parameter(Name="/d/secret", WithDecryption=True)["Parameter"]
    assert (after["Type"], after["Value"]) == ("SecureString", "before")
    assert kept(cloud) == []
