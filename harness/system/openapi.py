"""The routes of an API that is defined by a body: Swagger 2.0 or OpenAPI 3.0, with API Gateway's extensions.

Reference: "OpenAPI extensions for API Gateway" in the Amazon API Gateway Developer Guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from harness.system.lambda_authorizers import lambda_authorizer
from harness.system.mocks import mock_of_document
from harness.system.model import Authorizer, Route
from harness.system.references import Declared, flag
from harness.system.schemas import closed

__all__ = ["Body"]

_ANY = "x-amazon-apigateway-any-method"
_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace", _ANY}
_PLACES = {"query": "querystring", "header": "header", "path": "path"}


@dataclass(frozen=True, kw_only=True)
class Body:
    """The body of an API.

    Args:
        api: The logical id of the API.
        kind: ``rest`` or ``http``.
        document: The body itself.
        declared: What the template declares.
    """

    api: str
    kind: Literal["rest", "http"]
    document: Mapping[str, Any]
    declared: Declared

    def routes(self) -> Iterator[Route]:
        """Give the routes that lead to a declared function, or to a mock, in the order of the body."""
        for path, item in (self.document.get("paths") or {}).items():
            for method, operation in item.items():
                if method.lower() in _METHODS and isinstance(operation, Mapping):
                    yield from self._route(path, method, operation, shared=item.get("parameters") or [])

    def _route(self, path: str, method: str, operation: Mapping[str, Any], *, shared: list[Any]) -> Iterator[Route]:
        integration = self._followed(operation.get("x-amazon-apigateway-integration") or {})
        function = self._function(integration)
        # Only REST APIs have mocks.
        mock = mock_of_document(integration) if self.kind == "rest" else None
        if function is None and mock is None:
            return
        authorizer, scopes = self._security(operation)
        parameters = [self._followed(parameter) for parameter in [*shared, *operation.get("parameters", [])]]
        yield Route(
            api=self.api,
            method="ANY" if method.lower() == _ANY else method.upper(),
            # SAM writes the default route of an HTTP API as a path.
            path="$default" if path in {"$default", "/$default"} and self.kind == "http" else path,
            function=function or "",
            mock=mock,
            streams=str(integration.get("responseTransferMode")).upper() == "STREAM",
            authorizer=authorizer,
            scopes=scopes,
            # HTTP APIs validate nothing.
            **(self._validation(operation, parameters) if self.kind == "rest" else {}),
            payload_format="1.0" if self.kind == "rest" else _payload_format(integration),
        )

    def _function(self, integration: Mapping[str, Any]) -> str | None:
        if str(integration.get("type")).lower() != "aws_proxy":
            return None
        return self.declared.logical_id(integration.get("uri"), "AWS::Lambda::Function")

    def _security(self, operation: Mapping[str, Any]) -> tuple[Authorizer | None, tuple[str, ...]]:
        # "NONE" is open access and "AWS_IAM" is IAM, in any case, says the page of x-amazon-apigateway-auth.
        direct = str((operation.get("x-amazon-apigateway-auth") or {}).get("type", "")).upper()
        if direct in {"NONE", "AWS_IAM"}:
            return (Authorizer(name=direct, kind="iam") if direct == "AWS_IAM" else None), ()
        requirements = operation.get("security", self.document.get("security")) or []
        for name, scopes in ((name, scopes) for entry in requirements for name, scopes in entry.items()):
            # SAM overrides a default authorizer with the name NONE, which is defined nowhere; a key is no authorizer.
            authorizer = self._authorizer(name)
            if authorizer:
                return authorizer, tuple(scopes or ())
        return None, ()

    def _authorizer(self, name: str) -> Authorizer | None:
        schemes = self.document.get("securityDefinitions") or (self.document.get("components") or {}).get(
            "securitySchemes"
        )
        scheme = (schemes or {}).get(name) or {}
        definition = scheme.get("x-amazon-apigateway-authorizer") or {}
        if str(scheme.get("x-amazon-apigateway-authtype")).lower() == "awssigv4":
            return Authorizer(name=name, kind="iam")
        if not definition:
            return None
        return self._defined(name, scheme, definition)

    def _defined(self, name: str, scheme: Mapping[str, Any], definition: Mapping[str, Any]) -> Authorizer:
        kind = str(definition.get("type")).lower()
        if kind == "cognito_user_pools":
            return Authorizer(
                name=name,
                kind="cognito",
                pools=pools_of(definition.get("providerARNs"), self.declared),
                header=scheme.get("name", Authorizer.header),
            )
        if kind != "jwt":
            header = scheme.get("name", Authorizer.header)
            return lambda_authorizer(name, definition, kind=self.kind, header=header, declared=self.declared)
        token = definition.get("jwtConfiguration") or {}
        return Authorizer(
            name=name,
            kind="jwt",
            issuer=token.get("issuer"),
            audience=audience_of(token.get("audience")),
            header=header_of(definition.get("identitySource")),
        )

    def _validation(self, operation: Mapping[str, Any], parameters: list[Mapping[str, Any]]) -> dict[str, Any]:
        extension = "x-amazon-apigateway-request-validator"
        name = operation.get(extension, self.document.get(extension))
        validator = (self.document.get(f"{extension}s") or {}).get(name) or {}
        return {
            "model": self._model(operation, parameters),
            "validates_body": flag(validator.get("validateRequestBody")),
            "validates_parameters": flag(validator.get("validateRequestParameters")),
            "required_parameters": tuple(
                f"{_PLACES[parameter['in']]}.{parameter['name']}"
                for parameter in parameters
                if parameter.get("in") in _PLACES and flag(parameter.get("required"))
            ),
        }

    def _model(self, operation: Mapping[str, Any], parameters: list[Mapping[str, Any]]) -> dict[str, Any] | None:
        bodies = [parameter.get("schema") for parameter in parameters if parameter.get("in") == "body"]
        content = self._followed(operation.get("requestBody") or {}).get("content") or {}
        bodies.append((content.get("application/json") or {}).get("schema"))
        schema = next((schema for schema in bodies if schema), None)
        return closed(schema, self._find) if schema else None

    def _followed(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        found = self._find(value["$ref"])[1] if "$ref" in value else value
        return found or {}

    def _find(self, reference: Any) -> tuple[str, Any]:
        found: Any = self.document
        pointer = self.declared.text(reference).removeprefix("#/")
        keys = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")]
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        return keys[-1], found


def _payload_format(integration: Mapping[str, Any]) -> Literal["1.0", "2.0"]:
    return "1.0" if str(integration.get("payloadFormatVersion", "2.0")) == "1.0" else "2.0"


def pools_of(arns: Any, declared: Declared) -> tuple[str, ...]:
    """Give the user pools of an authorizer: logical ids, or ARNs as text."""
    listed = arns if isinstance(arns, list) else [arns] if arns else []
    return tuple(declared.reference(arn, "AWS::Cognito::UserPool") for arn in listed)


def audience_of(value: Any) -> tuple[Any, ...]:
    """Give the client ids of a JWT authorizer, whether the template has a list or only one."""
    return tuple(value) if isinstance(value, list) else (value,) if value else ()


def header_of(source: Any) -> str:
    """Give the header of an identity source such as ``$request.header.Authorization``."""
    first = source[0] if isinstance(source, list) and source else source
    _, found, header = str(first).partition("request.header.")
    return header if found else Authorizer.header
