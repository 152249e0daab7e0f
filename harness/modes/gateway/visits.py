"""One request at its route, and what is known of whoever sends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from harness.events.caller import Caller
from harness.events.decision import Decision
from harness.events.http import Call, Door, http_headers, rest_headers, url_headers
from harness.modes.exchange import Request
from harness.modes.gateway.refusals import Refusal
from harness.modes.gateway.responses import Arrival
from harness.modes.gateway.routing import Match

__all__ = ["OPEN", "Admission", "Admit", "Visit"]

_SOURCE_IP = "127.0.0.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Admission:
    """What an authorizer tells the function about whom it let pass: nothing for an open route."""

    claims: Mapping[str, str] | None = None
    scopes: Sequence[str] | None = None
    caller: Caller | None = None
    decision: Decision | None = None


OPEN = Admission()


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """A request that has found its route.

    Args:
        request: What is asked.
        match: The route, and what its path parameters stand for.
        arrival: When it came, and its ids.
        door: The API that it comes through.
        route_key: As HTTP APIs name the route in events.
        resource_id: As REST APIs name the route in events.
    """

    request: Request
    match: Match
    arrival: Arrival
    door: Door
    route_key: str
    resource_id: str

    def call(self, admission: Admission = OPEN) -> Call:
        """Give the call that events are built from."""
        request, arrival = self.request, self.arrival
        return Call(
            method=request.method,
            path=request.path,
            resource=self.match.route.path,
            route_key=self.route_key,
            resource_id=self.resource_id,
            parameters=self.match.parameters,
            query=request.query,
            headers=self._headers(),
            body=request.body,
            request_id=arrival.request_id,
            extended_request_id=arrival.extended_id,
            moment=arrival.moment,
            source_ip=_SOURCE_IP,
            user_agent=request.headers.get("User-Agent"),
            claims=admission.claims,
            scopes=admission.scopes,
            caller=admission.caller,
            decision=admission.decision,
        )

    def source(self, name: str) -> str:
        """Give the value of an identity source, such as ``header.X-Key``; empty where there is none."""
        place, _, key = name.partition(".")
        if place == "header":
            return self.request.headers.get(key, "")
        if place == "querystring":
            return next((value for asked, value in self.request.query if asked == key), "")
        if place == "stageVariables":
            return self.door.variables.get(key, "")
        return self._context.get(key, "") if place == "context" else ""

    @property
    def _context(self) -> dict[str, str]:
        """What ``$context`` tells before the function is asked, as far as it makes an identity."""
        return {
            "accountId": self.door.account,
            "apiId": self.door.api_id,
            "domainName": self.door.domain,
            "httpMethod": self.request.method,
            "identity.sourceIp": _SOURCE_IP,
            "identity.userAgent": self.request.headers.get("User-Agent", ""),
            "path": self.request.path,
            "requestId": self.arrival.request_id,
            "resourceId": self.resource_id,
            "resourcePath": self.match.route.path,
            "routeKey": self.route_key,
            "stage": self.door.stage,
        }

    def _headers(self) -> list[tuple[str, str]]:
        sent, trace, host = self.request.headers.iteritems(), self.arrival.trace, self.door.domain
        if self.arrival.kind == "rest":
            return rest_headers(sent, host=host, trace=trace, source_ip=_SOURCE_IP)
        build = http_headers if self.arrival.kind == "http" else url_headers
        return build(sent, host=host, trace=trace, source_ip=_SOURCE_IP, length=len(self.request.body))


Admit = Callable[[Visit], Admission | Refusal]
