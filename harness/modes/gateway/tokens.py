"""JSON Web Tokens, checked against the keys that their issuer publishes."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Any

from harness.events.claims import cognito_claims, jwt_claims

__all__ = ["BadToken", "PublishedKeys", "Token", "Tokens"]

_REFETCH_AFTER = 60.0

# API Gateway takes only RSA: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
_ALGORITHMS = ("RS256", "RS384", "RS512")


class BadToken(Exception):
    """A token that proves nothing: torn, tampered with, or from somebody else."""

    def __init__(self, description: str) -> None:
        self.description = description
        super().__init__(description)


class Token:
    """A token whose signature and issuer are good; its times and its use are still to be looked at.

    Args:
        claims: As the issuer wrote them.
    """

    def __init__(self, claims: Mapping[str, Any]) -> None:
        self.claims = claims

    @cached_property
    def cognito(self) -> dict[str, str]:
        """The claims in the form of a Cognito authorizer."""
        return cognito_claims(self.claims)

    @cached_property
    def jwt(self) -> dict[str, str]:
        """The claims in the form of a JWT authorizer."""
        return jwt_claims(self.claims)

    @cached_property
    def scopes(self) -> list[str]:
        """The scopes that the token holds, from ``scope`` or ``scp``."""
        held = self.claims.get("scope") or self.claims.get("scp") or []
        return held.split() if isinstance(held, str) else [str(scope) for scope in held]

    def is_expired(self, now: float) -> bool:
        """Tell whether its time is over; a token without an end counts as over."""
        expires = self.claims.get("exp")
        return not isinstance(expires, int | float) or now >= expires

    def is_early(self, now: float) -> bool:
        """Tell whether its time has not come yet."""
        starts = [self.claims.get(name) for name in ("nbf", "iat")]
        return any(isinstance(start, int | float) and start > now for start in starts)


class PublishedKeys:
    """The keys of each issuer, fetched once, and again for a key id that is not among them.

    Args:
        fetch: Gives the JWKS document of an issuer.
        clock: Seconds since 1970.
    """

    def __init__(self, fetch: Callable[[str], Mapping[str, Any]], *, clock: Callable[[], float]) -> None:
        self._fetch, self._clock = fetch, clock
        self._keys: dict[str, dict[str, Any]] = {}
        self._fetched: dict[str, float] = {}

    def find(self, issuer: str, kid: str) -> Any:
        """Give the key as PyJWT wants it, or None; an issuer is asked again at most once a minute."""
        known = self._keys.get(issuer, {})
        if kid not in known and self._may_ask(issuer):
            self._fetched[issuer] = self._clock()
            known = self._keys[issuer] = _by_id(self._fetch(issuer))
        return known.get(kid)

    def _may_ask(self, issuer: str) -> bool:
        return issuer not in self._fetched or self._clock() - self._fetched[issuer] >= _REFETCH_AFTER


def _by_id(document: Mapping[str, Any]) -> dict[str, Any]:
    from jwt import PyJWK  # noqa: PLC0415 - a run without tokens does not pay for cryptography

    signing = [key for key in document.get("keys", ()) if key.get("kty") == "RSA" and _algorithm(key) in _ALGORITHMS]
    return {key.get("kid", ""): PyJWK(key, algorithm=_algorithm(key)) for key in signing}


def _algorithm(key: Mapping[str, Any]) -> str:
    return str(key.get("alg", "RS256"))


class Tokens:
    """Reads tokens, and remembers the good ones, for a signature is dear to check and never changes its mind.

    Args:
        keys: Where the keys come from.
        remembered: How many good tokens at most.
    """

    def __init__(self, keys: PublishedKeys, *, remembered: int = 1000) -> None:
        self._keys, self._remembered = keys, remembered
        self._good: dict[tuple[str, tuple[str, ...]], Token] = {}

    def read(self, text: str, *, issuers: tuple[str, ...]) -> Token:
        """Give the token when one of the issuers signed it.

        Raises:
            BadToken: It is torn, not signed by the issuer's key, or from another issuer.
        """
        token = self._good.get((text, issuers))
        if token is None:
            token = self._verified(text, issuers)
            if len(self._good) >= self._remembered:
                self._good.clear()
            self._good[text, issuers] = token
        return token

    def _verified(self, text: str, issuers: tuple[str, ...]) -> Token:
        from jwt import PyJWTError  # noqa: PLC0415 - a run without tokens does not pay for cryptography

        try:
            header, unproven, _ = text.split(".")
            issuer = _opened(unproven).get("iss")
            if issuer not in issuers:
                raise BadToken("the token does not have a valid issuer")
            key = self._keys.find(issuer, str(_opened(header).get("kid")))
            if key is None:
                raise BadToken("the token is not signed by a published key")
            proven = json.loads(_signatures().decode(text, key=key, algorithms=list(_ALGORITHMS)))
        except (PyJWTError, ValueError, AttributeError) as error:
            raise BadToken("the token is malformed or its signature is invalid") from error
        return Token(proven)


def _opened(part: str) -> Any:
    """Read a part of a token without belief: it only says whose key is to be tried."""
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@cache
def _signatures() -> Any:
    """Give what checks signatures.

    PyJWT makes a dozen algorithms for each such object, which takes longer than the check itself. Times are looked at
    for each request, against the gateway's own clock.
    """
    from jwt import PyJWS  # noqa: PLC0415 - a run without tokens does not pay for cryptography

    return PyJWS()
