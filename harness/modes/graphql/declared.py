"""What a template says of an API of AppSync: its schema, who may ask, and which function is behind which field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import MalformedTemplate, NotOffered, UnknownResource
from harness.modes.graphql.places import APIS
from harness.system.model import Resource, System

__all__ = ["DeclaredApi", "Provider", "Resolver", "declared_api"]

_REMEDY = "run this test with --mode=http."


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A way to be let in: ``API_KEY``, ``AMAZON_COGNITO_USER_POOLS``, ``AWS_IAM``, ``OPENID_CONNECT``, ``AWS_LAMBDA``.

    Args:
        kind: In AppSync's words.
        settings: ``UserPoolConfig`` or what the kind needs, as the template writes it.
    """

    kind: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Resolver:
    """What is behind a field.

    Args:
        name: The logical id, for errors.
        function: The ``LambdaFunctionArn`` of its data source, as the template writes it.
    """

    name: str
    function: Any


@dataclass(frozen=True, kw_only=True)
class DeclaredApi:
    """An API of AppSync.

    Args:
        name: The logical id.
        schema: In GraphQL's schema definition language.
        providers: The default one first.
        resolvers: By type and field.
    """

    name: str
    schema: str
    providers: tuple[Provider, ...]
    resolvers: Mapping[tuple[str, str], Resolver]


def declared_api(system: System, name: str) -> DeclaredApi:
    """Read an API of AppSync from a template.

    Raises:
        UnknownResource: No such API has this logical id.
        MalformedTemplate: It has no schema in the template.
        NotOffered: A resolver is no direct Lambda resolver, or users of its pool are shut out by default.
    """
    __tracebackhide__ = True
    apis = system.of_type(APIS)
    if name not in apis:
        raise UnknownResource("GraphQL API", name, known=apis, declared_in=system.template)
    return DeclaredApi(
        name=name,
        schema=_schema(system, name),
        providers=_providers(apis[name]),
        resolvers={
            (str(found.properties["TypeName"]), str(found.properties["FieldName"])): _resolver(found, system=system)
            for found in _of(name, "AWS::AppSync::Resolver", system=system)
        },
    )


def _schema(system: System, api: str) -> str:
    for schema in _of(api, "AWS::AppSync::GraphQLSchema", system=system):
        if isinstance(text := schema.properties.get("Definition"), str):
            return text
    raise MalformedTemplate(
        f"The GraphQL API {api!r} has no schema in the template.",
        facts=[("template", system.template)],
        remedy="write it in its AWS::AppSync::GraphQLSchema, or name a local file there as DefinitionS3Location",
    )


def _providers(api: Resource) -> tuple[Provider, ...]:
    declared = [api.properties, *(api.properties.get("AdditionalAuthenticationProviders") or [])]
    if (api.properties.get("UserPoolConfig") or {}).get("DefaultAction") == "DENY":
        raise NotOffered(
            f"The GraphQL API {api.name!r} shuts out users of its pool by default, "
            "which is not played in handler and invoke mode.",
            remedy=_REMEDY,
        )
    return tuple(Provider(kind=str(one["AuthenticationType"]), settings=one) for one in declared)


def _resolver(resolver: Resource, *, system: System) -> Resolver:
    """Read a direct Lambda resolver: one function, and neither templates nor code around it.

    https://docs.aws.amazon.com/appsync/latest/devguide/direct-lambda-reference.html
    """
    said = resolver.properties
    source = _source(resolver, system=system)
    templates = any(said.get(part) for part in ("RequestMappingTemplate", "ResponseMappingTemplate", "Code"))
    in_s3 = any(key.endswith("S3Location") for key in said)
    if said.get("Kind") == "PIPELINE":
        raise _not_played(resolver, "it is a pipeline")
    if templates or in_s3:
        raise _not_played(resolver, "it has templates or code of its own")
    if said.get("MaxBatchSize") not in (None, 0, "0"):
        raise _not_played(resolver, "it batches")
    if source is None or source.properties.get("Type") != "AWS_LAMBDA":
        kind = source.properties.get("Type") if source else "not in the template"
        raise _not_played(resolver, f"its data source is {kind}, not AWS_LAMBDA")
    return Resolver(name=resolver.name, function=source.properties["LambdaConfig"]["LambdaFunctionArn"])


def _source(resolver: Resource, *, system: System) -> Resource | None:
    sources = system.of_type("AWS::AppSync::DataSource")
    wanted = resolver.properties.get("DataSourceName")
    named = {source.properties.get("Name"): source for source in sources.values()}
    return sources.get(_logical_id(wanted) or "") or (named.get(wanted) if isinstance(wanted, str) else None)


def _of(api: str, kind: str, *, system: System) -> list[Resource]:
    return [one for one in system.of_type(kind).values() if _logical_id(one.properties.get("ApiId")) == api]


def _logical_id(value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return None
    if "Ref" in value:
        return str(value["Ref"])
    attribute = value.get("Fn::GetAtt")
    return str(attribute[0]) if isinstance(attribute, list) else None


def _not_played(resolver: Resource, why: str) -> NotOffered:
    field = f"{resolver.properties.get('TypeName')}.{resolver.properties.get('FieldName')}"
    return NotOffered(
        f"The resolver {resolver.name!r} is not played in handler and invoke mode: {why}.",
        facts=[("field", field), ("played", "direct Lambda resolvers")],
        remedy=_REMEDY,
    )
