"""Users and app clients: in the ledger before they are created, out of it when they have gone."""

from __future__ import annotations

import json
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


def test_a_user_whose_address_a_test_changes_is_taken_away(here: Cloud, cloud: Cloud) -> None:
    """By the name in the pool: nobody goes by the old address any more, which AWS says as if the user had gone."""
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="moving", UsernameAttributes=["email"])["UserPool"]["Id"]

    with signed_in_user(here, pool=pool, client=new_client(cloud, pool)) as user:
        moved = [{"Name": "email", "Value": f"moved-{user.email}"}, {"Name": "email_verified", "Value": "true"}]
        cognito.admin_update_user_attributes(UserPoolId=pool, Username=user.username, UserAttributes=moved)

    assert ([], []) == (noted(here), users(cloud, pool))


class Repeating(Cloud):
    """A cloud that loses its first answer when a user is created, so that boto3 asks again."""

    def client(self, service: str, **config: Any) -> Any:
        return Twice(super().client(service, **config))


class Twice:
    """A client that creates each user twice, and gives what came the second time."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def admin_create_user(self, **asked: Any) -> Any:
        self._client.admin_create_user(**asked)
        return self._client.admin_create_user(**asked)


def test_a_lost_answer_costs_nobody(here: Cloud, pool: str, client: str) -> None:
    """The user is created again, and is there already; the name is nobody else's."""
    repeating = Repeating(folder=here.folder, region=here.region, endpoint=here.endpoint, embedded=True)

    with signed_in_user(repeating, pool=pool, client=client) as user:
        assert [user.username] == users(here, pool)

    assert [] == users(here, pool)


class Forgetful(Cloud):
    """A cloud that takes no session twice, as AWS, and to which each challenge is answered once before."""

    answers = True

    def client(self, service: str, **config: Any) -> Any:
        return UsedUp(super().client(service, **config), answers=self.answers)


class UsedUp:
    """A client whose answer to a challenge finds the session used up.

    Args:
        answers: Whether the one who used it up has set the new password.
    """

    def __init__(self, client: Any, *, answers: bool) -> None:
        self._client = client
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def admin_respond_to_auth_challenge(self, **asked: Any) -> Any:
        if self._answers:
            self._client.admin_respond_to_auth_challenge(**asked)
        told = {
            "Code": "NotAuthorizedException",
            "Message": "Invalid session for the user, session can only be used once.",
        }
        raise self._client.exceptions.NotAuthorizedException({"Error": told}, "AdminRespondToAuthChallenge")


class Strict(Forgetful):
    """A cloud that takes no session at all."""

    answers = False


def test_a_session_that_is_used_up_has_set_the_password(here: Cloud, pool: str, client: str) -> None:
    """What came back was lost, so the user signs in with the new password."""
    forgetful = Forgetful(folder=here.folder, region=here.region, endpoint=here.endpoint, embedded=True)

    with signed_in_user(forgetful, pool=pool, client=client) as user:
        assert user.id_token


def test_a_session_that_is_not_good_is_told(here: Cloud, pool: str, client: str) -> None:
    """The new password was not set, so what is told is why, not that it is wrong."""
    strict = Strict(folder=here.folder, region=here.region, endpoint=here.endpoint, embedded=True)

    with pytest.raises(Exception, match="Invalid session"), signed_in_user(strict, pool=pool, client=client):
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
