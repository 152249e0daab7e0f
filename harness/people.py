"""Users of a Cognito user pool: create, sign in, take away."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from harness._secrets import keep_secret
from harness._text import listed
from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.taking import take_away
from harness.errors import MisusedStep, StageError, UnknownResource
from harness.ledger.naming import user_address
from harness.system.model import System

__all__ = ["User", "pool_and_client", "signed_in_user"]

_ADMIN_FLOW = "ALLOW_ADMIN_USER_PASSWORD_AUTH"
_POOL = "AWS::Cognito::UserPool"
_CLIENT = "AWS::Cognito::UserPoolClient"


@dataclass(frozen=True, kw_only=True)
class User:
    """A user of a pool who has signed in. What is secret is not shown.

    Args:
        username: The name in the pool.
        email: The address, at a domain that receives no mail.
        attributes: The user's attributes.
        password: The password that the user has now.
        id_token: Who the user is; this is what `Stage.request` sends.
        access_token: What the user may do in the pool.
        refresh_token: For new tokens.
        pool: The id of the pool.
        client: The id of the app client.
    """

    username: str
    email: str
    attributes: Mapping[str, str] = field(default_factory=dict, repr=False)
    password: str = field(default="", repr=False)
    id_token: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    pool: str = ""
    client: str = ""

    def with_tampered_token(self) -> User:
        """Give the same user with an id token that claims another subject, under the old signature."""
        header, claims, signature = self.id_token.split(".")
        text = base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)).decode()
        changed = text.replace('"sub"', '"was"', 1).replace("{", '{"sub":"00000000-0000-0000-0000-000000000000",', 1)
        tampered = base64.urlsafe_b64encode(changed.encode()).decode().rstrip("=")
        token = f"{header}.{tampered}.{signature}"
        keep_secret(token)
        return replace(self, id_token=token)


def pool_and_client(system: System, *, pool: str | None = None, client: str | None = None) -> tuple[str, str]:
    """Give the logical ids of the pool and of the client through which tests sign in.

    Raises:
        UnknownResource: A name was given that the template does not declare.
        MisusedStep: No name was given, and the template does not leave just one choice.
    """
    pools = system.of_type(_POOL)
    clients = system.of_type(_CLIENT)
    with_admin_flow = {
        name: client_of_pool
        for name, client_of_pool in clients.items()
        if _ADMIN_FLOW in (client_of_pool.properties.get("ExplicitAuthFlows") or ())
    }
    return (
        _one("user pool", pool, pools, among=pools, system=system),
        _one(f"app client with {_ADMIN_FLOW}", client, clients, among=with_admin_flow, system=system),
    )


def _one(kind: str, name: str | None, known: Mapping[str, Any], *, among: Mapping[str, Any], system: System) -> str:
    if name is not None:
        if name not in known:
            raise UnknownResource(kind, name, known=known, declared_in=system.template)
        return name
    if not known:
        raise MisusedStep(f"The system {system.name!r} has no {kind}.", facts=[("template", system.template)])
    if len(among) != 1:
        raise MisusedStep(
            f"The system {system.name!r} has {len(among)} of the kind {kind!r}, and none is named.",
            facts=[(f"declared in {system.template}", listed(known))],
            remedy="name the one to use",
        )
    return next(iter(among))


@contextmanager
def signed_in_user(cloud: Cloud, *, pool: str, client: str) -> Iterator[User]:
    """Bring a user with invented names, signed in, and take the user away afterwards, whatever happened.

    The password satisfies the pool's own policy, and the required attributes are those of the pool. A user who cannot
    be taken away is told when the run ends, and fails no test.

    Args:
        cloud: Where the pool is.
        pool: The id of the pool.
        client: The id of an app client that allows the admin user-password flow.
    """
    registry = _Registry(cloud, pool=pool, client=client)
    user = registry.invented()
    # A pool in which people sign in with their address makes up a user name, which nobody knows before. The address is
    # as good: AdminDeleteUser takes "any of their alias attributes".
    # https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDeleteUser.html
    thing = cloud.creating("user", user.username, within=pool)
    known = ""
    try:
        known = registry.create(user)
        yield registry.signed_in(user)
    finally:
        # A test may change the address: then nobody goes by the old one.
        take_away(thing, cloud=cloud, known=known)


class _Registry:
    """A user pool as its administrator sees it."""

    def __init__(self, cloud: Cloud, *, pool: str, client: str) -> None:
        self._cloud = cloud
        self._cognito = cloud.client("cognito-idp")
        self._pool, self._client = pool, client
        with translated(cloud):
            self._described = self._cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
            app = self._cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client)["UserPoolClient"]
        self._client_secret: str = app.get("ClientSecret", "")
        self._policy: Mapping[str, Any] = self._described.get("Policies", {}).get("PasswordPolicy", {})
        self._temporary_password = invented_password(self._policy)
        keep_secret(self._temporary_password, self._client_secret)

    def invented(self) -> User:
        schema = self._described.get("SchemaAttributes", [])
        attributes = invented_attributes(schema, run=self._cloud.ledger.run)
        by_email = "email" in (self._described.get("UsernameAttributes") or [])
        # With e-mail as an alias, Cognito refuses a user name that has the form of an address.
        name = attributes["email"] if by_email else attributes["email"].partition("@")[0]
        password = invented_password(self._policy)
        keep_secret(password)
        return User(
            username=name,
            email=attributes["email"],
            attributes=attributes,
            password=password,
            pool=self._pool,
            client=self._client,
        )

    def create(self, user: User) -> str:
        """Create a user, and give its name in the pool, which no test can change; empty where the answer was lost."""
        given = {**user.attributes, "email_verified": "true"}
        # Nobody else gives this name: who has it was created by a first attempt whose answer was lost on the way.
        with translated(self._cloud), suppress(self._cognito.exceptions.UsernameExistsException):
            answer = self._cognito.admin_create_user(
                UserPoolId=self._pool,
                Username=user.username,
                TemporaryPassword=self._temporary_password,
                MessageAction="SUPPRESS",
                UserAttributes=[{"Name": name, "Value": value} for name, value in given.items()],
            )
            return str(answer["User"]["Username"])
        return ""

    def signed_in(self, user: User) -> User:
        """Sign in with the temporary password and answer the challenge to choose another."""
        with translated(self._cloud):
            answer = self._asked(user, password=self._temporary_password)
            if answer.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
                answer = self._with_new_password(user, challenge=answer)
        if "AuthenticationResult" not in answer:
            raise StageError(
                f"The user {user.username!r} cannot sign in: the pool asks for {answer.get('ChallengeName')!r}.",
                facts=[("pool", self._pool), ("app client", self._client)],
                remedy="give the tests an app client and a pool that ask for no second factor",
            )
        tokens = answer["AuthenticationResult"]
        keep_secret(*(tokens.get(name) for name in ("IdToken", "AccessToken", "RefreshToken")))
        return replace(
            user,
            id_token=tokens["IdToken"],
            access_token=tokens["AccessToken"],
            refresh_token=tokens.get("RefreshToken", ""),
        )

    def _asked(self, user: User, *, password: str) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._cognito.admin_initiate_auth(
            UserPoolId=self._pool,
            ClientId=self._client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters=self._known(user.username) | {"PASSWORD": password},
        )
        return answer

    def _with_new_password(self, user: User, *, challenge: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer a challenge.

        It wants "the user's actual username, not an alias", which it tells as USER_ID_FOR_SRP.
        https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminRespondToAuthChallenge.html
        """
        username = challenge.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", user.username)
        try:
            answer: Mapping[str, Any] = self._cognito.admin_respond_to_auth_challenge(
                UserPoolId=self._pool,
                ClientId=self._client,
                ChallengeName="NEW_PASSWORD_REQUIRED",
                Session=challenge["Session"],
                ChallengeResponses=self._known(username) | {"NEW_PASSWORD": user.password},
            )
        except self._cognito.exceptions.NotAuthorizedException:
            # "Invalid session for the user, session can only be used once." If what came back was lost on the way, the
            # second attempt finds it used up, and the new password is set already.
            with suppress(self._cognito.exceptions.NotAuthorizedException):
                return self._asked(user, password=user.password)
            raise
        return answer

    def _known(self, username: str) -> dict[str, str]:
        """Give the user's name, and the proof that a client with a secret wants (RFC 2104 over name and client id)."""
        if not self._client_secret:
            return {"USERNAME": username}
        proof = hmac.new(self._client_secret.encode(), f"{username}{self._client}".encode(), hashlib.sha256)
        return {"USERNAME": username, "SECRET_HASH": base64.b64encode(proof.digest()).decode()}


def invented_attributes(schema: list[dict[str, Any]], *, run: str) -> dict[str, str]:
    """Give invented values for the standard attributes that a pool requires, and an e-mail address.

    Args:
        schema: ``SchemaAttributes`` as DescribeUserPool gives them.
        run: The id of the run, which is in the address: users have no tags.

    Raises:
        MisusedStep: The pool requires an attribute that cannot be invented.
    """
    from faker import Faker  # noqa: PLC0415 - slow to import, and a run without users does not need it

    fake = Faker()
    given, family = fake.first_name(), fake.last_name()
    invented = {
        "given_name": given,
        "family_name": family,
        "name": f"{given} {family}",
        "middle_name": fake.first_name(),
        "nickname": given,
        "preferred_username": f"{given}-{secrets.token_hex(4)}".lower(),
        "email": user_address(run, given, family),
        "phone_number": f"+1555{secrets.randbelow(10**7):07}",
        "birthdate": fake.date_of_birth(minimum_age=18).isoformat(),
        "gender": "unspecified",
        "address": fake.address().replace("\n", ", "),
        "locale": "en-US",
        "zoneinfo": "Etc/UTC",
        "picture": "https://example.com/picture.png",
        "profile": "https://example.com/profile",
        "website": "https://example.com/",
        "updated_at": "0",
    }
    required = [part["Name"] for part in schema if part.get("Required") and part["Name"] != "sub"]
    unknown = [name for name in required if name not in invented]
    if unknown:
        raise MisusedStep(
            f"The pool requires the attribute {unknown[0]!r}, for which no value can be invented.",
            facts=[("invented", listed(invented))],
        )
    return {name: invented[name] for name in dict.fromkeys([*required, "email"])}


def invented_password(policy: Mapping[str, Any]) -> str:
    """Give a random password that satisfies a pool's policy.

    >>> len(invented_password({"MinimumLength": 30, "RequireNumbers": True}))
    30

    Args:
        policy: ``PasswordPolicy`` as DescribeUserPool gives it. Every kind of character is used, required or not.
    """
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!@#$%^&*()-_=+")
    length = max(int(policy.get("MinimumLength", 8)), 16)
    characters = [secrets.choice(kind) for kind in kinds]
    characters += [secrets.choice("".join(kinds)) for _ in range(length - len(characters))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)
