"""REST APIs that are imported from an OpenAPI document.

The embedded cloud imports paths, methods and authorizers. It leaves out request validators, models and
parameters, the method for all methods, everything of an integration but its address, and gateway responses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.completing import streams
from harness.cloud.completing.methods import Methods, difference
from harness.cloud.completing.openapi import operations
from harness.cloud.completing.wanted import Wanted, is_known

__all__ = ["complete"]

_EXTENSION = "x-amazon-apigateway-"


def complete(wanted: Wanted, *, cloud: Cloud, stages: list[str]) -> list[str]:
    """Complete an API that is declared by an OpenAPI document.

    Args:
        wanted: The API.
        cloud: The embedded cloud.
        stages: Its API Gateway stages.
    """
    body = wanted.properties.get("Body")
    if not isinstance(body, Mapping):
        located = "BodyS3Location" in wanted.properties
        return [wanted.not_done("its document in S3 is not imported")] if located else []
    client = cloud.client("apigateway")
    lines = [
        *_validators(wanted, body, client=client),
        *_operations(wanted, body, client=client),
        *_gateway_responses(wanted, body, client=client),
        *_settings(wanted, body, client=client),
    ]
    if any(not line.startswith("not done here:") for line in lines):
        _deploy(wanted, client=client, stages=stages)
    return lines


def _validators(wanted: Wanted, body: Mapping[str, Any], *, client: Any) -> list[str]:
    declared = body.get(f"{_EXTENSION}request-validators") or {}
    there = {each["name"] for each in client.get_request_validators(restApiId=wanted.physical, limit=500)["items"]}
    missing = {name: checks for name, checks in declared.items() if name not in there}
    for name, checks in missing.items():
        client.create_request_validator(
            restApiId=wanted.physical,
            name=name,
            validateRequestBody=bool(checks.get("validateRequestBody")),
            validateRequestParameters=bool(checks.get("validateRequestParameters")),
        )
    return [wanted.done(f"request validator {name!r}") for name in missing]


def _operations(wanted: Wanted, body: Mapping[str, Any], *, client: Any) -> list[str]:
    lines: list[str] = []
    methods = Methods(client, wanted.physical)
    for operation in operations(body):
        there = methods.there(operation)
        before = difference(methods.wanted(operation), there)
        if before:
            methods.put(operation, instead_of=there)
            after = difference(methods.wanted(operation), methods.there(operation))
            lines += wanted.lines(before, after, of=f"{operation.method} {operation.path}: ")
        lines += streams.of_operation(wanted, operation)
    return lines


def _gateway_responses(wanted: Wanted, body: Mapping[str, Any], *, client: Any) -> list[str]:
    declared = body.get(f"{_EXTENSION}gateway-responses") or {}
    there = {each["responseType"]: each for each in client.get_gateway_responses(restApiId=wanted.physical)["items"]}
    lines = []
    for kind, response in declared.items():
        given = {key: value for key, value in response.items() if value}
        given |= {"statusCode": str(given["statusCode"])} if "statusCode" in given else {}
        have = there.get(kind, {})
        if have.get("defaultResponse", True) or any(have.get(key) != value for key, value in given.items()):
            client.put_gateway_response(restApiId=wanted.physical, responseType=kind, **given)
            lines.append(wanted.done(f"gateway response {kind}"))
    return lines


def _settings(wanted: Wanted, body: Mapping[str, Any], *, client: Any) -> list[str]:
    have = client.get_rest_api(restApiId=wanted.physical)
    lines = []
    source = body.get(f"{_EXTENSION}api-key-source") or wanted.properties.get("ApiKeySourceType")
    if source and have.get("apiKeySource") != source:
        _patch(wanted, client=client, path="/apiKeySource", value=source)
        lines.append(wanted.done("source of API keys"))
    # API Gateway wants the slash of a media type escaped in a property, and unescaped in the document.
    types = [kind.replace("~1", "/") for kind in wanted.properties.get("BinaryMediaTypes") or []]
    types += body.get(f"{_EXTENSION}binary-media-types") or []
    missing = sorted(set(types) - set(have.get("binaryMediaTypes", [])))
    if missing:
        lines.append(wanted.not_done(f"binary media types {', '.join(missing)}"))
    policy = body.get(f"{_EXTENSION}policy")
    if policy and is_known(policy) and not have.get("policy"):
        _patch(wanted, client=client, path="/policy", value=json.dumps(policy))
        lines.append(wanted.done("resource policy"))
    return lines


def _patch(wanted: Wanted, *, client: Any, path: str, value: str) -> None:
    client.update_rest_api(restApiId=wanted.physical, patchOperations=[{"op": "replace", "path": path, "value": value}])


def _deploy(wanted: Wanted, *, client: Any, stages: list[str]) -> None:
    """Deploy the API once more: a stage of API Gateway shows what was there at its last deployment."""
    deployment = client.create_deployment(restApiId=wanted.physical, description="completed by harness")["id"]
    for stage in stages:
        client.update_stage(
            restApiId=wanted.physical,
            stageName=stage,
            patchOperations=[{"op": "replace", "path": "/deploymentId", "value": deployment}],
        )
