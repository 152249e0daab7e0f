"""A place for things of every kind, and the same place through a server that has bad moments."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.cloud.account import Cloud, embedded_cloud

from .standing import Front, Standing


@pytest.fixture
def standing(cloud: Cloud, tmp_path: Path) -> Iterator[Standing]:
    """The place, and a ledger of its own."""
    mine = embedded_cloud(cloud.endpoint or "", folder=tmp_path, region=cloud.region)
    name = f"taking-{uuid.uuid4().hex[:8]}"
    pool = mine.client("cognito-idp").create_user_pool(PoolName=name)["UserPool"]["Id"]
    mine.client("s3").create_bucket(Bucket=name)
    mine.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    topic = mine.client("sns").create_topic(Name=name)["TopicArn"]
    mine.client("events").create_event_bus(Name=name)
    where = {"client": pool, "user": pool, "object": name, "item": name, "notification": name}
    found = Standing(cloud=mine, where={**where, "subscription": topic, "rule": name})
    yield found
    for kind in ("user", "object", "item", "subscription", "rule"):
        with suppress(ClientError):
            found.raze(kind)
    for queue in found.there("queue"):
        mine.client("sqs").delete_queue(QueueUrl=mine.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"])
    mine.ledger.close()


@pytest.fixture
def through(
    standing: Standing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[Cloud, Front]]]:
    """Gives the same cloud, taken for AWS, through a server in front of it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    fronts: list[Front] = []

    def put(instead: Any) -> tuple[Cloud, Front]:
        front = Front(str(standing.cloud.endpoint), instead)
        fronts.append(front)
        there = Cloud(folder=tmp_path, region=standing.cloud.region, endpoint=front.url, ledger=standing.cloud.ledger)
        return there, front

    yield put
    for front in fronts:
        front.close()
