"""Several runs of a machine, and several processes of a run, that put something under one key."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator

import pytest

from harness.brought import deleted, putting_item, putting_object, take_back
from harness.cloud.account import Cloud, embedded_cloud
from harness.ledger import Ledger

from .conftest import REGION, noted, rows

ITEM = {"id": {"S": "a"}}
KEY = '{"id": {"S": "a"}}'


@pytest.fixture
def there(here: Cloud) -> Cloud:
    """The same cloud and folder as another run has them."""
    return embedded_cloud(str(here.endpoint), folder=here.folder, region=REGION)


@pytest.fixture
def beside(here: Cloud) -> Cloud:
    """The same cloud and folder as another process of the same run has them."""
    ledger = Ledger(here.folder, run=here.ledger.run)
    return embedded_cloud(str(here.endpoint), folder=here.folder, region=REGION, ledger=ledger)


@pytest.fixture
def bucket(cloud: Cloud) -> Iterator[str]:
    """A bucket."""
    name, s3 = f"brought-{uuid.uuid4()}", cloud.client("s3")
    s3.create_bucket(Bucket=name)
    yield name
    s3.delete_bucket(Bucket=name)


def put(cloud: Cloud, table: str) -> None:
    """Put the item as the verbs of a stage do."""
    putting_item(cloud, table=table, item=ITEM)
    cloud.client("dynamodb").put_item(TableName=table, Item=ITEM)


def upload(cloud: Cloud, bucket: str) -> None:
    """Put an object as the verbs of a stage do."""
    putting_object(cloud, bucket=bucket, key="a")
    cloud.client("s3").put_object(Bucket=bucket, Key="a")


def objects(cloud: Cloud, bucket: str) -> int:
    return int(cloud.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"])


def test_an_item_goes_with_the_last_run_that_has_put_it(here: Cloud, there: Cloud, table: str) -> None:
    """The first one that ends leaves it to the other, and its ledger is empty."""
    put(here, table)
    put(there, table)
    both = (noted(here), noted(there))

    take_back(here)
    during = (set(rows(here, table)), noted(here), noted(there))
    take_back(there)

    assert ([("item", KEY, table)],) * 2 == both
    assert ({"a"}, [], [("item", KEY, table)]) == during
    assert ({}, []) == (rows(here, table), noted(there))


def test_an_object_goes_with_the_last_run_that_has_put_it(here: Cloud, there: Cloud, bucket: str) -> None:
    """In whatever order they end."""
    upload(here, bucket)
    upload(there, bucket)

    take_back(there)
    during = (objects(here, bucket), noted(there))
    take_back(here)

    assert (1, []) == during
    assert (0, []) == (objects(here, bucket), noted(here))


def test_what_a_killed_run_has_put_is_that_of_the_next_one(here: Cloud, there: Cloud, table: str) -> None:
    """It is noted as well, so that no sweep takes it from under the one that is alive."""
    put(here, table)
    here.ledger.close()  # With something left, as when it is killed.

    put(there, table)
    during = noted(there)
    take_back(there)

    assert ([("item", KEY, table)], {}) == (during, rows(here, table))


def test_of_two_that_end_at_once_one_is_the_last(here: Cloud, there: Cloud, table: str) -> None:
    """Neither leaves it to the other when that one has left it, too."""
    for _ in range(5):
        put(here, table)
        put(there, table)
        both = [threading.Thread(target=take_back, args=[cloud]) for cloud in (here, there)]

        for one in both:
            one.start()
        for one in both:
            one.join()

        assert ({}, [], []) == (rows(here, table), noted(here), noted(there))


def test_what_another_process_has_struck_off_is_noted_again(here: Cloud, beside: Cloud, table: str) -> None:
    """A worker deletes what both have put, and then the other one puts it once more."""
    put(here, table)
    put(beside, table)
    deleted(beside, table=table, key=ITEM)
    struck_off = noted(here)

    put(here, table)

    assert ([], [("item", KEY, table)]) == (struck_off, noted(here))


def test_what_no_run_has_put_is_not_ours(here: Cloud, there: Cloud, table: str) -> None:
    """Although another run has put something into the same table."""
    putting_item(there, table=table, item=ITEM)
    here.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "b"}})

    putting_item(here, table=table, item={"id": {"S": "b"}})

    assert [] == noted(here)
