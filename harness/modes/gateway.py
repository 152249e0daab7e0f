"""API Gateway, played from the template, for the modes in which no real one stands before the function."""

from __future__ import annotations

import base64
import os
import time
import uuid
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from urllib3 import HTTPHeaderDict

from harness.cloud.names import Names
from harness.errors import NotDeployed, UnknownResource
from harness.events.http import Call, Door, http_headers, rest_headers
from harness.events.payload_v1 import http_event_v1, rest_event
from harness.events.payload_v2 import http_event
from harness.events.times import http_date
from harness.modes.authorizers import OPEN, Admission, Admit, Cognito, Jwt, Signature, pool_issuer, refuse_to_play
from harness.modes.caller import Caller
from harness.modes.exchange import Request, Response
from harness.modes.proxy import Answer, Contract, http_contract, http_contract_v1, rest_contract
from harness.modes.refusals import HttpRefusal, Refusal, RestRefusal
from harness.modes.routing import Match, Routing
from harness.modes.tokens import PublishedKeys, Tokens
from harness.modes.validation import Validation
from harness.runtime.invocation import Invocation
from harness.system.model import Api, Route, System

__all__ = ["Gateway"]

# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html: 10 MB for REST and HTTP APIs.
_LONGEST_BODY = 10 * 1024 * 1024
_SOURCE_IP = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class _Front:
    """An API with what does not change from request to request."""

    api: Api
    door: Door
    routing: Routing
    refusals: type[RestRefusal | HttpRefusal]
    unrouted: Refusal


@dataclass(frozen=True, kw_only=True)
class _Served:
    """A route with what does not change from request to request."""

    route: Route
    admit: Admit | None
    validate: Validation
    event: Callable[[Call, Door], dict[str, Any]]
    contract: Contract
    resource_id: str
    route_key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Arrival:
    """One request as it comes in: its time and its ids."""

    moment: float
    request_id: str
    extended_id: str
    trace: str


class Gateway:
    """Takes requests to a system's APIs, and runs the functions behind them as API Gateway would.

    Route, authorizer, validation, event, function, proxy contract: in this order, as in AWS.

    Args:
        system: The system whose APIs are played.
        names: The names of the stage.
        resolve: Turns what is still an intrinsic function into text.
        invoke: Runs a function, given by its logical id, with an event.
        keys: Gives the JWKS document of an issuer.
        caller: Who signs where a request asks for it.
        clock: Seconds since 1970.
    """

    def __init__(  # noqa: PLR0913 - the stage hands over its parts
        self,
        system: System,
        *,
        names: Names,
        resolve: Callable[[Any], Any],
        invoke: Callable[[str, dict[str, Any]], Invocation],
        keys: Callable[[str], Mapping[str, Any]],
        caller: Caller,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._system, self._names, self._resolve, self._invoke = system, names, resolve, invoke
        self._caller, self._clock = caller, clock
        self._tokens = Tokens(PublishedKeys(keys, clock=clock))
        self._fronts: dict[str, _Front] = {}
        self._served: dict[tuple[str, str, str], _Served] = {}

    def request(self, request: Request) -> Response:
        """Give the response to a request; the invocation behind it, if there was one, is its evidence.

        Raises:
            UnknownResource: The system has no API of this logical id.
            MisusedStep: The route asks a Lambda authorizer, which is not played yet.
        """
        front = self._fronts.get(request.api) or self._open(request.api)
        arrival = _arrival(self._clock(), front)
        if len(request.body) > _LONGEST_BODY:
            return _refuse(front.refusals.too_long, request=request, front=front, arrival=arrival)
        match = front.routing.match(request.method, request.path)
        if match is None:
            return _refuse(front.unrouted, request=request, front=front, arrival=arrival)
        served = self._serve(front, match.route)
        admission = served.admit(request, arrival.moment) if served.admit else OPEN
        if isinstance(admission, Refusal):
            return _refuse(admission, request=request, front=front, arrival=arrival)
        if refusal := served.validate(request, match.parameters):
            return _refuse(refusal, request=request, front=front, arrival=arrival)
        call = _call(request, arrival=arrival, front=front, served=served, match=match, admission=admission)
        invocation = self._invoke(match.route.function, served.event(call, front.door))
        answer = served.contract(invocation, request.headers.get("Accept"))
        return _respond(answer, request=request, front=front, arrival=arrival, invocation=invocation)

    def _open(self, name: str) -> _Front:
        apis, names = self._system.apis, self._names
        if name not in apis:
            raise UnknownResource("API", name, known=apis, declared_in=self._system.template)
        if name not in names.physical:
            raise NotDeployed(f"The API {name!r} is not in the stage.", facts=[("stack", names.stack)])
        api, api_id = apis[name], names.physical[name]
        door = Door(
            account=names.account,
            api_id=api_id,
            domain=f"{api_id}.execute-api.{names.region}.amazonaws.com",
            stage=api.stage,
            binary_media_types=api.binary_media_types,
        )
        is_rest = api.kind == "rest"
        self._fronts[name] = _Front(
            api=api,
            door=door,
            routing=Routing(api),
            refusals=RestRefusal if is_rest else HttpRefusal,
            unrouted=RestRefusal.missing_token if is_rest else HttpRefusal.not_found,
        )
        return self._fronts[name]

    def _serve(self, front: _Front, route: Route) -> _Served:
        key = (route.api, route.method, route.path)
        if key not in self._served:
            is_rest, is_v1 = front.api.kind == "rest", route.payload_format == "1.0"
            http: tuple[Any, Contract] = (http_event_v1, http_contract_v1) if is_v1 else (http_event, http_contract)
            event, contract = (rest_event, rest_contract(front.api.binary_media_types)) if is_rest else http
            self._served[key] = _Served(
                route=route,
                admit=self._authorizer(front, route),
                validate=Validation(route),
                event=event,
                contract=contract,
                resource_id=_resource_id(route.path),
                route_key="$default" if route.path == "$default" else f"{route.method} {route.path}",
            )
        return self._served[key]

    def _authorizer(self, front: _Front, route: Route) -> Admit | None:
        authorizer = route.authorizer
        if authorizer is None:
            return None
        header, scopes, tokens = authorizer.header, route.scopes, self._tokens
        if authorizer.kind == "cognito":
            issuers = tuple(self._issuer(pool) for pool in authorizer.pools)
            return Cognito(header=header, issuers=issuers, scopes=scopes, tokens=tokens)
        if authorizer.kind == "jwt":
            issuer = str(self._resolve(authorizer.issuer))
            audience = tuple(str(self._resolve(client)) for client in authorizer.audience)
            return Jwt(header=header, issuer=issuer, audience=audience, scopes=scopes, tokens=tokens)
        if authorizer.kind == "iam":
            refusal = RestRefusal.missing_token if front.api.kind == "rest" else HttpRefusal.forbidden
            return Signature(caller=self._caller, refusal=refusal)
        raise refuse_to_play(route, authorizer)

    def _issuer(self, pool: str) -> str:
        names = self._names
        return pool_issuer(pool, physical=names.physical, region=names.region, declared_in=self._system.template)


def _arrival(moment: float, front: _Front) -> _Arrival:
    # Eleven random bytes give the fifteen characters and the equals sign of AWS.
    extended_id = base64.b64encode(os.urandom(11)).decode("ascii")
    request_id = str(uuid.UUID(bytes=os.urandom(16), version=4)) if front.api.kind == "rest" else extended_id
    trace = f"Root=1-{int(moment):08x}-{os.urandom(12).hex()}"
    return _Arrival(moment=moment, request_id=request_id, extended_id=extended_id, trace=trace)


def _call(  # noqa: PLR0913 - a call is made of all of these
    request: Request, *, arrival: _Arrival, front: _Front, served: _Served, match: Match, admission: Admission
) -> Call:
    host, sent = front.door.domain, request.headers.iteritems()
    if front.api.kind == "rest":
        headers = rest_headers(sent, host=host, trace=arrival.trace, source_ip=_SOURCE_IP)
    else:
        length = len(request.body)
        headers = http_headers(sent, host=host, trace=arrival.trace, source_ip=_SOURCE_IP, length=length)
    return Call(
        method=request.method,
        path=request.path,
        resource=match.route.path,
        route_key=served.route_key,
        resource_id=served.resource_id,
        parameters=match.parameters,
        query=request.query,
        headers=headers,
        body=request.body,
        request_id=arrival.request_id,
        extended_request_id=arrival.extended_id,
        moment=arrival.moment,
        source_ip=_SOURCE_IP,
        user_agent=request.headers.get("User-Agent"),
        claims=admission.claims,
        scopes=admission.scopes,
        caller=admission.caller,
    )


def _refuse(refusal: Refusal, *, request: Request, front: _Front, arrival: _Arrival) -> Response:
    return _respond(refusal, request=request, front=front, arrival=arrival, invocation=None)


def _respond(
    answer: Answer | Refusal, *, request: Request, front: _Front, arrival: _Arrival, invocation: Invocation | None
) -> Response:
    if isinstance(answer, Refusal):
        pairs, content = [("Content-Type", "application/json"), *answer.headers], answer.body
    else:
        pairs, content = list(answer.headers), answer.content
    headers = HTTPHeaderDict()
    for name, value in pairs:
        headers.add(name, value)
    headers["Date"] = http_date(arrival.moment)
    headers["Content-Length"] = str(len(content))
    if front.api.kind == "rest":
        headers["x-amzn-RequestId"] = arrival.request_id
        headers["x-amz-apigw-id"] = arrival.extended_id
        if invocation is not None:
            headers["X-Amzn-Trace-Id"] = arrival.trace
    else:
        headers["apigw-requestid"] = arrival.request_id
    return Response(status_code=answer.status, headers=headers, content=content, invocation=invocation, request=request)


def _resource_id(path: str) -> str:
    """Give an id that looks like one of API Gateway and stays the same from run to run."""
    number, digits = zlib.crc32(path.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 36)
        digits += "0123456789abcdefghijklmnopqrstuvwxyz"[digit]
    return digits
