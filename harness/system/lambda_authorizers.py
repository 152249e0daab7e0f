"""Lambda authorizers, as resources and as OpenAPI documents write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from harness.system.model import Authorizer
from harness.system.references import Declared, flag, number

__all__ = ["lambda_authorizer", "sources_of"]

_TTL = 300


def lambda_authorizer(
    name: str, definition: Mapping[str, Any], *, kind: Literal["rest", "http"], header: str, declared: Declared
) -> Authorizer:
    """Give a Lambda authorizer.

    https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html: results count for 300 seconds where nothing
    is said. A REST API sends what is called payload 1.0 elsewhere.

    Args:
        name: Its name in the template.
        definition: ``x-amazon-apigateway-authorizer``, or the properties of the resource.
        kind: The kind of the API.
        header: The header of the security scheme, in which a token comes.
        declared: What the template declares.
    """
    # CloudFormation writes `AuthorizerUri` where a document has `authorizerUri`.
    found = {key[:1].lower() + key[1:]: value for key, value in definition.items()}
    takes: Literal["token", "request"] = "token" if str(found.get("type")).lower() == "token" else "request"
    sources = sources_of(found.get("identitySource"))
    uri = found.get("authorizerUri")
    if takes == "token":
        sources = sources or (f"header.{header}",)
    return Authorizer(
        name=name,
        kind="lambda",
        header=sources[0].removeprefix("header.") if takes == "token" else header,
        function=declared.reference(uri, "AWS::Lambda::Function") if uri else None,
        takes=takes,
        sources=sources,
        validation=found.get("identityValidationExpression") or None,
        ttl=number(found.get("authorizerResultTtlInSeconds"), default=_TTL),
        payload_format="2.0" if kind == "http" and str(found.get("authorizerPayloadFormatVersion")) == "2.0" else "1.0",
        simple_responses=flag(found.get("enableSimpleResponses")),
    )


def sources_of(written: Any) -> tuple[str, ...]:
    """Give the identity sources of an authorizer, however the template writes them.

    >>> sources_of("method.request.header.X-Key, stageVariables.colour")
    ('header.X-Key', 'stageVariables.colour')
    >>> sources_of(["$request.querystring.page", "$context.routeKey"])
    ('querystring.page', 'context.routeKey')
    """
    listed = written.split(",") if isinstance(written, str) else written or ()
    plain = (str(source).strip().removeprefix("$") for source in listed)
    return tuple(source.removeprefix("method.").removeprefix("request.") for source in plain if source)
