"""APIs and routes made ready: what does not change from request to request is worked out once."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.cloud.names import Names
from harness.events.http import Call, Door, http_headers, rest_headers
from harness.events.payload_v1 import http_event_v1, rest_event
from harness.events.payload_v2 import http_event
from harness.modes.authorizers import Admission, Admit
from harness.modes.exchange import Request
from harness.modes.proxy import Contract, http_contract, http_contract_v1, rest_contract
from harness.modes.refusals import HttpRefusal, Refusal, RestRefusal
from harness.modes.responses import Arrival
from harness.modes.routing import Match, Routing
from harness.modes.validation import Validation
from harness.system.model import Api, Route

__all__ = ["ServedApi", "ServedRoute", "serve_api", "serve_route"]

_SOURCE_IP = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class ServedApi:
    """An API of the stage.

    Args:
        is_rest: Whether it is a REST API.
        door: What its events say of it.
        routing: Finds its routes.
        unrouted: What a request without a route gets.
        too_long: What a request with too long a body gets.
    """

    is_rest: bool
    door: Door
    routing: Routing
    unrouted: Refusal
    too_long: Refusal


@dataclass(frozen=True, kw_only=True)
class ServedRoute:
    """A route of the stage.

    Args:
        admit: Its authorizer.
        validate: Its request validator.
        build: Builds the event.
        contract: Makes an answer of what the function returns.
        route_key: As HTTP APIs name it in events.
        resource_id: As REST APIs name it in events.
    """

    admit: Admit
    validate: Validation
    build: Callable[[Call, Door], dict[str, Any]]
    contract: Contract
    route_key: str
    resource_id: str

    def event(
        self, request: Request, *, match: Match, arrival: Arrival, admission: Admission, door: Door
    ) -> dict[str, Any]:
        """Give the event that the function gets for a request."""
        call = Call(
            method=request.method,
            path=request.path,
            resource=match.route.path,
            route_key=self.route_key,
            resource_id=self.resource_id,
            parameters=match.parameters,
            query=request.query,
            headers=_headers(request, arrival=arrival, host=door.domain),
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
        return self.build(call, door)


def serve_api(api: Api, *, api_id: str, names: Names) -> ServedApi:
    """Make an API ready, with the address that it would have in AWS."""
    door = Door(
        account=names.account,
        api_id=api_id,
        domain=f"{api_id}.execute-api.{names.region}.amazonaws.com",
        stage=api.stage,
        binary_media_types=api.binary_media_types,
    )
    is_rest = api.kind == "rest"
    return ServedApi(
        is_rest=is_rest,
        door=door,
        routing=Routing(api),
        unrouted=RestRefusal.missing_token if is_rest else HttpRefusal.not_found,
        too_long=RestRefusal.too_long if is_rest else HttpRefusal.too_long,
    )


def serve_route(route: Route, *, api: ServedApi, admit: Admit) -> ServedRoute:
    """Make a route ready behind its authorizer."""
    build: Callable[[Call, Door], dict[str, Any]]
    if api.is_rest:
        build, contract = rest_event, rest_contract(api.door.binary_media_types)
    elif route.payload_format == "1.0":
        build, contract = http_event_v1, http_contract_v1
    else:
        build, contract = http_event, http_contract
    return ServedRoute(
        admit=admit,
        validate=Validation(route),
        build=build,
        contract=contract,
        route_key="$default" if route.path == "$default" else f"{route.method} {route.path}",
        resource_id=_resource_id(route.path),
    )


def _headers(request: Request, *, arrival: Arrival, host: str) -> list[tuple[str, str]]:
    sent = request.headers.iteritems()
    if arrival.is_rest:
        return rest_headers(sent, host=host, trace=arrival.trace, source_ip=_SOURCE_IP)
    return http_headers(sent, host=host, trace=arrival.trace, source_ip=_SOURCE_IP, length=len(request.body))


def _resource_id(path: str) -> str:
    """Give an id that looks like one of API Gateway and stays the same from run to run."""
    number, digits = zlib.crc32(path.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 36)
        digits += "0123456789abcdefghijklmnopqrstuvwxyz"[digit]
    return digits
