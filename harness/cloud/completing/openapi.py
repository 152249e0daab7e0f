"""An OpenAPI document as API Gateway reads it when it imports an API.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Authorization", "Operation", "operations", "schemes"]

_METHODS = frozenset({"delete", "get", "head", "options", "patch", "post", "put"})
_ANY = "x-amazon-apigateway-any-method"
_INTEGRATION = "x-amazon-apigateway-integration"
_PLACES = {"query": "querystring", "header": "header", "path": "path"}


@dataclass(frozen=True, kw_only=True)
class Authorization:
    """Who may pass: the type, the name of the authorizer, the scopes, and whether a key is asked for."""

    type: str = "NONE"
    authorizer: str = ""
    scopes: tuple[str, ...] = ()
    api_key: bool = False


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A method of a path.

    Args:
        path: As it is written.
        method: In capitals; ``ANY`` for all.
        authorization: Who may pass.
        integration: What stands behind it, references resolved.
        validator: The name of its request validator, or nothing.
        parameters: ``method.request.…`` and whether it is required.
        models: Schemas by content type: the name of the model and the schema, complete in itself.
        responses: The headers that each status may carry.
    """

    path: str
    method: str
    authorization: Authorization
    integration: Mapping[str, Any]
    validator: str
    parameters: Mapping[str, bool]
    models: Mapping[str, tuple[str, Mapping[str, Any]]]
    responses: Mapping[str, tuple[str, ...]]


def operations(body: Mapping[str, Any]) -> Iterator[Operation]:
    """Give the operations of a document in its order."""
    for path, item in (body.get("paths") or {}).items():
        for key, content in item.items():
            if key in _METHODS or key == _ANY:
                yield _operation(body, path, item, "ANY" if key == _ANY else key.upper(), content or {})


def _operation(
    body: Mapping[str, Any], path: str, item: Mapping[str, Any], method: str, content: Mapping[str, Any]
) -> Operation:
    parameters = [_at(body, each) for each in [*item.get("parameters", []), *content.get("parameters", [])]]
    validator = "x-amazon-apigateway-request-validator"
    return Operation(
        path=path,
        method=method,
        authorization=_authorization(body, content),
        integration=_at(body, content.get(_INTEGRATION) or {}),
        validator=content.get(validator) or body.get(validator) or "",
        parameters={
            f"method.request.{_PLACES[each['in']]}.{each['name']}": bool(each.get("required"))
            for each in parameters
            if each.get("in") in _PLACES
        },
        models={kind: _model(body, schema) for kind, schema in _schemas(body, content, parameters)},
        responses={
            str(status): tuple(sorted(_at(body, response or {}).get("headers") or {}))
            for status, response in (content.get("responses") or {}).items()
            if str(status).isdigit()
        },
    )


def _at(body: Mapping[str, Any], value: Any) -> Any:
    """Follow a reference within the document."""
    while isinstance(value, Mapping) and str(value.get("$ref", "")).startswith("#/"):
        target: Any = body
        for part in value["$ref"][2:].split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        value = target
    return value


def schemes(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the security schemes of Swagger 2 or OpenAPI 3."""
    components = body.get("components") or {}
    return body.get("securityDefinitions") or components.get("securitySchemes") or {}


def _authorization(body: Mapping[str, Any], content: Mapping[str, Any]) -> Authorization:
    own = content.get("x-amazon-apigateway-auth") or {}
    found = Authorization(type=str(own.get("type", "NONE")).upper())
    requirements = content.get("security")
    for requirement in (body.get("security") if requirements is None else requirements) or []:
        for name, scopes in requirement.items():
            found = _with(found, name, scheme=schemes(body).get(name) or {}, scopes=tuple(scopes or ()))
    return found


def _with(found: Authorization, name: str, *, scheme: Mapping[str, Any], scopes: tuple[str, ...]) -> Authorization:
    """Add a security scheme: a key goes with another scheme, of all others the first counts."""
    authorizer = scheme.get("x-amazon-apigateway-authorizer")
    if not authorizer and str(scheme.get("name", "")).lower() == "x-api-key":
        return Authorization(type=found.type, authorizer=found.authorizer, scopes=found.scopes, api_key=True)
    if found.type != "NONE":
        return found
    if str(scheme.get("x-amazon-apigateway-authtype", "")).lower() == "awssigv4":
        return Authorization(type="AWS_IAM", api_key=found.api_key)
    types = {"cognito_user_pools": "COGNITO_USER_POOLS", "jwt": "JWT", "request": "CUSTOM", "token": "CUSTOM"}
    kind = types.get(str((authorizer or {}).get("type", "")).lower())
    return Authorization(type=kind, authorizer=name, scopes=scopes, api_key=found.api_key) if kind else found


def _schemas(
    body: Mapping[str, Any], content: Mapping[str, Any], parameters: list[Mapping[str, Any]]
) -> Iterator[tuple[str, Any]]:
    for parameter in parameters:
        if parameter.get("in") == "body" and "schema" in parameter:
            for kind in content.get("consumes") or body.get("consumes") or ["application/json"]:
                yield kind, parameter["schema"]
    for kind, media in (_at(body, content.get("requestBody") or {}).get("content") or {}).items():
        if "schema" in media:
            yield kind, media["schema"]


def _model(body: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Give name and schema of a model; what it refers to comes along, since a model knows no document around it."""
    others = body.get("definitions") or (body.get("components") or {}).get("schemas") or {}
    text = json.dumps(_at(body, schema), sort_keys=True)
    if "#/definitions/" in text or "#/components/schemas/" in text:
        text = json.dumps({**_at(body, schema), "definitions": others}, sort_keys=True)
    text = text.replace('"#/components/schemas/', '"#/definitions/')
    reference = schema.get("$ref", "")
    name = reference.rsplit("/", 1)[-1] if reference else f"Model{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    # API Gateway takes letters and digits only.
    return "".join(filter(str.isalnum, name)), json.loads(text)
