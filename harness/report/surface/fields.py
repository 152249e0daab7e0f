"""The fields of GraphQL APIs of AppSync that have a resolver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.system.model import Resource, System
from harness.system.references import Declared

__all__ = ["Field", "fields_of"]


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a GraphQL API that is resolved by something.

    Args:
        api: The logical id of the API.
        type: The type that has the field: ``Query``, ``Mutation``, or one of the schema's own.
        field: The name of the field.
        function: The logical id of the function behind it; empty where a table or nothing is, or a pipeline.
    """

    api: str
    type: str
    field: str
    function: str = ""

    @property
    def name(self) -> str:
        """Its name in the surface."""
        return f"{self.api} {self.type}.{self.field}"


def fields_of(system: System, *, declared: Declared) -> Iterator[Field]:
    """Give the fields in the order of the template."""
    for resolver in system.of_type("AWS::AppSync::Resolver").values():
        said = resolver.properties
        api = declared.logical_id(said.get("ApiId"), "AWS::AppSync::GraphQLApi")
        if api is not None:
            source = _source(resolver, declared)
            config = (source.properties.get("LambdaConfig") or {}) if source else {}
            function = declared.logical_id(config.get("LambdaFunctionArn"), "AWS::Lambda::Function")
            yield Field(
                api=api,
                type=declared.text(said.get("TypeName")),
                field=declared.text(said.get("FieldName")),
                function=function or "",
            )


def _source(resolver: Resource, declared: Declared) -> Resource | None:
    """Give the data source of a resolver, which names it by its name in AppSync."""
    wanted = resolver.properties.get("DataSourceName")
    referred = declared.logical_id(wanted, "AWS::AppSync::DataSource")
    if referred is not None:
        return declared.resources[referred]
    sources = declared.of_type("AWS::AppSync::DataSource")
    return next((one for one in sources if wanted and one.properties.get("Name") == wanted), None)
