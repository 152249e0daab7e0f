"""A token that has expired: signed by the pool itself, so that nothing but its age is wrong with it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness._files import write
from harness._secrets import keep_secret
from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.ports import port_in
from harness.cloud.taking import take_away
from harness.errors import StageError
from harness.ledger.naming import client_name
from harness.people import User

__all__ = ["with_expired_token"]

_AGO = 3600


def with_expired_token(user: User, *, cloud: Cloud, clock: Callable[[], float] = time.time) -> User:
    """Give the same user with an id token of the same pool that has expired.

    The embedded cloud is ours, and so are the keys of its pools: the token is signed for an hour ago. AWS grants no
    token for less than five minutes
    (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html):
    there one is kept from an earlier run of the tests, granted for five minutes by an app client made for it.

    Args:
        user: A user who has signed in.
        cloud: Where the pool is.
        clock: Seconds since the epoch.

    Raises:
        StageError: No kept token has expired yet; the error says when one will have.
    """
    token = _signed_for_the_past(user, cloud=cloud, now=clock()) if cloud.embedded else _kept(user, cloud, clock)
    keep_secret(token)
    return replace(user, id_token=token)


def _signed_for_the_past(user: User, *, cloud: Cloud, now: float) -> str:
    import jwt  # noqa: PLC0415 - only suites that ask for an expired token need it

    claims = jwt.decode(user.id_token, options={"verify_signature": False})
    past = {"iat": int(now) - 2 * _AGO, "auth_time": int(now) - 2 * _AGO, "exp": int(now) - _AGO}
    header = {"kid": jwt.get_unverified_header(user.id_token)["kid"]}
    return jwt.encode(claims | past, _pool_key(user.pool, cloud=cloud), algorithm="RS256", headers=header)


def _pool_key(pool: str, *, cloud: Cloud) -> bytes:
    """Read the key with which the embedded cloud signs id tokens of a pool (ministack keeps it in its STATE_DIR)."""
    port = port_in(cloud.endpoint)
    path = cloud.folder / "clouds" / port / "state" / "cognito-pool-keys" / f"{pool}-id.pem"
    try:
        return path.read_bytes()
    except OSError as error:
        raise StageError(
            f"The embedded cloud keeps no key for the pool {pool!r}.", facts=[("looked for", path)]
        ) from error


def _kept(user: User, cloud: Cloud, clock: Callable[[], float]) -> str:
    place = cloud.folder / "expired" / f"{user.pool}.json"
    kept = _read(place)
    if kept is None:
        kept = _granted_for_five_minutes(user, cloud=cloud, now=clock())
        write(place, json.dumps(kept).encode())
    if kept["expires"] < clock():
        return str(kept["token"])
    ready = datetime.fromtimestamp(kept["expires"], UTC)
    raise StageError(
        f"No token of the pool {user.pool!r} has expired yet.",
        facts=[("one will have expired at", f"{ready:%H:%M:%S} UTC"), ("kept in", place)],
        remedy="AWS grants no token for less than five minutes: run the test again then",
    )


def _granted_for_five_minutes(user: User, *, cloud: Cloud, now: float) -> dict[str, Any]:
    cognito = cloud.client("cognito-idp")
    # Its id is not known before. If an answer is lost there are two of the name, and both are taken away by it.
    app = cloud.creating("client", client_name(cloud.ledger.run), within=user.pool)
    try:
        with translated(cloud):
            client = cognito.create_user_pool_client(
                UserPoolId=user.pool,
                ClientName=app.name,
                ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
                IdTokenValidity=5,
                TokenValidityUnits={"IdToken": "minutes"},
            )["UserPoolClient"]["ClientId"]
            answer = cognito.admin_initiate_auth(
                UserPoolId=user.pool,
                ClientId=client,
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": user.username, "PASSWORD": user.password},
            )
    finally:
        take_away(app, cloud=cloud)
    return {"token": answer["AuthenticationResult"]["IdToken"], "expires": now + 5 * 60 + 1}


def _read(place: Path) -> dict[str, Any] | None:
    try:
        kept = json.loads(place.read_bytes())
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) and {"token", "expires"} <= kept.keys() else None
