"""Users of a pool."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from harness import expired, people
from harness.cloud.account import Cloud
from harness.errors import MisusedStep, StageError, UnknownResource
from harness.ledger.naming import run_of_email
from harness.people import User, invented_attributes, invented_password, pool_and_client, signed_in_user
from harness.system.model import Resource, System

RUN = "0f3a9c21"
STRICT = {"MinimumLength": 24, "RequireLowercase": True, "RequireUppercase": True, "RequireNumbers": True,
          "RequireSymbols": True}  # fmt: skip
REQUIRED = [{"Name": name, "Required": True, "Mutable": True} for name in ("given_name", "family_name", "email")]


@pytest.fixture
def pool(cloud: Cloud) -> Iterator[str]:
    cognito = cloud.client("cognito-idp")
    found = cognito.create_user_pool(
        PoolName="people",
        AliasAttributes=["email"],
        Schema=REQUIRED,
        Policies={"PasswordPolicy": STRICT},
    )["UserPool"]["Id"]
    yield found
    cognito.delete_user_pool(UserPoolId=found)


@pytest.fixture
def client(cloud: Cloud, pool: str) -> str:
    return new_client(cloud, pool)


def new_client(cloud: Cloud, pool: str, **settings: Any) -> str:
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    asked = {"UserPoolId": pool, "ClientName": "server", "ExplicitAuthFlows": flows} | settings
    return str(cloud.client("cognito-idp").create_user_pool_client(**asked)["UserPoolClient"]["ClientId"])


def users(cloud: Cloud, pool: str) -> list[str]:
    return [user["Username"] for user in cloud.client("cognito-idp").list_users(UserPoolId=pool)["Users"]]


def claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def test_a_user_signs_in_and_is_taken_away(cloud: Cloud, pool: str, client: str) -> None:
    """The user holds three tokens of the pool while the test runs, and is gone afterwards."""
    with signed_in_user(cloud, pool=pool, client=client) as user:
        assert users(cloud, pool) == [user.username]
        assert claims(user.id_token)["email"] == user.email
        assert claims(user.access_token)["token_use"] == "access"
        assert user.refresh_token

    assert users(cloud, pool) == []


def test_a_user_is_taken_away_after_a_failure_too(cloud: Cloud, pool: str, client: str) -> None:
    """A test that fails leaves no user behind."""
    with pytest.raises(ZeroDivisionError), signed_in_user(cloud, pool=pool, client=client):
        _ = 1 / 0

    assert users(cloud, pool) == []


def test_a_user_that_cannot_sign_in_is_taken_away(cloud: Cloud, pool: str) -> None:
    """A client without the admin flow is refused, and no user stays."""
    silent = new_client(cloud, pool, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])

    with pytest.raises(Exception, match="Auth flow not enabled"), signed_in_user(cloud, pool=pool, client=silent):
        pass

    assert users(cloud, pool) == []


def test_a_client_with_a_secret_gets_its_proof(cloud: Cloud, pool: str) -> None:
    """A client that has a secret wants a hash with each call."""
    secretive = new_client(cloud, pool, GenerateSecret=True)

    with signed_in_user(cloud, pool=pool, client=secretive) as user:
        assert claims(user.id_token)["aud"] == secretive


def test_a_user_whom_the_test_deleted_is_no_problem(cloud: Cloud, pool: str, client: str) -> None:
    """Taking away twice does no harm."""
    with signed_in_user(cloud, pool=pool, client=client) as user:
        cloud.client("cognito-idp").admin_delete_user(UserPoolId=pool, Username=user.username)

    assert users(cloud, pool) == []


def test_where_the_address_is_the_user_name_it_is_used(cloud: Cloud) -> None:
    """A pool with `UsernameAttributes: [email]` takes nothing else."""
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="by-email", UsernameAttributes=["email"])["UserPool"]["Id"]

    with signed_in_user(cloud, pool=pool, client=new_client(cloud, pool)) as user:
        assert user.username == user.email

    cognito.delete_user_pool(UserPoolId=pool)


def test_nothing_secret_is_shown() -> None:
    """A user in a traceback shows neither password nor token."""
    user = User(username="ann", email="ann@example.com", password="p4ss", id_token="t0k", access_token="t1k")

    assert repr(user) == "User(username='ann', email='ann@example.com', pool='', client='')"


@pytest.mark.parametrize("policy", [{}, {"MinimumLength": 6}, STRICT, {"MinimumLength": 99}])
def test_a_password_satisfies_any_policy(policy: dict[str, Any]) -> None:
    """It has every kind of character and the length that is asked for."""
    password = invented_password(policy)

    assert len(password) >= policy.get("MinimumLength", 8)
    assert any(c.islower() for c in password)
    assert any(c.isupper() for c in password)
    assert any(c.isdigit() for c in password)
    assert any(not c.isalnum() for c in password)


def test_required_attributes_are_invented() -> None:
    """Each required attribute has a value, and an address is always there."""
    attributes = invented_attributes(
        [{"Name": "phone_number", "Required": True}, {"Name": "sub", "Required": True}], run=RUN
    )

    assert list(attributes) == ["phone_number", "email"]
    assert run_of_email(attributes["email"]) == RUN


def test_an_attribute_that_cannot_be_invented_is_named() -> None:
    """The error says which attribute it is."""
    with pytest.raises(MisusedStep, match="requires the attribute 'custom:shoe', for which no value can be invented"):
        invented_attributes([{"Name": "custom:shoe", "Required": True}], run=RUN)


def system(**types: str) -> System:
    flows = {"ServerClient": {"ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]}}
    resources = {
        name: Resource(name=name, type=f"AWS::Cognito::{kind}", properties=flows.get(name, {}))
        for name, kind in types.items()
    }
    return System(name="shop", template=Path("template.yaml"), cloudformation={}, resources=resources)


def test_the_client_for_tests_is_found() -> None:
    """It is the one that allows the admin flow."""
    shop = system(Pool="UserPool", WebClient="UserPoolClient", ServerClient="UserPoolClient")

    assert pool_and_client(shop) == ("Pool", "ServerClient")


def test_an_unknown_pool_is_refused() -> None:
    """A misspelt logical id is answered with the right ones."""
    shop = system(Pool="UserPool", ServerClient="UserPoolClient")

    with pytest.raises(UnknownResource) as caught:
        pool_and_client(shop, pool="Pol")

    assert str(caught.value) == (
        "No user pool is called 'Pol'.\n  declared in template.yaml: Pool\n  did you mean 'Pool'?"
    )


def test_a_choice_that_is_not_clear_is_refused() -> None:
    """With two pools one must be named."""
    shop = system(Pool="UserPool", Other="UserPool", ServerClient="UserPoolClient")

    with pytest.raises(MisusedStep) as caught:
        pool_and_client(shop)

    assert str(caught.value) == (
        "The system 'shop' has 2 of the kind 'user pool', and none is named.\n"
        "  declared in template.yaml: Other, Pool\n"
        "  name the one to use"
    )


def test_a_tampered_token_claims_somebody_else(cloud: Cloud, pool: str, client: str) -> None:
    """Header and signature are the old ones; the subject is another."""
    with signed_in_user(cloud, pool=pool, client=client) as user:
        impostor = user.with_tampered_token()

    before, after = user.id_token.split("."), impostor.id_token.split(".")
    assert (before[0], before[2]) == (after[0], after[2])
    assert claims(user.id_token)["sub"] != claims(impostor.id_token)["sub"]


def test_an_expired_token_is_signed_by_the_pool(cloud: Cloud, pool: str, client: str) -> None:
    """Nothing but its age is wrong with it."""
    with signed_in_user(cloud, pool=pool, client=client) as user:
        late = expired.with_expired_token(user, cloud=cloud)

    keys = jwt.PyJWKClient(f"{cloud.endpoint}/{pool}/.well-known/jwks.json")
    key = keys.get_signing_key_from_jwt(late.id_token)
    jwt.decode(late.id_token, key, algorithms=["RS256"], audience=client, options={"verify_exp": False})
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(late.id_token, key, algorithms=["RS256"], audience=client)


def test_elsewhere_an_expired_token_is_kept_from_before(cloud: Cloud, pool: str, client: str, tmp_path: Path) -> None:
    """The first run says when the token will have expired; a later one has it."""
    elsewhere = Cloud(folder=tmp_path, region=cloud.region, endpoint=cloud.endpoint)
    elsewhere.session = cloud.session

    with signed_in_user(cloud, pool=pool, client=client) as user:
        with pytest.raises(StageError) as caught:
            expired.with_expired_token(user, cloud=elsewhere)
        late = expired.with_expired_token(user, cloud=elsewhere, clock=lambda: time.time() + 400)

    assert caught.value.sentence == f"No token of the pool {pool!r} has expired yet."
    assert claims(late.id_token)["exp"] - claims(late.id_token)["iat"] == 300
    assert (tmp_path / "expired" / f"{pool}.json").stat().st_mode & 0o777 == 0o600


def test_a_pool_without_a_key_is_an_error(cloud: Cloud) -> None:
    """The error says where the key was looked for."""
    token = jwt.encode({"sub": "x"}, "a-secret-of-at-least-thirty-two-bytes", headers={"kid": "k"})
    user = people.User(username="a", email="a", id_token=token, pool="us-east-1_none")

    with pytest.raises(StageError, match="The embedded cloud keeps no key for the pool 'us-east-1_none'"):
        expired.with_expired_token(user, cloud=cloud)
