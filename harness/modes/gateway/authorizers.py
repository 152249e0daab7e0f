"""Who may pass a route, as the authorizers of API Gateway decide it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.cloud.names import Names
from harness.errors import MisusedStep, UnknownResource
from harness.events.caller import Caller
from harness.modes.exchange import Request
from harness.modes.gateway.deciding import Kept, LambdaAuthorizer
from harness.modes.gateway.refusals import HttpRefusal, Refusal, RestRefusal, UrlRefusal
from harness.modes.gateway.responses import Kind
from harness.modes.gateway.tokens import BadToken, Token, Tokens
from harness.modes.gateway.visits import OPEN, Admission, Admit, Visit
from harness.runtime.invocation import Invocation
from harness.system.model import Authorizer, Function, Route

__all__ = ["Admission", "Admit", "Authorizers", "Caller", "Cognito", "Jwt", "Signature"]

# What a request without a signature gets.
_UNSIGNED: Mapping[Kind, Refusal] = {
    "rest": RestRefusal.missing_token,
    "http": HttpRefusal.forbidden,
    "url": UrlRefusal.forbidden,
}


@dataclass(frozen=True, kw_only=True)
class Cognito:
    """A Cognito authorizer of a REST API: the token of a user pool.

    An id token where the route asks for no scopes, else an access token with one of them; a token of the wrong use
    or without the scope is 401, not 403:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html

    Args:
        header: The header in which the token comes, raw or after ``Bearer``.
        issuers: The issuers of the pools.
        scopes: Those of the route.
        tokens: Reads tokens.
    """

    header: str
    issuers: tuple[str, ...]
    scopes: tuple[str, ...]
    tokens: Tokens

    def __call__(self, visit: Visit) -> Admission | Refusal:
        """Admit the request with the claims of its token, or refuse it."""
        text = _token_in(visit.request, self.header)
        if not text:
            return RestRefusal.unauthorized
        try:
            token = self.tokens.read(text, issuers=self.issuers)
        except BadToken:
            return RestRefusal.unauthorized
        if token.is_expired(visit.arrival.moment):
            return RestRefusal.expired
        if not self._is_of_use(token):
            return RestRefusal.unauthorized
        return Admission(claims=token.cognito)

    def _is_of_use(self, token: Token) -> bool:
        use = token.claims.get("token_use")
        if not self.scopes:
            return use == "id"
        return use == "access" and any(scope in self.scopes for scope in token.scopes)


@dataclass(frozen=True, kw_only=True)
class Jwt:
    """A JWT authorizer of an HTTP API.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html

    Args:
        header: The header in which the token comes, raw or after ``Bearer``.
        issuer: The only issuer.
        audience: The client ids; ``aud`` must be one, or ``client_id`` where there is no ``aud``.
        scopes: Those of the route; the token must hold one.
        tokens: Reads tokens.
    """

    header: str
    issuer: str
    audience: tuple[str, ...]
    scopes: tuple[str, ...]
    tokens: Tokens

    def __call__(self, visit: Visit) -> Admission | Refusal:
        """Admit the request with the claims of its token, or refuse it."""
        text = _token_in(visit.request, self.header)
        if not text:
            return HttpRefusal.missing_token
        try:
            token = self.tokens.read(text, issuers=(self.issuer,))
        except BadToken as error:
            return HttpRefusal.bad_token(error.description)
        if fault := self._fault(token, visit.arrival.moment):
            return HttpRefusal.bad_token(fault)
        if not self.scopes:
            return Admission(claims=token.jwt)
        if not any(scope in self.scopes for scope in token.scopes):
            return HttpRefusal.missing_scope(self.scopes)
        return Admission(claims=token.jwt, scopes=token.scopes)

    def _fault(self, token: Token, now: float) -> str:
        if token.is_expired(now):
            return "the token has expired"
        if token.is_early(now):
            return "the token is not valid yet"
        meant = token.claims.get("aud", token.claims.get("client_id"))
        if not any(client in self.audience for client in (meant if isinstance(meant, list) else [meant])):
            return "the token does not have a valid audience"
        return ""


@dataclass(frozen=True, kw_only=True)
class Signature:
    """An IAM authorizer: that there is a signature is checked here, whose it may be is for the real front door.

    Args:
        caller: Who signs.
        refusal: What a request without a signature gets.
    """

    caller: Caller
    refusal: Refusal

    def __call__(self, visit: Visit) -> Admission | Refusal:
        """Admit a signed request with its caller, or refuse it."""
        header = visit.request.headers.get("Authorization", "")
        if visit.request.sign or header.startswith("AWS4-HMAC-SHA256"):
            return Admission(caller=self.caller)
        return self.refusal


class Authorizers:
    """Makes the authorizer of a route ready.

    Args:
        tokens: Reads tokens; one for all routes, so that each token is checked once.
        names: The names of the stage.
        resolve: Turns what is still an intrinsic function into text.
        caller: Who signs.
        functions: The functions of the system, which Lambda authorizers ask.
        invoke: Runs a function.
        declared_in: The template, for errors.
    """

    def __init__(  # noqa: PLR0913 - each kind of authorizer needs parts of its own
        self,
        *,
        tokens: Tokens,
        names: Names,
        resolve: Callable[[Any], Any],
        caller: Caller,
        functions: Mapping[str, Function],
        invoke: Callable[[str, dict[str, Any]], Invocation],
        declared_in: object,
    ) -> None:
        self._tokens, self._names, self._resolve = tokens, names, resolve
        self._caller, self._declared_in = caller, declared_in
        self._functions, self._invoke = functions, invoke
        # All routes of an API share what its authorizer has said.
        self._kept: dict[tuple[str, str], Kept] = {}

    def of(self, route: Route, *, kind: Kind) -> Admit:
        """Give what admits requests to a route.

        Raises:
            UnknownResource: The stage has no user pool of the logical id that the authorizer names.
            MisusedStep: It is a Lambda authorizer of another stack, which only the real front door can ask.
        """
        authorizer = route.authorizer
        if authorizer is None:
            return _admit_all
        header, scopes, tokens = authorizer.header, route.scopes, self._tokens
        if authorizer.kind == "cognito":
            issuers = tuple(self._issuer(pool) for pool in authorizer.pools)
            return Cognito(header=header, issuers=issuers, scopes=scopes, tokens=tokens)
        if authorizer.kind == "jwt":
            issuer = str(self._resolve(authorizer.issuer))
            audience = tuple(str(self._resolve(client)) for client in authorizer.audience)
            return Jwt(header=header, issuer=issuer, audience=audience, scopes=scopes, tokens=tokens)
        if authorizer.kind == "iam":
            return Signature(caller=self._caller, refusal=_UNSIGNED[kind])
        return self._lambda(authorizer, route)

    def _lambda(self, authorizer: Authorizer, route: Route) -> LambdaAuthorizer:
        function = authorizer.function or ""
        if function not in self._functions:
            raise MisusedStep(
                f"The Lambda authorizer {authorizer.name!r} asks a function that the template does not declare.",
                facts=[("function", function or "unknown"), ("route", f"{route.method} {route.path} of {route.api}")],
                remedy="run this test with --mode=http.",
            )
        return LambdaAuthorizer(
            authorizer=authorizer,
            function=function,
            region=self._names.region,
            invoke=self._invoke,
            kept=self._kept.setdefault((route.api, authorizer.name), {}),
        )

    def _issuer(self, pool: str) -> str:
        region, physical = self._names.region, self._names.physical
        if pool.startswith("arn:"):
            # arn:aws:cognito-idp:<region>:<account>:userpool/<id>
            region, pool_id = pool.split(":")[3], pool.rpartition("/")[2]
        elif pool in physical:
            pool_id = physical[pool]
        else:
            raise UnknownResource("user pool", pool, known=physical, declared_in=self._declared_in)
        return f"https://cognito-idp.{region}.amazonaws.com/{pool_id}"


def _admit_all(visit: Visit) -> Admission:  # noqa: ARG001 - as all authorizers
    return OPEN


def _token_in(request: Request, header: str) -> str:
    text: Any = request.headers.get(header, "")
    if text[:7].lower() == "bearer ":
        text = text[7:]
    return str(text).strip()
