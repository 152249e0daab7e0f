"""The routes of an HTTP API that is written out in resources: ``AWS::ApiGatewayV2::Route`` and what belongs to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from harness.system.lambda_authorizers import lambda_authorizer
from harness.system.model import Authorizer, Resource, Route
from harness.system.openapi import audience_of, header_of
from harness.system.references import Declared

__all__ = ["quick_route", "routes_of"]

_API = "AWS::ApiGatewayV2::Api"
_FUNCTION = "AWS::Lambda::Function"


def routes_of(api: str, declared: Declared) -> Iterator[Route]:
    """Give the routes that lead to a declared function."""
    for route in declared.of_type("AWS::ApiGatewayV2::Route"):
        if declared.logical_id(route.properties.get("ApiId"), _API) == api:
            yield from _route(api, route.properties, declared)


def _route(api: str, route: Mapping[str, Any], declared: Declared) -> Iterator[Route]:
    name = declared.logical_id(route.get("Target"), "AWS::ApiGatewayV2::Integration")
    integration = declared.resources[name].properties if name else {}
    function = declared.logical_id(integration.get("IntegrationUri"), _FUNCTION)
    if function is None or integration.get("IntegrationType") != "AWS_PROXY":
        return
    method, path = _split(route["RouteKey"])
    yield Route(
        api=api,
        method=method,
        path=path,
        function=function,
        authorizer=_authorizer(route, declared),
        scopes=tuple(route.get("AuthorizationScopes", ())),
        payload_format=_payload_format(integration),
    )


def quick_route(api: Resource, declared: Declared) -> Iterator[Route]:
    """Give the route of an API that was made by "quick create": it names its target, and at most one route.

    Quick create makes an integration with the newest payload format, says the page of CreateApi.
    """
    function = declared.logical_id(api.properties.get("Target"), _FUNCTION)
    if function is not None:
        method, path = _split(api.properties.get("RouteKey", "$default"))
        yield Route(api=api.name, method=method, path=path, function=function, payload_format="2.0")


def _split(key: str) -> tuple[str, str]:
    method, _, path = key.partition(" ")
    return (method.upper(), path) if path else ("ANY", key)


def _payload_format(integration: Mapping[str, Any]) -> Literal["1.0", "2.0"]:
    # A template must name the format, says the page on Lambda proxy integrations for HTTP APIs.
    return "2.0" if str(integration.get("PayloadFormatVersion")) == "2.0" else "1.0"


def _authorizer(route: Mapping[str, Any], declared: Declared) -> Authorizer | None:
    kind = route.get("AuthorizationType", "NONE")
    if kind == "AWS_IAM":
        return Authorizer(name=kind, kind="iam")
    if kind not in {"JWT", "CUSTOM"}:
        return None
    name = declared.logical_id(route.get("AuthorizerId"), "AWS::ApiGatewayV2::Authorizer")
    properties = declared.resources[name].properties if name else {}
    known_as, header = name or declared.text(route.get("AuthorizerId")), header_of(properties.get("IdentitySource"))
    if kind == "CUSTOM":
        return lambda_authorizer(known_as, properties, kind="http", header=header, declared=declared)
    token: Mapping[str, Any] = properties.get("JwtConfiguration") or {}
    return Authorizer(
        name=known_as,
        kind="jwt",
        issuer=token.get("Issuer"),
        audience=audience_of(token.get("Audience")),
        header=header,
    )
