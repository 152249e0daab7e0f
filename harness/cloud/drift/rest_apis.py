"""REST APIs: the routes that their stage serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.cloud.completing.openapi import operations
from harness.cloud.drift.difference import Difference, missing
from harness.cloud.drift.place import Absent, Place, function_in
from harness.cloud.drift.routes import Guard, Served, differing, guard_of
from harness.system.model import Api, Resource

__all__ = ["look", "served"]

_METHOD = "AWS::ApiGateway::Method"
_ROOT = "RootResourceId"


def look(api: Api, *, place: Place) -> Iterator[Difference]:
    """Give what differs of a REST API."""
    physical = place.names.physical[api.name]
    client = place.client("apigateway")

    def listed(operation: str, of: str = "items", **more: Any) -> Any:
        return place.ask(
            "routes of REST APIs",
            action="apigateway:GET",
            call=lambda: place.pages("apigateway", operation, of=of, restApiId=physical, **more),
        )

    # Methods come with their integrations.
    # https://docs.aws.amazon.com/apigateway/latest/api/API_GetResources.html
    resources = listed("get_resources", embed=["methods"], PaginationConfig={"PageSize": 500})
    if resources is Absent.GONE:
        yield missing("api", api.name)
        return
    parts = [listed("get_authorizers"), listed("get_request_validators")]
    if resources is Absent.UNREAD or any(isinstance(part, Absent) for part in parts):
        return
    snapshot = None
    if api.stage and not place.cloud.embedded:
        snapshot = place.ask(
            "stages of REST APIs",
            action="apigateway:GET",
            call=lambda: _snapshot(client, api=physical, stage=api.stage),
        )
        if snapshot is Absent.GONE:
            yield missing("api", api.name, what=f"stage {api.stage}")
            return
    routes = served(resources, *parts, snapshot=snapshot if isinstance(snapshot, Mapping) else None)
    yield from differing(api, routes, declared=_declared(api, resources, place=place), place=place)


def _snapshot(client: Any, *, api: str, stage: str) -> Mapping[str, Any]:
    """Give what the stage serves: a change of the API reaches it with the next deployment only.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
    """
    deployment = client.get_stage(restApiId=api, stageName=stage)["deploymentId"]
    found = client.get_deployment(restApiId=api, deploymentId=deployment, embed=["apisummary"])
    summary: Mapping[str, Any] = found.get("apiSummary") or {}
    return summary


def served(
    resources: list[Mapping[str, Any]],
    authorizers: list[Mapping[str, Any]],
    validators: list[Mapping[str, Any]],
    *,
    snapshot: Mapping[str, Any] | None,
) -> dict[str, Served]:
    """Give the deployed routes by method and path.

    Args:
        resources: What GetResources gives, methods included.
        authorizers: What GetAuthorizers gives.
        validators: What GetRequestValidators gives.
        snapshot: What the stage's deployment says of each method (``apiSummary``): whether it was there, and who might
            pass. An embedded cloud serves the API as it is now, and says nothing of the kind.
    """
    guards = {one["id"]: _guard(one) for one in authorizers}
    checks = {one["id"]: one for one in validators}
    found = {
        f"{name} {resource['path']}": (method, ((snapshot or {}).get(resource["path"]) or {}).get(name))
        for resource in resources
        for name, method in (resource.get("resourceMethods") or {}).items()
    }
    tells = any("authorizationType" in then for methods in (snapshot or {}).values() for then in methods.values())
    return {
        key: _served(method, then or {}, guards=guards, checks=checks)
        for key, (method, then) in found.items()
        if then is not None or not tells
    }


def _served(
    method: Mapping[str, Any],
    then: Mapping[str, Any],
    *,
    guards: Mapping[str, Guard],
    checks: Mapping[str, Mapping[str, Any]],
) -> Served:
    validator = checks.get(method.get("requestValidatorId", ""), {})
    checked = {"body": "validateRequestBody", "parameters": "validateRequestParameters"}
    kind = then.get("authorizationType") or method.get("authorizationType", "")
    return Served(
        function=function_in((method.get("methodIntegration") or {}).get("uri") or ""),
        guard=guard_of(kind, authorizers=guards, authorizer=method.get("authorizerId", "")),
        scopes=tuple(method.get("authorizationScopes") or ()),
        validates=tuple(part for part, name in checked.items() if validator.get(name)),
        required=tuple(
            name.removeprefix("method.request.")
            for name, is_required in (method.get("requestParameters") or {}).items()
            if is_required
        ),
        has_model=bool(method.get("requestModels")),
    )


def _guard(authorizer: Mapping[str, Any]) -> Guard:
    function = function_in(authorizer.get("authorizerUri") or "")
    providers = authorizer.get("providerARNs") or ()
    # API Gateway gives a list of them; an embedded cloud keeps the text of a template that has one alone.
    trusts = (providers,) if isinstance(providers, str) else tuple(providers)
    trusts = trusts or ((function,) if function else ())
    return Guard(id=authorizer["id"], name=authorizer["name"], trusts=trusts)


def _declared(api: Api, resources: list[Mapping[str, Any]], *, place: Place) -> frozenset[str] | None:
    """Give all routes of the template, those that lead to no function too; None when they are not known."""
    properties = place.resources("AWS::ApiGateway::RestApi")
    body = next((one.properties.get("Body") for one in properties if one.name == api.name), None)
    located = any("BodyS3Location" in one.properties for one in properties if one.name == api.name)
    if located or not (body is None or isinstance(body, Mapping)):
        return None
    paths = (body or {}).get("paths") or {}
    if any(str(path).startswith("Fn::") for path in paths):
        return None
    written = {f"{operation.method} {operation.path}" for operation in operations(body or {})}
    alone = {_method(one, api=api, resources=resources, place=place) for one in place.resources(_METHOD)}
    return None if None in alone else frozenset(written | {key for key in alone if key})


def _method(method: Resource, *, api: Api, resources: list[Mapping[str, Any]], place: Place) -> str | None:
    """Give the key of a method that is a resource; empty for one of another API, None when its path is not known."""
    declared = method.properties
    if declared.get("RestApiId") != place.names.physical[api.name]:
        return ""
    paths = {resource["id"]: resource["path"] for resource in resources}
    resource = declared.get("ResourceId")
    if isinstance(resource, str):
        # What was deleted by hand is not among the deployed ones, and is told as missing.
        return f"{declared['HttpMethod'].upper()} {paths.get(resource, '')}"
    return f"{declared['HttpMethod'].upper()} /" if _ROOT in str(resource) else None
