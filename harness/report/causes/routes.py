"""Routes: requests that the template has no route for, that are let in or refused against it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from harness._text import listed
from harness.report.causes.telling import is_about
from harness.report.causes.wording import plain
from harness.report.record import ActRecord, Cause, TestRecord
from harness.system.model import Api, Route, System

__all__ = ["NOT_DEPLOYED", "NO_AUTHORIZER", "likely_routes", "routes"]

NO_AUTHORIZER = "{route} has no authorizer in the deployed API"
NOT_DEPLOYED = "{route} is in the template and not in the deployed API"

_REFUSED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404
_SUCCESS, _CLIENT_ERRORS = range(200, 300), range(400, 500)
# What an API says of a path or a method that it does not have.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
_UNKNOWN = {"rest": (_FORBIDDEN, "Missing Authentication Token"), "http": (_NOT_FOUND, "Not Found")}

# A test that fails for another reason asks open routes as well, and they are meant to be open.
_REFUSAL = re.compile(r"\b(?:401|403)\b|unauthori[sz]ed|forbidden|refus|denied|turned away|kept out", re.IGNORECASE)


def routes(record: TestRecord, *, system: System) -> Iterator[Cause]:
    """Give what is surely wrong: no such route, one that is not deployed, one that is deployed without authorizer."""
    for act in _requests(record):
        api, route = system.apis.get(act.api), _route(act, system)
        if api is None:
            continue
        if route is None:
            if act.status not in _SUCCESS and is_about(record, act):
                yield Cause(area="wiring", text=_unknown(act, api))
        elif record.mode == "http":
            yield from _deployed(act, route, api, is_about=is_about(record, act))


def _deployed(act: ActRecord, route: Route, api: Api, *, is_about: bool) -> Iterator[Cause]:
    status, said = _UNKNOWN.get(api.kind, (0, ""))
    # API Gateway says the same to an unsigned request for a route that wants a signature.
    wants_signature = route.authorizer is not None and route.authorizer.kind == "iam" and not act.signed
    if is_about and act.status == status and said in act.answer and not wants_signature:
        yield Cause(area="wiring", text=NOT_DEPLOYED.format(route=act.route))
    is_checked = route.authorizer is not None and route.authorizer.kind != "lambda"
    if act.status in _SUCCESS and is_checked and not (act.token or act.signed):
        yield Cause(area="wiring", text=NO_AUTHORIZER.format(route=act.route))


def likely_routes(record: TestRecord, *, system: System) -> Iterator[Cause]:
    """Give what the template says of the routes that were asked, and what may not be meant so."""
    for act in _requests(record):
        route = _route(act, system)
        if route is not None:
            let_in = _let_in(act, route) if _REFUSAL.search(_wanted(record)) else ""
            refused = is_about(record, act) and (_kept_out(act, route) or _not_checked(act, route))
            if text := let_in or refused:
                yield Cause(area="wiring", text=text, proof="template")


def _let_in(act: ActRecord, route: Route) -> str:
    if route.authorizer is None and act.status in _SUCCESS and not (act.token or act.signed):
        return f"{act.route} has no authorizer in the template, so it lets anybody in"
    return ""


def _wanted(record: TestRecord) -> str:
    """Give the words that tell what the test wanted: what it failed with, and the step in which it did."""
    return " ".join([record.failure, *(step.words for step in record.steps if step.failed)])


def _kept_out(act: ActRecord, route: Route) -> str:
    guard = route.authorizer
    if guard is None or act.status not in (_REFUSED, _FORBIDDEN):
        return ""
    if guard.kind == "iam":
        wrong = act.token and not act.signed
        return f"{act.route} is for signed requests in the template, and the request carried a token" if wrong else ""
    # An API without the route asks no authorizer, and a function may refuse whom it likes.
    if guard.kind == "lambda" or _UNKNOWN["rest"][1] in act.answer:
        return ""
    if act.signed and not act.token:
        return f"{act.route} is for tokens in the template ({guard.name}), and the request was signed"
    whose = (
        f"of {listed(guard.pools)} in the template"
        if guard.kind == "cognito"
        else f"that its authorizer {guard.name} names"
    )
    return f"{act.route} takes the tokens {whose}, and refused that of the request" if act.token else ""


def _not_checked(act: ActRecord, route: Route) -> str:
    if route.model is not None and not route.validates_body and act.function and act.status in _CLIENT_ERRORS:
        return f"{act.route} has a model for its body, and no validator of the template checks it"
    return ""


def _requests(record: TestRecord) -> Iterator[ActRecord]:
    return (act for act in record.acts if act.verb == "request")


def _route(act: ActRecord, system: System) -> Route | None:
    api = system.apis.get(act.api)
    found = api.routes if api else ()
    return next((route for route in found if act.route and f"{route.method} {route.path}" == act.route), None)


def _unknown(act: ActRecord, api: Api) -> str:
    known = [route.path if route.path == "$default" else f"{route.method} {route.path}" for route in api.routes]
    asked = plain(act.what)
    path = asked.partition(" ")[2]
    others = [name for name in known if name.partition(" ")[2] == path]
    text = f"no route of {api.name} matches {asked}"
    if others:
        return f"{text}; there is {listed(others)}"
    near = get_close_matches(asked, known, n=1)
    return f"{text}; did you mean {near[0]}?" if near else text
