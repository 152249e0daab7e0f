"""What the embedded cloud reads differently from CloudFormation, written so that both mean the same."""

from __future__ import annotations

from typing import Any

__all__ = ["adapt"]

_BINARY = "x-amazon-apigateway-binary-media-types"


def adapt(template: dict[str, Any]) -> None:
    """Change a template, in place, for the embedded cloud.

    Media types: API Gateway wants their slash escaped in a property (``image~1png``) and plain in an OpenAPI
    document (https://docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html). The embedded cloud knows only
    the property, takes it as it stands, and its API cannot change it later.
    """
    for resource in template.get("Resources", {}).values():
        if resource.get("Type") == "AWS::ApiGateway::RestApi":
            properties = resource.setdefault("Properties", {})
            body = properties.get("Body")
            types = [properties.get("BinaryMediaTypes"), body.get(_BINARY) if isinstance(body, dict) else None]
            known = [kind for listed in types if isinstance(listed, list) for kind in listed]
            if known and all(isinstance(kind, str) for kind in known):
                properties["BinaryMediaTypes"] = sorted({kind.replace("~1", "/") for kind in known})
