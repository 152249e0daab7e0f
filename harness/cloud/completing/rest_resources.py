"""REST APIs that are declared by resources of their own.

The embedded cloud makes up the id of an ``AWS::ApiGateway::RequestValidator`` and creates none, and it drops
the property ``RequestValidatorId`` of a method.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.completing import streams
from harness.cloud.completing.wanted import Wanted

__all__ = ["complete_method"]


def complete_method(wanted: Wanted, *, cloud: Cloud, validators: Mapping[str, Wanted]) -> list[str]:
    """Give a method its request validator.

    Args:
        wanted: The method.
        cloud: The embedded cloud.
        validators: The validators of the template by physical id.
    """
    properties, client = wanted.properties, cloud.client("apigateway")
    lines = streams.of_method(wanted)
    if not properties.get("RequestValidatorId"):
        return lines
    validator = validators.get(str(properties["RequestValidatorId"]))
    place = {
        "restApiId": properties["RestApiId"],
        "resourceId": _resource_of(properties, client=client),
        "httpMethod": properties["HttpMethod"],
    }
    if validator is None or not all(isinstance(value, str) for value in place.values()):
        return [*lines, wanted.not_done("request validator")]
    real = _id_of(validator, client=client, api=place["restApiId"])
    if client.get_method(**place).get("requestValidatorId") == real:
        return lines
    client.update_method(**place, patchOperations=[{"op": "replace", "path": "/requestValidatorId", "value": real}])
    return [*lines, wanted.done("request validator")]


def _id_of(validator: Wanted, *, client: Any, api: str) -> str:
    """Give the id of a validator; it is created when it is missing."""
    there = client.get_request_validators(restApiId=api, limit=500)["items"]
    name = str(validator.properties.get("Name") or validator.name)
    found = {each["id"]: each["id"] for each in there} | {each["name"]: each["id"] for each in there}
    known = found.get(validator.physical) or found.get(name)
    if known:
        return str(known)
    created = client.create_request_validator(
        restApiId=api,
        name=name,
        validateRequestBody=_is_true(validator.properties.get("ValidateRequestBody")),
        validateRequestParameters=_is_true(validator.properties.get("ValidateRequestParameters")),
    )
    return str(created["id"])


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _resource_of(properties: Mapping[str, Any], *, client: Any) -> Any:
    """Give the id of a method's path; that of the root is known to API Gateway only."""
    resource, api = properties["ResourceId"], properties["RestApiId"]
    if isinstance(resource, str) or not isinstance(api, str):
        return resource
    is_root = resource == {"Fn::GetAtt": [_owner(resource), "RootResourceId"]}
    return client.get_rest_api(restApiId=api).get("rootResourceId", resource) if is_root else resource


def _owner(attribute: Mapping[str, Any]) -> Any:
    argument = attribute.get("Fn::GetAtt")
    return argument[0] if isinstance(argument, list) else None
