"""Users and app clients: in the ledger before they are created, out of it when they have gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from harness import expired
from harness.cloud.account import Cloud
from harness.errors import LedgerNotWritten, StageError
from harness.people import signed_in_user

from .conftest import clients, new_client, noted, reasons, users


def test_a_user_is_in_the_ledger(here: Cloud, pool: str, client: str) -> None:
    """By the name in the pool."""
    with signed_in_user(here, pool=pool, client=client) as user:
        during = noted(here)

    assert [("user", user.username, pool)] == during
    assert [] == noted(here)


def test_the_address_tells_the_run(here: Cloud, pool: str, client: str) -> None:
    """Users have no tags."""
    with signed_in_user(here, pool=pool, client=client) as user:
        assert user.email.startswith(f"harness-{here.ledger.run}-")
        assert user.username == user.email.partition("@")[0]


def test_without_a_ledger_no_user_is_created(here: Cloud, pool: str, client: str) -> None:
    """What is written down nowhere is found by nobody."""
    here.folder.joinpath("ledger").write_text("no folder")

    with pytest.raises(LedgerNotWritten), signed_in_user(here, pool=pool, client=client):
        pass

    assert [] == users(here, pool)


def test_where_people_sign_in_by_address_the_user_goes_by_it(here: Cloud, cloud: Cloud) -> None:
    """Such a pool makes up a user name, which nobody knows before."""
    pool = cloud.client("cognito-idp").create_user_pool(PoolName="by-email", UsernameAttributes=["email"])
    by_email = pool["UserPool"]["Id"]

    with signed_in_user(here, pool=by_email, client=new_client(cloud, by_email)) as user:
        during = noted(here)

    assert [("user", user.email, by_email)] == during
    assert ([], []) == (noted(here), users(cloud, by_email))


class Repeating(Cloud):
    """A cloud that loses its first answer to some calls, so that boto3 makes them again."""

    def __init__(self, cloud: Cloud, *, lost: str) -> None:
        super().__init__(folder=cloud.folder, region=cloud.region, endpoint=cloud.endpoint, embedded=True)
        self._lost = lost

    def client(self, service: str, **config: Any) -> Any:
        return Twice(super().client(service, **config), calls=self._lost)


class Twice:
    """A client that makes a call twice, and gives what came the second time."""

    def __init__(self, client: Any, *, calls: str) -> None:
        self._client = client
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        call: Callable[..., Any] = getattr(self._client, name)

        def twice(**asked: Any) -> Any:
            call(**asked)
            return call(**asked)

        return twice if name == self._calls else call


@pytest.mark.parametrize("lost", ["admin_create_user", "admin_respond_to_auth_challenge"])
def test_a_lost_answer_costs_nobody(here: Cloud, pool: str, client: str, lost: str) -> None:
    """The call is made again, and finds that it has been done."""
    repeating = Repeating(here, lost=lost)

    with signed_in_user(repeating, pool=pool, client=client) as user:
        assert [user.username] == users(here, pool)
        assert user.id_token

    assert [] == users(here, pool)


class Refusing(Cloud):
    """A cloud whose sessions are never good."""

    def client(self, service: str, **config: Any) -> Any:
        return Unsure(super().client(service, **config))


class Unsure:
    """A client that answers a challenge with a session that nobody gave it."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def admin_respond_to_auth_challenge(self, **asked: Any) -> Any:
        return self._client.admin_respond_to_auth_challenge(**(asked | {"Session": "s" * 40}))


def test_a_session_that_is_not_good_is_told(here: Cloud, pool: str, client: str) -> None:
    """The new password was not set, so what is told is why, not that it is wrong."""
    refusing = Refusing(folder=here.folder, region=here.region, endpoint=here.endpoint, embedded=True)

    with pytest.raises(Exception, match="nvalid session"), signed_in_user(refusing, pool=pool, client=client):
        pass

    assert [] == users(here, pool)


@pytest.fixture
def limited(cloud: Cloud, tmp_path: Path) -> Cloud:
    """The cloud for a tester who may create users and app clients, but not delete them."""
    iam, name = cloud.client("iam"), f"tester-{tmp_path.name[-20:]}"
    iam.create_user(UserName=name)
    deleting = ["cognito-idp:AdminDeleteUser", "cognito-idp:DeleteUserPoolClient"]
    statements = [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": deleting, "Resource": "*"},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName=name, PolicyName="limits", PolicyDocument=policy)
    access = iam.create_access_key(UserName=name)["AccessKey"]
    found = Cloud(folder=tmp_path, region=cloud.region, endpoint=cloud.endpoint)
    found.session = boto3.Session(access["AccessKeyId"], access["SecretAccessKey"], region_name=cloud.region)
    return found


def test_a_user_who_cannot_be_taken_away_is_told(limited: Cloud, pool: str, client: str) -> None:
    """In the ledger; the test that is done passes."""
    with signed_in_user(limited, pool=pool, client=client) as user:
        pass

    assert [("user", user.username, pool)] == noted(limited)
    assert ["The credentials do not allow 'AdminDeleteUser'."] == reasons(limited)


def test_what_cannot_be_taken_away_hides_no_failure(limited: Cloud, pool: str, client: str) -> None:
    """The test's own error is what comes out."""
    with pytest.raises(ZeroDivisionError) as caught, signed_in_user(limited, pool=pool, client=client):
        _ = 1 / 0

    assert caught.value.__context__ is None


def test_an_app_client_for_a_moment_is_in_the_ledger(limited: Cloud, cloud: Cloud, pool: str, client: str) -> None:
    """By its name, which tells the run; it is told when it could not be taken away."""
    with pytest.raises(StageError), signed_in_user(limited, pool=pool, client=client) as user:
        expired.with_expired_token(user, cloud=limited)

    kind, name, within = noted(limited)[0]
    assert (kind, within) == ("client", pool)
    assert name.startswith(f"harness-five-minutes-{limited.ledger.run}-")
    assert name in clients(cloud, pool)


def test_an_app_client_for_a_moment_is_gone_after_it(cloud: Cloud, pool: str, client: str, tmp_path: Path) -> None:
    """And out of the ledger."""
    elsewhere = Cloud(folder=tmp_path, region=cloud.region, endpoint=cloud.endpoint)
    elsewhere.session = cloud.session

    with pytest.raises(StageError), signed_in_user(elsewhere, pool=pool, client=client) as user:
        expired.with_expired_token(user, cloud=elsewhere)

    assert (["tests"], []) == (clients(cloud, pool), noted(elsewhere))
