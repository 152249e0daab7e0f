"""What the verbs of a stage put: noted before it is put, taken away when the run ends, in each mode."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from harness.brought import take_back
from harness.errors import NotPublished
from harness.stage import Stage

from .conftest import noted

KEY = {"id": "a", "at": b"\xff"}
TOLD = '{"at": {"B": "/w=="}, "id": {"S": "a"}}'


@pytest.fixture(autouse=True)
def _nothing_stays(stage: Stage) -> Iterator[None]:
    """Each test begins with an empty bucket and an empty table."""
    yield
    take_back(stage.cloud)
    assert ([], []) == (objects(stage), items(stage))


def bucket(stage: Stage) -> str:
    return stage.physical_id("Bucket")


def table(stage: Stage) -> str:
    return stage.physical_id("Table")


def objects(stage: Stage) -> list[str]:
    found = stage.cloud.client("s3").list_objects_v2(Bucket=bucket(stage)).get("Contents", [])
    return [one["Key"] for one in found]


def items(stage: Stage) -> list[dict[str, Any]]:
    return list(stage.cloud.client("dynamodb").scan(TableName=table(stage))["Items"])


def ours(stage: Stage) -> list[tuple[str, str, str]]:
    """What the ledger of the project says of this stage's objects and items."""
    return [one for one in noted(stage.cloud) if one[0] in {"object", "item"}]


def test_an_object_is_noted_and_taken_away(stage: Stage) -> None:
    """Once, however often it is put."""
    stage.upload("Bucket", "in é/a b.jpg", b"one")
    stage.upload("Bucket", "in é/a b.jpg", b"two")
    during = (objects(stage), ours(stage))

    take_back(stage.cloud)

    assert (["in é/a b.jpg"], [("object", "in é/a b.jpg", bucket(stage))]) == during
    assert ([], []) == (objects(stage), ours(stage))


def test_an_item_is_noted_and_taken_away(stage: Stage) -> None:
    """By its key, once, however often it is put."""
    stage.write("Table", {**KEY, "n": 1})
    stage.write("Table", {**KEY, "n": 2})
    during = (len(items(stage)), ours(stage))

    take_back(stage.cloud)

    assert (1, [("item", TOLD, table(stage))]) == during
    assert ([], []) == (items(stage), ours(stage))


def test_an_update_that_makes_an_item_is_noted(stage: Stage) -> None:
    """DynamoDB makes one where there is none."""
    stage.update("Table", KEY, {"n": 1})

    assert [("item", TOLD, table(stage))] == ours(stage)


def test_an_object_that_was_there_is_not_ours(stage: Stage) -> None:
    """The test has overwritten it, and that is the test's own doing."""
    s3 = stage.cloud.client("s3")
    s3.put_object(Bucket=bucket(stage), Key="theirs", Body=b"before")

    stage.upload("Bucket", "theirs", b"after")
    during = ours(stage)
    take_back(stage.cloud)

    assert [] == during
    assert b"after" == s3.get_object(Bucket=bucket(stage), Key="theirs")["Body"].read()
    s3.delete_object(Bucket=bucket(stage), Key="theirs")


def test_an_item_that_was_there_is_not_ours(stage: Stage) -> None:
    """Neither overwritten nor updated."""
    dynamodb, key = stage.cloud.client("dynamodb"), {"id": {"S": "a"}, "at": {"B": b"\xff"}}
    dynamodb.put_item(TableName=table(stage), Item=key)

    stage.write("Table", {**KEY, "n": 1})
    stage.update("Table", KEY, {"m": 2})
    during = ours(stage)
    take_back(stage.cloud)

    assert ([], {"N": "2"}) == (during, items(stage)[0]["m"])
    dynamodb.delete_item(TableName=table(stage), Key=key)


def test_an_item_that_the_test_deletes_has_gone(stage: Stage) -> None:
    """Another one of its key is a new one."""
    stage.write("Table", KEY)
    stage.delete("Table", KEY)
    after = ours(stage)
    stage.write("Table", KEY)

    assert ([], 1) == (after, len(ours(stage)))


def test_an_item_that_is_not_ours_may_be_deleted(stage: Stage) -> None:
    """The ledger knows nothing of it."""
    stage.cloud.client("dynamodb").put_item(TableName=table(stage), Item={"id": {"S": "a"}, "at": {"B": b"\xff"}})

    stage.delete("Table", KEY)

    assert ([], []) == (items(stage), ours(stage))


@pytest.mark.parametrize("item", [{"id": "a"}, {"id": 1, "at": b"\xff"}])
def test_an_item_that_dynamodb_does_not_take_is_not_noted(stage: Stage, item: dict[str, Any]) -> None:
    """It says why in its own words."""
    with pytest.raises(NotPublished):
        stage.write("Table", item)

    assert [] == ours(stage)


def test_items_of_a_test_come_back_whatever_the_verbs_do_to_them(stage: Stage) -> None:
    """What is held is not noted a second time."""
    with stage.items("Table", [KEY]):
        stage.write("Table", {**KEY, "n": 1})
        during = ours(stage)

    assert ([], []) == (during, items(stage))


def test_twice_is_harmless(stage: Stage) -> None:
    """There is nothing to take away the second time, whoever has put it there since."""
    stage.upload("Bucket", "a")
    take_back(stage.cloud)
    stage.cloud.client("s3").put_object(Bucket=bucket(stage), Key="a")

    take_back(stage.cloud)

    assert ["a"] == objects(stage)
    stage.cloud.client("s3").delete_object(Bucket=bucket(stage), Key="a")
