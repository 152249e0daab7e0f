"""API Gateway, played from the template, for the modes in which no real one stands before the function."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from harness.cloud.addresses import url_id
from harness.cloud.names import Names
from harness.errors import NotDeployed, UnknownResource
from harness.events.caller import Caller
from harness.modes.exchange import Request, Response
from harness.modes.gateway.authorizers import Admit, Authorizers
from harness.modes.gateway.refusals import Refusal
from harness.modes.gateway.responses import Arrival, Kind, arrive, respond
from harness.modes.gateway.routing import Match
from harness.modes.gateway.served import ServedApi, ServedRoute, serve_api, serve_route
from harness.modes.gateway.tokens import PublishedKeys, Tokens
from harness.runtime.invocation import Invocation
from harness.system.model import Route, System

__all__ = ["Gateway"]

# 10 MB for REST and HTTP APIs: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
# 6 MB for function URLs: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_LONGEST_BODY: Mapping[Kind, int] = {"rest": 10 * 1024 * 1024, "http": 10 * 1024 * 1024, "url": 6 * 1024 * 1024}


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
        self._system, self._names, self._invoke, self._clock = system, names, invoke, clock
        self._resolve = resolve
        self._authorizers = Authorizers(
            tokens=Tokens(PublishedKeys(keys, clock=clock)),
            names=names,
            resolve=resolve,
            caller=caller,
            functions=system.functions,
            invoke=invoke,
            declared_in=system.template,
        )
        self._apis: dict[str, ServedApi] = {}
        self._routes: dict[tuple[str, str, str], ServedRoute] = {}

    def request(self, request: Request) -> Response:
        """Give the response to a request; the invocation behind it, if there was one, is its evidence.

        Raises:
            UnknownResource: The system has no API of this logical id.
            NotDeployed: The stage does not have the API.
            MisusedStep: The route streams its response, or needs what only the real front door has.
        """
        __tracebackhide__ = True
        api = self._apis.get(request.api) or self._serve(request.api)
        arrival = arrive(self._clock(), kind=api.kind)
        if len(request.body) > _LONGEST_BODY[api.kind]:
            return respond(api.too_long(request), request=request, arrival=arrival)
        if answer := api.before_routing(request):
            return respond(answer, request=request, arrival=arrival)
        match = api.routing.match(request.method, request.path)
        if match is None:
            return respond(api.unrouted(request), request=request, arrival=arrival)
        return self._pass(request, match=match, api=api, arrival=arrival)

    def _pass(self, request: Request, *, match: Match, api: ServedApi, arrival: Arrival) -> Response:
        __tracebackhide__ = True
        route = self._route(match.route, api=api)
        visit = route.visit(request, match=match, arrival=arrival, door=api.door)
        admission = route.admit(visit)
        if isinstance(admission, Refusal):
            return respond(api.refusal(admission, request), request=request, arrival=arrival)
        if refusal := route.validate(request, match.parameters):
            return respond(api.refusal(refusal, request), request=request, arrival=arrival)
        invocation: Invocation | None = None
        if route.mocked is not None:
            answer = route.mocked(request)
        else:
            invocation = self._invoke(match.route.function, route.event(visit, admission))
            answer = route.contract(invocation, request.headers.get("Accept"))
        answer = api.refusal(answer, request) if isinstance(answer, Refusal) else answer
        answer = api.crossing(answer, request)
        return respond(answer, request=request, arrival=arrival, invocation=invocation)

    def _serve(self, name: str) -> ServedApi:
        apis, names = self._system.apis, self._names
        if name not in apis:
            raise UnknownResource("API", name, known=apis, declared_in=self._system.template)
        if name not in names.physical:
            raise NotDeployed(f"The API {name!r} is not in the stage.", facts=[("stack", names.stack)])
        is_url = apis[name].kind == "url"
        api_id = url_id(names.apis[name]) if is_url else names.physical[name]
        self._apis[name] = serve_api(apis[name], api_id=api_id, names=names, resolve=self._resolve)
        return self._apis[name]

    def _route(self, route: Route, *, api: ServedApi) -> ServedRoute:
        key = (route.api, route.method, route.path)
        if key not in self._routes:
            admit: Admit = self._authorizers.of(route, kind=api.kind)
            self._routes[key] = serve_route(route, api=api, admit=admit)
        return self._routes[key]
