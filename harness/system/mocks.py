"""Mock integrations of REST APIs, as resources and as OpenAPI documents write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.system.model import Mock, MockResponse
from harness.system.references import entries

__all__ = ["mock_of_document", "mock_of_resource"]

_HEADER = "method.response.header."


def mock_of_document(integration: Mapping[str, Any]) -> Mock | None:
    """Give the mock of ``x-amazon-apigateway-integration``; None for another kind of integration.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
    """
    if str(integration.get("type")).lower() != "mock":
        return None
    responses = integration.get("responses") or {}
    return Mock(
        templates=_texts(integration.get("requestTemplates")),
        passthrough=str(integration.get("passthroughBehavior", "WHEN_NO_MATCH")).upper(),
        responses=tuple(
            _response(
                status=response.get("statusCode"),
                pattern="" if pattern == "default" else pattern,
                parameters=response.get("responseParameters"),
                templates=response.get("responseTemplates"),
            )
            for pattern, response in responses.items()
        ),
    )


def mock_of_resource(integration: Mapping[str, Any]) -> Mock | None:
    """Give the mock of the property ``Integration`` of a method; None for another kind of integration."""
    if integration.get("Type") != "MOCK":
        return None
    return Mock(
        templates=_texts(integration.get("RequestTemplates")),
        passthrough=str(integration.get("PassthroughBehavior", "WHEN_NO_MATCH")),
        responses=tuple(
            _response(
                status=response.get("StatusCode"),
                pattern=str(response.get("SelectionPattern") or ""),
                parameters=response.get("ResponseParameters"),
                templates=response.get("ResponseTemplates"),
            )
            for response in entries(integration.get("IntegrationResponses"))
        ),
    )


def _response(*, status: Any, pattern: str, parameters: Any, templates: Any) -> MockResponse:
    return MockResponse(
        status=int(status or 200), pattern=pattern, headers=tuple(_constants(parameters)), templates=_texts(templates)
    )


def _constants(parameters: Any) -> Iterator[tuple[str, str]]:
    """Give the headers with a constant value; a mock has no response of an integration to take others from."""
    for name, value in (parameters or {}).items():
        if name.startswith(_HEADER) and isinstance(value, str) and value[:1] == "'" == value[-1:]:
            yield name.removeprefix(_HEADER), value[1:-1]


def _texts(templates: Any) -> dict[str, str]:
    return {str(kind): str(text) for kind, text in (templates or {}).items() if isinstance(text, str)}
