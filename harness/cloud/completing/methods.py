"""Methods of a REST API: what an operation wants, what is there, and putting the one in the other's place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from harness.cloud.completing.openapi import Operation
from harness.cloud.completing.wanted import is_known

__all__ = ["Methods", "difference"]

# The same names in a document and in the API, but for the method, which the document calls httpMethod.
_INTEGRATION = (
    "cacheKeyParameters", "cacheNamespace", "connectionId", "connectionType", "contentHandling", "credentials",
    "httpMethod", "passthroughBehavior", "requestParameters", "requestTemplates", "timeoutInMillis", "type", "uri",
)  # fmt: skip
_IN_CAPITALS = frozenset({"contentHandling", "httpMethod", "passthroughBehavior", "type"})

Aspects = dict[str, Any]


def difference(wanted: Aspects, there: Aspects | None) -> list[str]:
    """Give the names of the aspects that differ; what only the cloud knows is not judged."""
    if there is None:
        return ["method"]
    return [name for name, value in wanted.items() if is_known(value) and not _holds(value, there.get(name))]


def _holds(value: Any, there: Any) -> bool:
    """Say whether all that is wanted is there; more may be there, such as defaults."""
    if isinstance(value, Mapping) and isinstance(there, Mapping):
        return all(_holds(item, there.get(key)) for key, item in value.items())
    return bool(value == there)


class Methods:
    """The methods of one REST API.

    Args:
        client: The boto3 client of API Gateway.
        api: The physical id of the API.
    """

    def __init__(self, client: Any, api: str) -> None:
        self._client = client
        self._api = api

    @staticmethod
    def wanted(operation: Operation) -> Aspects:
        """Give the aspects of a method as the document wants it."""
        authorization = operation.authorization
        return {
            "authorization": [authorization.type, authorization.authorizer, sorted(authorization.scopes)],
            "API key": authorization.api_key,
            "request validator": operation.validator,
            "request parameters": dict(operation.parameters),
            "request model": {kind: schema for kind, (_, schema) in operation.models.items()},
            "integration": {
                name: str(value).upper() if name in _IN_CAPITALS and is_known(value) else value
                for name, value in operation.integration.items()
                if name in _INTEGRATION
            },
            "integration responses": _integration_responses(operation.integration.get("responses") or {}),
            "method responses": {status: list(headers) for status, headers in operation.responses.items()},
        }

    def there(self, operation: Operation) -> Aspects | None:
        """Give the aspects of a method as it is deployed, or None when it is missing."""
        resource = self._resources.get(operation.path)
        if resource is None:
            return None
        try:
            method = self._client.get_method(restApiId=self._api, resourceId=resource, httpMethod=operation.method)
        except self._client.exceptions.NotFoundException:
            return None
        integration = method.get("methodIntegration") or {}
        return {
            "authorization": [
                method.get("authorizationType", "NONE"),
                self._authorizers.get(method.get("authorizerId", ""), ""),
                sorted(method.get("authorizationScopes", [])),
            ],
            "API key": method.get("apiKeyRequired", False),
            "request validator": self._validators.get(method.get("requestValidatorId", ""), ""),
            "request parameters": method.get("requestParameters", {}),
            "request model": {kind: self._schema(name) for kind, name in method.get("requestModels", {}).items()},
            "integration": {name: integration[name] for name in _INTEGRATION if integration.get(name) is not None},
            "integration responses": {
                status: {
                    "selectionPattern": response.get("selectionPattern") or "",
                    "responseParameters": response.get("responseParameters") or {},
                    "responseTemplates": response.get("responseTemplates") or {},
                }
                for status, response in integration.get("integrationResponses", {}).items()
            },
            "method responses": {
                status: sorted(name.rsplit(".", 1)[-1] for name in response.get("responseParameters", {}))
                for status, response in method.get("methodResponses", {}).items()
            },
        }

    def put(self, operation: Operation, *, instead_of: Aspects | None) -> None:
        """Put the method that the document wants in the place of the one that is there."""
        have: Aspects = instead_of or {}
        aspects: Aspects = {
            name: value if is_known(value) else have.get(name, value) for name, value in self.wanted(operation).items()
        }
        place = {
            "restApiId": self._api,
            "resourceId": self._resource(operation.path),
            "httpMethod": operation.method,
        }
        if instead_of is not None:
            self._client.delete_method(**place)
        self._put_method(operation, aspects, place)
        for status, headers in aspects["method responses"].items():
            names = {f"method.response.header.{name}": False for name in headers}
            self._client.put_method_response(**place, statusCode=status, responseParameters=names)
        integration = {**have.get("integration", {}), **aspects["integration"]}
        if integration and is_known(integration):
            self._put_integration(integration, aspects["integration responses"], place)

    def _put_method(self, operation: Operation, aspects: Aspects, place: Mapping[str, str]) -> None:
        kind, authorizer, scopes = aspects["authorization"]
        by_name = {name: key for key, name in self._authorizers.items()}
        validators = {name: key for key, name in self._validators.items()}
        more = {
            "authorizerId": by_name.get(authorizer),
            "requestValidatorId": validators.get(aspects["request validator"]),
            "authorizationScopes": scopes,
            "requestParameters": aspects["request parameters"],
            "requestModels": {
                content: self._model(name, schema) for content, (name, schema) in operation.models.items()
            },
        }
        self._client.put_method(
            **place,
            authorizationType=kind,
            apiKeyRequired=aspects["API key"],
            **{key: value for key, value in more.items() if value},
        )

    def _put_integration(
        self, integration: Mapping[str, Any], responses: Mapping[str, Any], place: Mapping[str, str]
    ) -> None:
        arguments = dict(integration)
        if "httpMethod" in arguments:
            arguments["integrationHttpMethod"] = arguments.pop("httpMethod")
        self._client.put_integration(**place, **arguments)
        for status, response in responses.items():
            given = {name: value for name, value in response.items() if value}
            self._client.put_integration_response(**place, statusCode=status, **given)

    def _resource(self, path: str) -> str:
        """Give the id of a path; what is missing of it is created."""
        if path not in self._resources:
            parent, _, part = path.rpartition("/")
            created = self._client.create_resource(
                restApiId=self._api, parentId=self._resource(parent or "/"), pathPart=part
            )
            self._resources[path] = created["id"]
        return self._resources[path]

    def _model(self, name: str, schema: Mapping[str, Any]) -> str:
        """Give the name of a model that holds a schema; it is created when it is missing."""
        if self._schema(name) is None:
            self._client.create_model(
                restApiId=self._api, name=name, contentType="application/json", schema=json.dumps(schema)
            )
            self._models[name] = schema
        return name

    def _schema(self, name: str) -> Any:
        return self._models.get(name)

    @cached_property
    def _resources(self) -> dict[str, str]:
        pages = self._client.get_paginator("get_resources").paginate(restApiId=self._api)
        return {resource["path"]: resource["id"] for page in pages for resource in page["items"]}

    @cached_property
    def _authorizers(self) -> dict[str, str]:
        found = self._client.get_authorizers(restApiId=self._api, limit=500)
        return {authorizer["id"]: authorizer["name"] for authorizer in found["items"]}

    @cached_property
    def _validators(self) -> dict[str, str]:
        found = self._client.get_request_validators(restApiId=self._api, limit=500)
        return {validator["id"]: validator["name"] for validator in found["items"]}

    @cached_property
    def _models(self) -> dict[str, Any]:
        pages = self._client.get_paginator("get_models").paginate(restApiId=self._api)
        return {model["name"]: json.loads(model.get("schema") or "{}") for page in pages for model in page["items"]}


def _integration_responses(responses: Mapping[str, Any]) -> Aspects:
    """Give responses by status; a document has them by the pattern that selects them."""
    return {
        str(response.get("statusCode", "200")): {
            "selectionPattern": "" if pattern == "default" else pattern,
            "responseParameters": response.get("responseParameters") or {},
            "responseTemplates": response.get("responseTemplates") or {},
        }
        for pattern, response in responses.items()
    }
