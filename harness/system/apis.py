"""The APIs of a template, REST and HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.system import http_api, rest
from harness.system.model import Api, Resource
from harness.system.openapi import Body
from harness.system.references import Declared

__all__ = ["apis_of"]

_REST = "AWS::ApiGateway::RestApi"
_HTTP = "AWS::ApiGatewayV2::Api"


def apis_of(declared: Declared) -> dict[str, Api]:
    """Give the APIs by logical id. WebSocket APIs are not among them."""
    return {
        resource.name: _rest(resource, declared) if resource.type == _REST else _http(resource, declared)
        for resource in declared.of_type(_REST, _HTTP)
        if resource.properties.get("ProtocolType") != "WEBSOCKET"
    }


def _rest(resource: Resource, declared: Declared) -> Api:
    document = _document(resource)
    body = Body(api=resource.name, kind="rest", document=document, declared=declared)
    return Api(
        name=resource.name,
        kind="rest",
        stage=_rest_stage(resource.name, declared),
        routes=(*body.routes(), *rest.routes_of(resource.name, declared)),
        binary_media_types=_binary_media_types(resource.properties, document),
    )


def _http(resource: Resource, declared: Declared) -> Api:
    body = Body(api=resource.name, kind="http", document=_document(resource), declared=declared)
    stages = _stages(resource.name, "ApiId", "AWS::ApiGatewayV2::Stage", declared=declared)
    return Api(
        name=resource.name,
        kind="http",
        stage=next(stages, "$default"),
        routes=(
            *body.routes(),
            *http_api.routes_of(resource.name, declared),
            *http_api.quick_route(resource, declared),
        ),
    )


def _document(resource: Resource) -> Mapping[str, Any]:
    body = resource.properties.get("Body")
    return body if isinstance(body, Mapping) else {}


def _rest_stage(api: str, declared: Declared) -> str:
    # SAM gives the deployment a stage of its own, called "Stage", so a stage that is a resource comes first.
    stages = _stages(api, "RestApiId", "AWS::ApiGateway::Stage", declared=declared)
    deployments = _stages(api, "RestApiId", "AWS::ApiGateway::Deployment", declared=declared)
    return next(stages, None) or next(deployments, "")


def _stages(api: str, owner: str, kind: str, *, declared: Declared) -> Iterator[str]:
    for resource in declared.of_type(kind):
        if "StageName" in resource.properties and declared.logical_id(resource.properties.get(owner)) == api:
            yield declared.text(resource.properties["StageName"])


def _binary_media_types(properties: Mapping[str, Any], document: Mapping[str, Any]) -> tuple[str, ...]:
    types = properties.get("BinaryMediaTypes") or document.get("x-amazon-apigateway-binary-media-types") or ()
    # API Gateway writes the slash as ~1 where a type is a part of a path.
    return tuple(str(kind).replace("~1", "/") for kind in types)
