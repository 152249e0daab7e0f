"""Function URLs: the addresses at which functions are called without any API."""

from __future__ import annotations

from collections.abc import Iterator

from harness.system.cors import cors_of
from harness.system.model import Api, Authorizer, Resource, Route
from harness.system.references import Declared

__all__ = ["urls_of"]


def urls_of(declared: Declared) -> Iterator[Api]:
    """Give the URLs of declared functions: each has one route for every method and path, with payload 2.0.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """
    for resource in declared.of_type("AWS::Lambda::Url"):
        function = declared.logical_id(resource.properties.get("TargetFunctionArn"), "AWS::Lambda::Function")
        if function is not None:
            yield _url(resource, function)


def _url(resource: Resource, function: str) -> Api:
    is_signed = resource.properties.get("AuthType") == "AWS_IAM"
    route = Route(
        api=resource.name,
        method="ANY",
        path="$default",
        function=function,
        authorizer=Authorizer(name="AWS_IAM", kind="iam") if is_signed else None,
        payload_format="2.0",
        streams=resource.properties.get("InvokeMode") == "RESPONSE_STREAM",
    )
    cors = cors_of(resource.properties.get("Cors"))
    return Api(name=resource.name, kind="url", stage="$default", routes=(route,), cors=cors)
