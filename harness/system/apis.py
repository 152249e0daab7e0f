"""The APIs of a template, REST and HTTP, and the URLs of functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.system import http_api, rest
from harness.system.cors import cors_of
from harness.system.gateway_responses import gateway_responses_of
from harness.system.model import Api, Resource
from harness.system.openapi import Body
from harness.system.references import Declared
from harness.system.urls import urls_of

__all__ = ["apis_of"]

_REST = "AWS::ApiGateway::RestApi"
_HTTP = "AWS::ApiGatewayV2::Api"


def apis_of(declared: Declared) -> dict[str, Api]:
    """Give the APIs and function URLs by logical id. WebSocket APIs are not among them."""
    apis = {
        resource.name: _rest(resource, declared) if resource.type == _REST else _http(resource, declared)
        for resource in declared.of_type(_REST, _HTTP)
        if resource.properties.get("ProtocolType") != "WEBSOCKET"
    }
    return apis | {url.name: url for url in urls_of(declared)}


def _rest(resource: Resource, declared: Declared) -> Api:
    document = _document(resource)
    body = Body(api=resource.name, kind="rest", document=document, declared=declared)
    stage = _rest_stage(resource.name, declared)
    return Api(
        name=resource.name,
        kind="rest",
        stage=declared.text(stage.get("StageName", "")),
        variables=_variables(stage.get("Variables")),
        gateway_responses=gateway_responses_of(resource.name, document, declared),
        routes=(*body.routes(), *rest.routes_of(resource.name, declared)),
        binary_media_types=_binary_media_types(resource.properties, document),
    )


def _http(resource: Resource, declared: Declared) -> Api:
    document = _document(resource)
    body = Body(api=resource.name, kind="http", document=document, declared=declared)
    stage = next(_stages(resource.name, "ApiId", "AWS::ApiGatewayV2::Stage", declared=declared), {})
    cors = resource.properties.get("CorsConfiguration") or document.get("x-amazon-apigateway-cors")
    return Api(
        name=resource.name,
        kind="http",
        stage=declared.text(stage.get("StageName", "$default")),
        variables=_variables(stage.get("StageVariables")),
        cors=cors_of(cors),
        routes=(
            *body.routes(),
            *http_api.routes_of(resource.name, declared),
            *http_api.quick_route(resource, declared),
        ),
    )


def _document(resource: Resource) -> Mapping[str, Any]:
    body = resource.properties.get("Body")
    return body if isinstance(body, Mapping) else {}


def _rest_stage(api: str, declared: Declared) -> Mapping[str, Any]:
    # SAM gives the deployment a stage of its own, called "Stage", so a stage that is a resource comes first.
    stages = _stages(api, "RestApiId", "AWS::ApiGateway::Stage", declared=declared)
    deployments = _stages(api, "RestApiId", "AWS::ApiGateway::Deployment", declared=declared)
    return next(stages, None) or next(deployments, {})


def _stages(api: str, owner: str, kind: str, *, declared: Declared) -> Iterator[Mapping[str, Any]]:
    for resource in declared.of_type(kind):
        if "StageName" in resource.properties and declared.logical_id(resource.properties.get(owner)) == api:
            yield resource.properties


def _variables(written: Any) -> dict[str, Any]:
    return dict(written) if isinstance(written, Mapping) else {}


def _binary_media_types(properties: Mapping[str, Any], document: Mapping[str, Any]) -> tuple[str, ...]:
    types = properties.get("BinaryMediaTypes") or document.get("x-amazon-apigateway-binary-media-types") or ()
    # API Gateway writes the slash as ~1 where a type is a part of a path.
    return tuple(str(kind).replace("~1", "/") for kind in types)
