"""A gateway with hand-written systems, and doubles for what stands around it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from urllib3 import HTTPHeaderDict

from harness.cloud.names import Names
from harness.events.caller import Caller
from harness.modes.exchange import Request
from harness.modes.gateway.gateway import Gateway
from harness.runtime.invocation import Invocation
from harness.system.model import Api, Authorizer, Function, Route, System

NOW = 1763708400.0  # Fri Nov 21 07:00:00 UTC 2025
POOL = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"
CALLER = Caller(account="123456789012", arn="arn:aws:iam::123456789012:user/t", user_id="AIDA1", access_key="AKIA1")
NAMES = Names(
    stack="shop-dev",
    account="123456789012",
    region="eu-west-1",
    physical={"Api": "abc123", "UserPool": "eu-west-1_abc", "Client": "client-1"},
    apis={"Api": "https://url123.lambda-url.eu-west-1.on.aws"},
)
COGNITO = Authorizer(name="Customers", kind="cognito", pools=("UserPool",))
JWT = Authorizer(name="Customers", kind="jwt", issuer={"Fn::Sub": "pool"}, audience=({"Ref": "Client"},))
IAM = Authorizer(name="Signature", kind="iam")


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class Invoked:
    """Notes what functions are invoked with, and returns what it was told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.invocation = Invocation(function="F", request_id="r", payload={"statusCode": 200, "body": "done"})
        self.others: dict[str, Invocation] = {}

    def __call__(self, name: str, event: dict[str, Any]) -> Invocation:
        self.events.append((name, event))
        return self.others.get(name, self.invocation)

    @property
    def event(self) -> dict[str, Any]:
        return self.events[-1][1]


class Issuer:
    """Signs tokens, publishes its keys, and counts how often it is asked for them."""

    def __init__(self, kid: str) -> None:
        self.kid, self.asked = kid, 0
        self.published: list[dict[str, Any]] = []
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.publish()

    def publish(self) -> None:
        self.published = [{**jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True), "kid": self.kid}]

    def __call__(self, issuer: str) -> Mapping[str, Any]:
        self.asked += 1
        return {"keys": self.published}

    def token(self, **changes: Any) -> str:
        claims = {"iss": POOL, "sub": "u", "aud": "client-1", "token_use": "id", "iat": NOW - 60, "exp": NOW + 3600}
        chosen = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode(chosen, self._key, algorithm="RS256", headers={"kid": self.kid})


class World:
    """A gateway with one API, and what it was built from."""

    def __init__(
        self, *routes: Route, issuer: Issuer | None = None, kind: Literal["rest", "http", "url"] = "rest", **api: Any
    ) -> None:
        self.clock, self.function = Clock(), Invoked()
        self.issuer = issuer or NoIssuer()
        stage = "dev" if kind == "rest" else "$default"
        # The template declares a second API, which the stage does not have.
        apis = {name: Api(name=name, kind=kind, stage=stage, routes=routes, **api) for name in ("Api", "Planned")}
        self.gateway = Gateway(
            System(
                name="shop",
                template=Path("template.yaml"),
                cloudformation={},
                apis=apis,
                functions={name: Function(name=name, handler="shop.handler", code=None) for name in ("F", "Guard")},
            ),
            names=NAMES,
            resolve=resolved,
            invoke=self.function,
            keys=self.issuer,
            caller=CALLER,
            clock=self.clock,
        )


def resolved(value: Any) -> Any:
    """Give what the only two intrinsic functions of these tests stand for."""
    known = {'{"Fn::Sub": "pool"}': POOL, '{"Ref": "Client"}': "client-1"}
    return value if isinstance(value, str) else known[json.dumps(value)]


class NoIssuer:
    """Has no keys, and says so when asked."""

    def __call__(self, issuer: str) -> Mapping[str, Any]:
        raise AssertionError(issuer)


def route(method: str = "GET", path: str = "/orders", **changes: Any) -> Route:
    return Route(api="Api", method=method, path=path, function="F", **changes)


def request(method: str = "GET", path: str = "/orders", *, headers: Any = (), **changes: Any) -> Request:
    return Request(method=method, path=path, headers=HTTPHeaderDict(headers), api="Api", **changes)


def token_in(token: str, header: str = "Authorization") -> Request:
    return request(headers={header: token})
