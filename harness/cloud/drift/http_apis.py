"""HTTP APIs and function URLs: the routes that they serve.

A stage of an HTTP API that deploys by itself, as those of SAM do, serves the API as it is now.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.cloud.completing.openapi import operations
from harness.cloud.drift.difference import Difference, compared, missing
from harness.cloud.drift.place import Absent, Place, function_in
from harness.cloud.drift.routes import Guard, Served, differing, guard_of
from harness.system.model import Api

__all__ = ["look", "look_at_url"]


def look(api: Api, *, place: Place) -> Iterator[Difference]:
    """Give what differs of an HTTP API."""
    physical = place.names.physical[api.name]

    def listed(operation: str) -> Any:
        return place.ask(
            "routes of HTTP APIs",
            action="apigateway:GET",
            call=lambda: place.pages("apigatewayv2", operation, of="Items", ApiId=physical),
        )

    routes = listed("get_routes")
    if routes is Absent.GONE:
        yield missing("api", api.name)
        return
    parts = [listed("get_integrations"), listed("get_authorizers")]
    if routes is Absent.UNREAD or any(isinstance(part, Absent) for part in parts):
        return
    yield from differing(api, _served(routes, *parts), declared=_declared(api, routes, place=place), place=place)


def _served(
    routes: list[Mapping[str, Any]], integrations: list[Mapping[str, Any]], authorizers: list[Mapping[str, Any]]
) -> dict[str, Served]:
    behind = {f"integrations/{one['IntegrationId']}": one.get("IntegrationUri") or "" for one in integrations}
    guards = {one["AuthorizerId"]: _guard(one) for one in authorizers}
    return {
        route["RouteKey"]: Served(
            function=function_in(behind.get(route.get("Target") or "", "")),
            guard=guard_of(
                route.get("AuthorizationType", ""), authorizers=guards, authorizer=route.get("AuthorizerId", "")
            ),
            scopes=tuple(route.get("AuthorizationScopes") or ()),
        )
        for route in routes
    }


def _guard(authorizer: Mapping[str, Any]) -> Guard:
    token = authorizer.get("JwtConfiguration") or {}
    function = function_in(authorizer.get("AuthorizerUri") or "")
    issuer = (token.get("Issuer", ""), *sorted(token.get("Audience") or ())) if token else ()
    trusts = issuer or ((function,) if function else ())
    return Guard(id=authorizer["AuthorizerId"], name=authorizer["Name"], trusts=trusts)


def _declared(api: Api, routes: list[Mapping[str, Any]], *, place: Place) -> frozenset[str] | None:
    """Give all routes of the template; None when they are not known."""
    [properties] = [one.properties for one in place.resources("AWS::ApiGatewayV2::Api") if one.name == api.name]
    body = properties.get("Body") or {}
    if "BodyS3Location" in properties or not isinstance(body, Mapping):
        return None
    if any(str(path).startswith("Fn::") for path in body.get("paths") or {}):
        return None
    keys = {f"{operation.method} {operation.path}" for operation in operations(body)}
    ours = set(place.names.physical.values())
    alone = {route["RouteKey"] for route in routes if route["RouteId"] in ours}
    quick = {properties.get("RouteKey", "$default")} if "Target" in properties else set()
    # The path "/$default" of a document is the route "$default"; SAM writes an implicit one without the slash.
    named = {"$default" if key.endswith((" /$default", " $default")) else key for key in keys}
    return frozenset(named | alone | quick)


def look_at_url(api: Api, *, place: Place) -> Iterator[Difference]:
    """Give what differs of the URL of a function: whether it is there, and whether it asks for a signature."""
    route = api.routes[0]
    function = place.names.physical[route.function]
    found = place.ask(
        "function URLs",
        action="lambda:ListFunctionUrlConfigs",
        call=lambda: place.pages("lambda", "list_function_url_configs", of="FunctionUrlConfigs", FunctionName=function),
    )
    if found is Absent.UNREAD:
        return
    if found is Absent.GONE or not found:
        yield missing("url", api.name)
        return
    wanted = "AWS_IAM" if route.authorizer else "NONE"
    kinds = sorted(one["AuthType"] for one in found)
    yield from compared("url", api.name, {"authorization": (wanted, wanted if wanted in kinds else ", ".join(kinds))})
