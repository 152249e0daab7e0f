"""APIs and routes made ready: what does not change from request to request is worked out once."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.cloud.names import Names
from harness.errors import MisusedStep
from harness.events.http import Call, Door
from harness.events.payload_v1 import http_event_v1, rest_event
from harness.events.payload_v2 import http_event, url_event
from harness.modes.exchange import Request
from harness.modes.gateway.crossing import preflight, with_cors
from harness.modes.gateway.dressing import dressed
from harness.modes.gateway.mocking import mocked
from harness.modes.gateway.proxy import (
    Answer,
    Contract,
    http_contract,
    http_contract_v1,
    rest_contract,
    url_contract,
)
from harness.modes.gateway.refusals import HttpRefusal, Refusal, RestRefusal, UrlRefusal
from harness.modes.gateway.responses import Arrival, Kind
from harness.modes.gateway.routing import Match, Routing
from harness.modes.gateway.validation import Validation
from harness.modes.gateway.visits import Admission, Admit, Visit
from harness.system.model import Api, Cors, GatewayResponse, Route

__all__ = ["ServedApi", "ServedRoute", "serve_api", "serve_route"]

_UNROUTED: Mapping[Kind, Refusal] = {
    "rest": RestRefusal.missing_token,
    "http": HttpRefusal.not_found,
    "url": HttpRefusal.not_found,
}
_TOO_LONG: Mapping[Kind, Refusal] = {
    "rest": RestRefusal.too_long,
    "http": HttpRefusal.too_long,
    "url": UrlRefusal.too_long,
}


@dataclass(frozen=True, kw_only=True)
class ServedApi:
    """An API of the stage.

    Args:
        kind: What it is.
        door: What its events say of it.
        routing: Finds its routes.
        cors: What it says to browsers of other origins by itself.
        gateway_responses: How a REST API writes what it answers by itself, by type.
    """

    kind: Kind
    door: Door
    routing: Routing
    cors: Cors | None
    gateway_responses: Mapping[str, GatewayResponse]

    def refusal(self, refusal: Refusal, request: Request) -> Refusal:
        """Give a refusal as this API writes it."""
        return dressed(refusal, self.gateway_responses, request=request) if self.gateway_responses else refusal

    def too_long(self, request: Request) -> Refusal:
        """Give what a request with too long a body gets."""
        return self.refusal(_TOO_LONG[self.kind], request)

    def unrouted(self, request: Request) -> Answer | Refusal:
        """Give what a request without a route gets; the preflight of an HTTP API has none."""
        if self.cors and request.method == "OPTIONS":
            return preflight(self.cors, request, status=204)
        return self.refusal(_UNROUTED[self.kind], request)

    def before_routing(self, request: Request) -> Answer | None:
        """Give the answer of a function URL to a preflight, which never reaches the function; else nothing.

        A route of an HTTP API that takes ``OPTIONS``, such as one for any method, takes preflights as well:
        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
        """
        if self.kind == "url" and self.cors and request.method == "OPTIONS":
            return preflight(self.cors, request, status=200)
        return None

    def crossing(self, answer: Answer | Refusal, request: Request) -> Answer | Refusal:
        """Give what became of a function's answer with the headers for browsers of other origins."""
        if self.cors is None:
            return answer
        return with_cors(answer, self.cors, request, replaces=self.kind == "http")


@dataclass(frozen=True, kw_only=True)
class ServedRoute:
    """A route of the stage.

    Args:
        admit: Its authorizer.
        validate: Its request validator.
        build: Builds the event.
        contract: Makes an answer of what the function returns.
        mocked: What answers in place of a function.
        route_key: As HTTP APIs name it in events.
        resource_id: As REST APIs name it in events.
    """

    admit: Admit
    validate: Validation
    build: Callable[[Call, Door], dict[str, Any]]
    contract: Contract
    mocked: Callable[[Request], Answer | Refusal] | None
    route_key: str
    resource_id: str

    def visit(self, request: Request, *, match: Match, arrival: Arrival, door: Door) -> Visit:
        """Give a request as one to this route."""
        return Visit(
            request=request,
            match=match,
            arrival=arrival,
            door=door,
            route_key=self.route_key,
            resource_id=self.resource_id,
        )

    def event(self, visit: Visit, admission: Admission) -> dict[str, Any]:
        """Give the event that the function gets for a request."""
        return self.build(visit.call(admission), visit.door)


def serve_api(api: Api, *, api_id: str, names: Names, resolve: Callable[[Any], Any]) -> ServedApi:
    """Make an API ready, with the address that it would have in AWS.

    Args:
        api: As the template declares it.
        api_id: Its physical id.
        names: The names of the stage.
        resolve: Turns what is still an intrinsic function into text.
    """
    host = f"lambda-url.{names.region}.on.aws" if api.kind == "url" else f"execute-api.{names.region}.amazonaws.com"
    door = Door(
        account=names.account,
        api_id=api_id,
        domain=f"{api_id}.{host}",
        stage=api.stage,
        binary_media_types=api.binary_media_types,
        variables={name: str(resolve(value)) for name, value in api.variables.items()},
    )
    cors = api.cors and replace(api.cors, origins=tuple(str(resolve(origin)) for origin in api.cors.origins))
    return ServedApi(kind=api.kind, door=door, routing=Routing(api), cors=cors, gateway_responses=api.gateway_responses)


def serve_route(route: Route, *, api: ServedApi, admit: Admit) -> ServedRoute:
    """Make a route ready behind its authorizer.

    Raises:
        MisusedStep: It streams its response, or it is a mock with a template that only API Gateway renders.
    """
    if route.streams:
        raise MisusedStep(
            f"The route {f'{route.method} {route.path}'!r} of {route.api!r} streams its response, "
            "which is not played in handler and invoke mode.",
            facts=[("function", route.function)],
            remedy="run this test with --mode=http, against a stage in AWS.",
        )
    build, contract = _format(route, api=api)
    return ServedRoute(
        admit=admit,
        validate=Validation(route),
        build=build,
        contract=contract,
        mocked=mocked(route, route.mock) if route.mock else None,
        route_key="$default" if route.path == "$default" else f"{route.method} {route.path}",
        resource_id=_resource_id(route.path),
    )


def _format(route: Route, *, api: ServedApi) -> tuple[Callable[[Call, Door], dict[str, Any]], Contract]:
    if api.kind == "rest":
        return rest_event, rest_contract(api.door.binary_media_types)
    if api.kind == "url":
        return url_event, url_contract
    return (http_event_v1, http_contract_v1) if route.payload_format == "1.0" else (http_event, http_contract)


def _resource_id(path: str) -> str:
    """Give an id that looks like one of API Gateway and stays the same from run to run."""
    number, digits = zlib.crc32(path.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 36)
        digits += "0123456789abcdefghijklmnopqrstuvwxyz"[digit]
    return digits
