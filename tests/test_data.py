"""Items that a test brings."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
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


class CloudWith:
    """A cloud whose DynamoDB client is another."""

    def __init__(self, cloud: Cloud, *, dynamodb: Any) -> None:
        self.endpoint, self.region, self.account, self.embedded = cloud.endpoint, cloud.region, cloud.account, True
        self._dynamodb = dynamodb

    def client(self, service: str) -> Any:
        assert service == "dynamodb"
        return self._dynamodb


def test_unprocessed_items_are_tried_again(cloud: Cloud, table: str) -> None:
    """Each try waits longer than the one before."""
    waits: list[float] = []
    reluctant = CloudWith(cloud, dynamodb=Reluctant(cloud.client("dynamodb"), refusals=4))

    with data.items(reluctant, table=table, items=[{"id": "a"}], sleep=waits.append):  # type: ignore[arg-type]
        assert set(rows(cloud, table)) == {"a"}

    assert len(waits) == 4
    assert waits[0] < waits[2]


def test_items_that_stay_unprocessed_are_an_error(cloud: Cloud, table: str) -> None:
    """After ten tries the error says what was tried."""
    reluctant = CloudWith(cloud, dynamodb=Reluctant(cloud.client("dynamodb"), refusals=10))

    with (
        pytest.raises(StageError) as caught,
        data.items(reluctant, table=table, items=[{"id": "a"}], sleep=lambda _: None),  # type: ignore[arg-type]
    ):
        pass

    assert str(caught.value) == (
        f"Some items of the table {table!r} could not be written.\n"
        "  tried: 10 times, DynamoDB left them unprocessed each time\n"
        "  give the table more capacity, or bring fewer items"
    )


def test_a_secret_parameter_is_there_and_then_gone(cloud: Cloud) -> None:
    """It is a SecureString under the key, and nothing stays."""
    ssm = cloud.client("ssm")
    key = cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]

    with data.secret_parameter(cloud, name="/a/secret", value="s3cret", key=key):
        found = ssm.get_parameter(Name="/a/secret", WithDecryption=True)["Parameter"]

    assert (found["Type"], found["Value"]) == ("SecureString", "s3cret")
    assert ssm.get_parameters(Names=["/a/secret"])["InvalidParameters"] == ["/a/secret"]


def test_a_secret_parameter_that_was_there_comes_back(cloud: Cloud) -> None:
    """What it was before is restored."""
    ssm = cloud.client("ssm")
    key = cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]

    with data.secret_parameter(cloud, name="/b/secret", value="before", key=key):
        with data.secret_parameter(cloud, name="/b/secret", value="during", key=key):
            pass
        found = ssm.get_parameter(Name="/b/secret", WithDecryption=True)["Parameter"]

    assert found["Value"] == "before"


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


def test_a_plain_parameter_comes_back_as_a_plain_one(cloud: Cloud) -> None:
    """Type and value are those that it had."""
    ssm = cloud.client("ssm")
    key = cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]
    ssm.put_parameter(Name="/c/plain", Value="before", Type="String")

    with data.secret_parameter(cloud, name="/c/plain", value="during", key=key):
        during = ssm.get_parameter(Name="/c/plain")["Parameter"]["Type"]
    after = ssm.get_parameter(Name="/c/plain")["Parameter"]

    assert during == "SecureString"
    assert (after["Type"], after["Value"]) == ("String", "before")
