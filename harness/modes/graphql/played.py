"""AppSync, played from the template, for the modes in which no real one stands before the functions."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.attributes import scope
from harness.cloud.names import Names
from harness.errors import MisusedStep
from harness.events.appsync import resolver_event
from harness.events.caller import Caller
from harness.events.selections import selections
from harness.modes.exchange import Request, Response
from harness.modes.gateway.played import caller_of, published_keys
from harness.modes.gateway.tokens import PublishedKeys, Tokens
from harness.modes.graphql.admitting import Admitted, Door
from harness.modes.graphql.declared import DeclaredApi, Resolver, declared_api
from harness.modes.graphql.executing import FieldFailed, executed
from harness.modes.graphql.places import id_of, valid_keys
from harness.modes.graphql.refusals import Refused, answer
from harness.modes.graphql.schema import admits, built
from harness.runtime.invocation import Invocation
from harness.system.intrinsics import resolve
from harness.system.model import System

__all__ = ["GraphQL", "graphql_for"]

Invoke = Callable[[str, dict[str, Any]], Invocation]


class GraphQL:
    """Takes queries to a system's APIs of AppSync, and runs the functions behind their fields.

    Provider, query, directives, event, function: in this order, as in AWS.

    Args:
        system: The system whose APIs are played.
        names: The names of the stage.
        invoke: Runs a function, given by its logical id, with an event.
        api_keys: Gives the API keys of an API, given by its logical id, that are valid now.
        keys: Gives the JWKS document of an issuer.
        caller: Who signs where a request asks for it.
        clock: Seconds since 1970.
    """

    def __init__(  # noqa: PLR0913 - the stage hands over its parts
        self,
        system: System,
        *,
        names: Names,
        invoke: Invoke,
        api_keys: Callable[[str], Sequence[str]],
        keys: Callable[[str], Mapping[str, Any]],
        caller: Caller,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._system, self._names, self._invoke = system, names, invoke
        self._api_keys, self._caller, self._clock = api_keys, caller, clock
        self._tokens = Tokens(PublishedKeys(keys, clock=clock))
        self._apis: dict[str, DeclaredApi] = {}
        self._scope = scope(system, names)

    def query(self, request: Request) -> Response:
        """Give the answer to a query; the last invocation behind it, if there was one, is its evidence.

        Raises:
            UnknownResource: The system has no GraphQL API of this logical id.
            NotDeployed: The stage does not have it.
            NotOffered: It needs what is not played.
        """
        __tracebackhide__ = True
        api = self._apis.get(request.api) or self._read(request.api)
        try:
            admitted = self._door(api).admit(request, now=self._clock())
            asked = _asked(request)
            run = _Run(api, request=request, admitted=admitted, variables=asked["variables"], invoke=self._call)
            data, errors = executed(
                built(api.schema, api=api.name),
                asked["query"],
                variables=asked["variables"],
                operation=asked["operationName"],
                resolve=run.value,
            )
        except Refused as refused:
            return refused.response(request)
        headers = {"Content-Type": "application/json;charset=UTF-8"}
        content = answer(data, errors)
        return Response(status_code=200, headers=headers, content=content, invocation=run.last, request=request)

    def _read(self, name: str) -> DeclaredApi:
        __tracebackhide__ = True
        self._apis[name] = declared_api(self._system, name)
        id_of(name, names=self._names)
        return self._apis[name]

    def _door(self, api: DeclaredApi) -> Door:
        return Door(
            api,
            keys=lambda: self._api_keys(api.name),
            tokens=self._tokens,
            caller=self._caller,
            resolve=self._resolved,
            region=self._names.region,
        )

    def _resolved(self, value: Any) -> Any:
        return resolve(value, self._scope)

    def _call(self, resolver: Resolver, event: dict[str, Any]) -> Invocation:
        __tracebackhide__ = True
        arn = str(self._resolved(resolver.function))
        functions = self._names.functions.items()
        # A version or an alias may follow the name.
        found = next((name for name, deployed in functions if f"{arn}:".startswith(f"{deployed.arn}:")), None)
        if found is None:
            raise MisusedStep(
                f"The resolver {resolver.name!r} leads to a function that the template does not declare.",
                facts=[("function", arn), ("declared", ", ".join(sorted(self._names.functions)) or "none")],
                remedy="run this test with --mode=http.",
            )
        return self._invoke(found, event)


def graphql_for(system: System, *, cloud: Cloud, names: Names, invoke: Invoke) -> GraphQL:
    """Give the APIs of AppSync of a system, with the names and the keys of one stage."""
    return GraphQL(
        system,
        names=names,
        invoke=invoke,
        api_keys=lambda api: valid_keys(api, cloud=cloud, names=names),
        keys=lambda issuer: published_keys(issuer, cloud=cloud),
        caller=caller_of(cloud),
    )


class _Run:
    """One query on its way: gives the value of each of its fields."""

    def __init__(
        self,
        api: DeclaredApi,
        *,
        request: Request,
        admitted: Admitted,
        variables: Mapping[str, Any],
        invoke: Callable[[Resolver, dict[str, Any]], Invocation],
    ) -> None:
        self._api, self._admitted, self._variables, self._invoke = api, admitted, variables, invoke
        self._headers = {name.lower(): value for name, value in request.headers.items()}
        self._default = api.providers[0].kind
        self.last: Invocation | None = None

    def value(self, source: Any, info: Any, **arguments: Any) -> Any:
        """Give the value of a field.

        Raises:
            FieldFailed: Whoever asks may not see it, or the function behind it failed.
        """
        __tracebackhide__ = True
        holder, field = info.parent_type, info.field_name
        if not admits(self._admitted, type=holder, field=field, default=self._default):
            raise FieldFailed("Unauthorized", f"Not Authorized to access {field} on type {holder.name}")
        resolver = self._api.resolvers.get((holder.name, field))
        if resolver is None:
            # A field without a resolver is read off the value above.
            return source.get(field) if isinstance(source, Mapping) else None
        event = resolver_event(
            field,
            type=holder.name,
            arguments=arguments,
            identity=self._admitted.identity,
            source=source,
            headers=self._headers,
            selections=selections(info),
            variables=self._variables,
        )
        self.last = self._invoke(resolver, event)
        if self.last.error is not None:
            raise FieldFailed("Lambda:Unhandled", self.last.error.message)
        return self.last.payload


def _asked(request: Request) -> dict[str, Any]:
    try:
        asked = json.loads(request.body)
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise Refused.malformed("Invalid JSON payload in POST request.")
    return {
        "query": str(asked.get("query") or ""),
        "variables": asked.get("variables") or {},
        "operationName": asked.get("operationName"),
    }
