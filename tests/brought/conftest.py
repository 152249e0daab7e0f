"""A project of its own in the embedded cloud, and what tests bring things to."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.cloud import embedded
from harness.cloud.account import Cloud, embedded_cloud
from harness.ledger import read
from tests.modes.in_three_modes import Opened, opened_in_three_modes, stage

__all__ = ["Opened", "opened", "stage"]

REGION = "us-east-1"
DEPOT = Path(__file__).parent / "depot"


@pytest.fixture
def here(running: embedded.Running, tmp_path: Path) -> Cloud:
    """The cloud as a project sees it that has a folder and a ledger of its own."""
    return embedded_cloud(running.endpoint, folder=tmp_path, region=REGION)


@pytest.fixture
def pool(cloud: Cloud) -> Iterator[str]:
    """A user pool."""
    cognito = cloud.client("cognito-idp")
    found = cognito.create_user_pool(PoolName="brought", AliasAttributes=["email"])["UserPool"]["Id"]
    yield found
    cognito.delete_user_pool(UserPoolId=found)


@pytest.fixture
def client(cloud: Cloud, pool: str) -> str:
    """An app client of the pool."""
    return new_client(cloud, pool)


def new_client(cloud: Cloud, pool: str) -> str:
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    asked = {"UserPoolId": pool, "ClientName": "tests", "ExplicitAuthFlows": flows}
    return str(cloud.client("cognito-idp").create_user_pool_client(**asked)["UserPoolClient"]["ClientId"])


@pytest.fixture
def table(cloud: Cloud) -> Iterator[str]:
    """A table."""
    name = f"brought-{uuid.uuid4()}"
    new_table(cloud, name)
    yield name
    dynamodb = cloud.client("dynamodb")
    if name in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName=name)


def new_table(cloud: Cloud, name: str) -> None:
    cloud.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.fixture
def key(cloud: Cloud) -> str:
    """A KMS key."""
    return str(cloud.client("kms").create_key()["KeyMetadata"]["KeyId"])


@pytest.fixture(scope="session")
def opened(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A bucket and a table in an embedded cloud of their own."""
    with opened_in_three_modes(DEPOT, state=state, root=tmp_path_factory.mktemp("brought")) as found:
        yield found


def users(cloud: Cloud, pool: str) -> list[str]:
    return [user["Username"] for user in cloud.client("cognito-idp").list_users(UserPoolId=pool)["Users"]]


def clients(cloud: Cloud, pool: str) -> list[str]:
    found = cloud.client("cognito-idp").list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"]
    return [one["ClientName"] for one in found]


def rows(cloud: Cloud, table: str) -> dict[str, Any]:
    found = cloud.session.resource("dynamodb", endpoint_url=cloud.endpoint).Table(table).scan()["Items"]
    return {item["id"]: item for item in found}


def noted(cloud: Cloud) -> list[tuple[str, str, str]]:
    """Give what the ledger says is there: kind, name and where."""
    return [(one.thing.kind, one.thing.name, one.thing.within) for one in read(cloud.ledger.path).left]


def reasons(cloud: Cloud) -> list[str]:
    """Give why what is left could not be taken away."""
    return [one.why for one in read(cloud.ledger.path).left]
