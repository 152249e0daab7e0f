"""What a REST API sends where it answers by itself, as the template changes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.system.model import GatewayResponse
from harness.system.references import Declared

__all__ = ["gateway_responses_of"]

_HEADER = "gatewayresponse.header."


def gateway_responses_of(api: str, document: Mapping[str, Any], declared: Declared) -> dict[str, GatewayResponse]:
    """Give the gateway responses of an API by type: of its document, and those that are resources of their own.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
    """
    in_document = document.get("x-amazon-apigateway-gateway-responses") or {}
    found = {
        kind: _response(one.get("statusCode"), one.get("responseParameters"), one.get("responseTemplates"))
        for kind, one in in_document.items()
        if isinstance(one, Mapping)
    }
    for resource in declared.of_type("AWS::ApiGateway::GatewayResponse"):
        one = resource.properties
        if declared.logical_id(one.get("RestApiId")) == api:
            found[str(one.get("ResponseType"))] = _response(
                one.get("StatusCode"), one.get("ResponseParameters"), one.get("ResponseTemplates")
            )
    return found


def _response(status: Any, parameters: Any, templates: Any) -> GatewayResponse:
    template = (templates or {}).get("application/json")
    return GatewayResponse(
        status=int(status) if status else None,
        headers=tuple(
            (name.removeprefix(_HEADER), value)
            for name, value in (parameters or {}).items()
            if name.startswith(_HEADER) and isinstance(value, str)
        ),
        template=template if isinstance(template, str) else None,
    )
