"""HTTP APIs that are imported from an OpenAPI document, as SAM writes them.

The embedded cloud creates the API and ignores the document: routes, integrations, authorizers, CORS.
No permission is added: importing gives none in AWS either, and a template that lacks it is broken.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.completing.openapi import Operation, operations, schemes
from harness.cloud.completing.wanted import Wanted, is_known

__all__ = ["complete"]

_CORS = ("AllowCredentials", "AllowHeaders", "AllowMethods", "AllowOrigins", "ExposeHeaders", "MaxAge")
_INTEGRATION = {
    "connectionType": "ConnectionType",
    "httpMethod": "IntegrationMethod",
    "payloadFormatVersion": "PayloadFormatVersion",
    "requestParameters": "RequestParameters",
    "timeoutInMillis": "TimeoutInMillis",
    "uri": "IntegrationUri",
}
# Integrations of these kinds are accepted by the embedded cloud and not carried out.
_NOT_CARRIED_OUT = frozenset({"connectionId", "credentials", "subtype", "tlsConfig"})


def complete(wanted: Wanted, *, cloud: Cloud, declared: frozenset[str]) -> list[str]:
    """Complete an HTTP API.

    Args:
        wanted: The API.
        cloud: The embedded cloud.
        declared: The physical ids of the stage: routes that are resources of their own stay.
    """
    if wanted.properties.get("ProtocolType", "HTTP") != "HTTP":
        return []
    client = cloud.client("apigatewayv2")
    if "BodyS3Location" in wanted.properties:
        return [wanted.not_done("its document in S3 is not imported")]
    body = wanted.properties.get("Body") or {}
    lines = _cors(wanted, body, client=client)
    if body:
        lines += _authorizers(wanted, body, client=client)
        lines += _routes(wanted, body, client=client, declared=declared)
    return lines


def _cors(wanted: Wanted, body: Mapping[str, Any], *, client: Any) -> list[str]:
    """Set CORS; the embedded cloud keeps the names of CloudFormation, where its own gateway expects the API's."""
    declared = wanted.properties.get("CorsConfiguration") or body.get("x-amazon-apigateway-cors") or {}
    if declared is True or not is_known(declared):
        return [wanted.not_done("CORS")]
    cors = {name: value for key, value in declared.items() if (name := key[:1].upper() + key[1:]) in _CORS}
    have = client.get_api(ApiId=wanted.physical).get("CorsConfiguration") or {}
    if not cors or all(have.get(name) == value for name, value in cors.items()):
        return []
    client.update_api(ApiId=wanted.physical, CorsConfiguration=cors)
    return [wanted.done("CORS")]


def _authorizers(wanted: Wanted, body: Mapping[str, Any], *, client: Any) -> list[str]:
    there = {each["Name"]: each for each in client.get_authorizers(ApiId=wanted.physical)["Items"]}
    lines = []
    for name, scheme in schemes(body).items():
        declared = _authorizer(name, scheme.get("x-amazon-apigateway-authorizer") or {})
        if not declared or _holds(declared, there.get(name, {})):
            continue
        if not is_known(declared):
            lines.append(wanted.not_done(f"authorizer {name!r}: the template's values are not known"))
        elif name in there:
            client.update_authorizer(ApiId=wanted.physical, AuthorizerId=there[name]["AuthorizerId"], **declared)
            lines.append(wanted.done(f"authorizer {name!r}"))
        else:
            client.create_authorizer(ApiId=wanted.physical, **declared)
            lines.append(wanted.done(f"authorizer {name!r}"))
    return lines


def _authorizer(name: str, declared: Mapping[str, Any]) -> dict[str, Any]:
    """Give an authorizer as the API takes it; nothing for a scheme that has none."""
    kind = str(declared.get("type", "")).lower()
    sources = declared.get("identitySource", "$request.header.Authorization")
    shared = {"Name": name, "IdentitySource": sources if isinstance(sources, list) else _split(sources)}
    if kind == "jwt":
        configuration = declared.get("jwtConfiguration") or {}
        jwt = {"Issuer": configuration.get("issuer"), "Audience": configuration.get("audience") or []}
        return {**shared, "AuthorizerType": "JWT", "JwtConfiguration": jwt}
    if kind != "request":
        return {}
    optional = {
        "AuthorizerPayloadFormatVersion": declared.get("authorizerPayloadFormatVersion"),
        "AuthorizerResultTtlInSeconds": declared.get("authorizerResultTtlInSeconds"),
        "EnableSimpleResponses": declared.get("enableSimpleResponses"),
    }
    given = {key: value for key, value in optional.items() if value is not None}
    return {**shared, "AuthorizerType": "REQUEST", "AuthorizerUri": declared.get("authorizerUri"), **given}


def _split(sources: Any) -> list[Any]:
    # A document lists several sources with commas: "$request.header.a, $request.header.b".
    return [source.strip() for source in sources.split(",")] if isinstance(sources, str) else [sources]


def _routes(wanted: Wanted, body: Mapping[str, Any], *, client: Any, declared: frozenset[str]) -> list[str]:
    """Make the routes those of the document: what is missing or different comes, what is no longer there goes."""
    there = {
        each["RouteKey"]: each
        for each in client.get_routes(ApiId=wanted.physical)["Items"]
        if each["RouteId"] not in declared
    }
    integrations = {each["IntegrationId"]: each for each in client.get_integrations(ApiId=wanted.physical)["Items"]}
    by_name = {each["Name"]: each["AuthorizerId"] for each in client.get_authorizers(ApiId=wanted.physical)["Items"]}
    lines: list[str] = []
    for operation in operations(body):
        key, route = _route(operation, by_name)
        integration = _integration(operation)
        have = there.pop(key, None)
        if have and _holds(route, have) and _holds(integration, _behind(have, integrations)):
            continue
        lines += _not_carried_out(wanted, operation)
        if not is_known(integration):
            lines.append(wanted.not_done(f"{key}: its integration is not known"))
            continue
        if have:
            _remove(have, wanted=wanted, client=client)
        created = client.create_integration(ApiId=wanted.physical, **integration)
        client.create_route(ApiId=wanted.physical, Target=f"integrations/{created['IntegrationId']}", **route)
        lines.append(wanted.done(f"route {key}"))
    for key, have in there.items():
        _remove(have, wanted=wanted, client=client)
        lines.append(wanted.done(f"route {key} taken away"))
    return lines


def _route(operation: Operation, authorizers: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    authorization = operation.authorization
    # The path "/$default" of a document is the route "$default"; SAM writes an implicit one without the slash.
    key = "$default" if operation.path in {"/$default", "$default"} else f"{operation.method} {operation.path}"
    route: dict[str, Any] = {"RouteKey": key, "AuthorizationType": authorization.type}
    if authorization.authorizer in authorizers:
        route["AuthorizerId"] = authorizers[authorization.authorizer]
    if authorization.scopes:
        route["AuthorizationScopes"] = list(authorization.scopes)
    return key, route


def _integration(operation: Operation) -> dict[str, Any]:
    given = {name: operation.integration[key] for key, name in _INTEGRATION.items() if key in operation.integration}
    return {"IntegrationType": str(operation.integration.get("type", "")).upper(), **given}


def _not_carried_out(wanted: Wanted, operation: Operation) -> Iterator[str]:
    found = sorted(_NOT_CARRIED_OUT & {key.lower() if key == "Subtype" else key for key in operation.integration})
    if found:
        yield wanted.not_done(f"{operation.method} {operation.path}: {', '.join(found)} of its integration")


def _behind(route: Mapping[str, Any], integrations: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = integrations.get(route.get("Target", "").removeprefix("integrations/"), {})
    return found


def _remove(route: Mapping[str, Any], *, wanted: Wanted, client: Any) -> None:
    client.delete_route(ApiId=wanted.physical, RouteId=route["RouteId"])
    client.delete_integration(
        ApiId=wanted.physical, IntegrationId=route.get("Target", "").removeprefix("integrations/")
    )


def _holds(declared: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    return all(there.get(name) == value for name, value in declared.items())
