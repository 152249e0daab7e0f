"""Who may ask an API of AppSync, as its providers decide it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.errors import NotOffered
from harness.events.appsync import cognito_identity, iam_identity
from harness.events.caller import Caller
from harness.modes.exchange import Request
from harness.modes.gateway.tokens import BadToken, Tokens
from harness.modes.graphql.declared import DeclaredApi, Provider
from harness.modes.graphql.refusals import Refused

__all__ = ["Admitted", "Door"]

KEY, POOL, IAM = "API_KEY", "AMAZON_COGNITO_USER_POOLS", "AWS_IAM"


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """Whom a provider has let in.

    Args:
        provider: Its kind.
        identity: What resolvers are told of them; None with an API key.
    """

    provider: str
    identity: Mapping[str, Any] | None = None

    @property
    def groups(self) -> Sequence[str]:
        """The groups of a user of a pool."""
        return (self.identity or {}).get("groups") or ()


class Door:
    """Lets in whom one of the API's providers knows: by key, by signature, or by token.

    https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html

    Args:
        api: The API as its template declares it.
        keys: Gives the API keys that are valid now.
        tokens: Reads tokens.
        caller: Who signs.
        resolve: Turns what is still an intrinsic function into text.
        region: Where pools are of which the template does not say it.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of a stage
        self,
        api: DeclaredApi,
        *,
        keys: Callable[[], Sequence[str]],
        tokens: Tokens,
        caller: Caller,
        resolve: Callable[[Any], Any],
        region: str,
    ) -> None:
        self._api, self._keys, self._tokens = api, keys, tokens
        self._caller, self._resolve, self._region = caller, resolve, region
        self._kinds = {provider.kind for provider in api.providers}

    def admit(self, request: Request, *, now: float) -> Admitted:
        """Let a request in.

        Raises:
            Refused: No provider does.
            NotOffered: It has a token, and a provider would have to be asked that only the real front door can ask.
        """
        __tracebackhide__ = True
        proof = str(request.headers.get("Authorization", ""))
        if KEY in self._kinds and "x-api-key" in request.headers:
            if request.headers["x-api-key"] in self._keys():
                return Admitted(provider=KEY)
            raise Refused.unauthorized()
        if request.sign or proof.startswith("AWS4-HMAC-SHA256"):
            # That there is a signature is checked here; whose it may be is for the real front door.
            if IAM in self._kinds:
                return Admitted(provider=IAM, identity=iam_identity(self._caller))
            raise Refused.unauthorized()
        if not proof:
            raise Refused.unauthorized("Valid authorization header not provided.")
        return self._by_token(proof, now=now)

    def _by_token(self, proof: str, *, now: float) -> Admitted:
        __tracebackhide__ = True
        if unplayed := self._kinds & {"OPENID_CONNECT", "AWS_LAMBDA"}:
            raise NotOffered(
                f"The GraphQL API {self._api.name!r} lets in by {min(unplayed)}, "
                "which is not played in handler and invoke mode.",
                remedy="run this test with --mode=http.",
            )
        pools = [provider for provider in self._api.providers if provider.kind == POOL]
        if not pools:
            raise Refused.unauthorized()
        text = proof[7:] if proof[:7].lower() == "bearer " else proof
        clients = {self._issuer(pool): _settings(pool).get("AppIdClientRegex") for pool in pools}
        try:
            token = self._tokens.read(text.strip(), issuers=tuple(clients))
        except BadToken:
            raise Refused.unauthorized("Unable to parse JWT token.") from None
        if token.is_expired(now):
            raise Refused.unauthorized("Token has expired.")
        client = str(token.claims.get("aud") or token.claims.get("client_id"))
        wanted = clients[token.claims["iss"]]
        if wanted and not re.fullmatch(str(self._resolve(wanted)), client):
            raise Refused.unauthorized()
        return Admitted(provider=POOL, identity=cognito_identity(token.claims))

    def _issuer(self, pool: Provider) -> str:
        settings = _settings(pool)
        region = self._resolve(settings.get("AwsRegion")) or self._region
        return f"https://cognito-idp.{region}.amazonaws.com/{self._resolve(settings['UserPoolId'])}"


def _settings(pool: Provider) -> Mapping[str, Any]:
    found: Mapping[str, Any] = pool.settings["UserPoolConfig"]
    return found
