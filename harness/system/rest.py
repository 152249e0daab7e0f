"""The routes of a REST API that is written out in resources: ``AWS::ApiGateway::Method`` and what belongs to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.system.lambda_authorizers import lambda_authorizer
from harness.system.mocks import mock_of_resource
from harness.system.model import Authorizer, Resource, Route
from harness.system.openapi import header_of, pools_of
from harness.system.references import Declared, flag
from harness.system.schemas import closed

__all__ = ["routes_of"]

_API = "AWS::ApiGateway::RestApi"
_RESOURCE = "AWS::ApiGateway::Resource"
_MODEL = "AWS::ApiGateway::Model"


def routes_of(api: str, declared: Declared) -> Iterator[Route]:
    """Give the routes that lead to a declared function, or to a mock."""
    for method in declared.of_type("AWS::ApiGateway::Method"):
        if declared.logical_id(method.properties.get("RestApiId"), _API) == api:
            yield from _route(api, method.properties, declared)


def _route(api: str, method: Mapping[str, Any], declared: Declared) -> Iterator[Route]:
    integration = method.get("Integration") or {}
    function = declared.logical_id(integration.get("Uri"), "AWS::Lambda::Function")
    mock = mock_of_resource(integration)
    if mock is None and (function is None or integration.get("Type") != "AWS_PROXY"):
        return
    validator = _belonging(method.get("RequestValidatorId"), "AWS::ApiGateway::RequestValidator", declared)
    yield Route(
        api=api,
        method=method["HttpMethod"].upper(),
        path=_path(method.get("ResourceId"), declared) or "/",
        function="" if mock else function or "",
        mock=mock,
        streams=integration.get("ResponseTransferMode") == "STREAM",
        authorizer=_authorizer(method, declared),
        scopes=tuple(method.get("AuthorizationScopes", ())),
        model=_model(method.get("RequestModels") or {}, declared),
        validates_body=flag(validator.get("ValidateRequestBody")),
        validates_parameters=flag(validator.get("ValidateRequestParameters")),
        required_parameters=tuple(
            name.removeprefix("method.request.")
            for name, required in (method.get("RequestParameters") or {}).items()
            if flag(required)
        ),
    )


def _belonging(reference: Any, kind: str, declared: Declared) -> Mapping[str, Any]:
    name = declared.logical_id(reference, kind)
    return declared.resources[name].properties if name else {}


def _path(reference: Any, declared: Declared) -> str:
    # The root is an attribute of the API, so a reference to the API itself ends the path.
    resource = _belonging(reference, _RESOURCE, declared)
    return f"{_path(resource.get('ParentId'), declared)}/{resource['PathPart']}" if resource else ""


def _authorizer(method: Mapping[str, Any], declared: Declared) -> Authorizer | None:
    kind = method.get("AuthorizationType", "NONE")
    if kind == "AWS_IAM":
        return Authorizer(name=kind, kind="iam")
    if kind not in {"COGNITO_USER_POOLS", "CUSTOM"}:
        return None
    name = declared.logical_id(method.get("AuthorizerId"), "AWS::ApiGateway::Authorizer")
    properties = declared.resources[name].properties if name else {}
    known_as, header = name or declared.text(method.get("AuthorizerId")), header_of(properties.get("IdentitySource"))
    if kind == "CUSTOM":
        return lambda_authorizer(known_as, properties, kind="rest", header=header, declared=declared)
    return Authorizer(
        name=known_as,
        kind="cognito",
        pools=pools_of(properties.get("ProviderARNs"), declared),
        header=header,
    )


def _model(models: Mapping[str, Any], declared: Declared) -> dict[str, Any] | None:
    if "application/json" not in models:
        return None
    _, schema = _find(declared.marked(models["application/json"]), declared)
    return closed(schema, lambda reference: _find(declared.marked(reference), declared)) if schema else None


def _find(reference: str, declared: Declared) -> tuple[str, Any]:
    # A model refers to another by an address: https://apigateway.amazonaws.com/restapis/<api>/models/<name>
    name = reference.rpartition("/")[2]
    for model in declared.of_type(_MODEL):
        if name in {f"${{{model.name}}}", declared.marked(model.properties.get("Name"))}:
            return model.name, _schema(model)
    return name, None


def _schema(model: Resource) -> Any:
    schema = model.properties.get("Schema")
    return json.loads(schema) if isinstance(schema, str) else schema
