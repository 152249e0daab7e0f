"""What the embedded cloud reads differently from CloudFormation, written so that both mean the same."""

from __future__ import annotations

from typing import Any

__all__ = ["adapt"]

_BINARY = "x-amazon-apigateway-binary-media-types"


def adapt(template: dict[str, Any]) -> None:
    """Change a template, in place, for the embedded cloud.

    Variables of functions: CloudFormation makes text of a boolean or a number, for a variable is text
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-environment.html).
    The embedded cloud keeps it, and gives back what boto3 cannot read as text.

    Media types: API Gateway wants their slash escaped in a property (``image~1png``) and plain in an OpenAPI
    document (https://docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html). The embedded cloud knows only
    the property, takes it as it stands, and its API cannot change it later.
    """
    for resource in template.get("Resources", {}).values():
        if resource.get("Type") == "AWS::Lambda::Function":
            _adapt_variables(resource.get("Properties") or {})
        if resource.get("Type") == "AWS::ApiGateway::RestApi":
            properties = resource.setdefault("Properties", {})
            body = properties.get("Body")
            types = [properties.get("BinaryMediaTypes"), body.get(_BINARY) if isinstance(body, dict) else None]
            known = [kind for listed in types if isinstance(listed, list) for kind in listed]
            if known and all(isinstance(kind, str) for kind in known):
                properties["BinaryMediaTypes"] = sorted({kind.replace("~1", "/") for kind in known})


def _adapt_variables(function: dict[str, Any]) -> None:
    environment = function.get("Environment")
    found = environment.get("Variables") if isinstance(environment, dict) else None
    variables: dict[str, Any] = found if isinstance(found, dict) else {}
    for name, value in variables.items():
        if isinstance(value, bool):
            variables[name] = str(value).lower()
        elif isinstance(value, int | float):
            variables[name] = str(value)
