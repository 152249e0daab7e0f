"""What the functions of a template do about asynchronous invocations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from harness.system.model import AsyncConfig, Resource
from harness.system.references import Declared, number

__all__ = ["asynchronous_of"]

_FUNCTION = "AWS::Lambda::Function"


def asynchronous_of(declared: Declared) -> dict[str, AsyncConfig]:
    """Give what is configured by function; a function without any configuration is left out."""
    found: dict[str, AsyncConfig] = {}
    for resource in declared.of_type(_FUNCTION):
        target = (resource.properties.get("DeadLetterConfig") or {}).get("TargetArn")
        if target is not None:
            found[resource.name] = AsyncConfig(dead_letters=declared.reference(target))
    for function, properties in _configurations(declared):
        found[function] = _configured(found.get(function, AsyncConfig()), properties, declared)
    return found


def _configurations(declared: Declared) -> Iterator[tuple[str, Mapping[str, Any]]]:
    # A function can have one for each qualifier. What starts a function that has an alias calls the alias, so that
    # one decides.
    configurations = sorted(declared.of_type("AWS::Lambda::EventInvokeConfig"), key=_is_of_alias)
    for resource in configurations:
        yield declared.reference(resource.properties.get("FunctionName"), _FUNCTION), resource.properties


def _is_of_alias(resource: Resource) -> bool:
    return bool(resource.properties.get("Qualifier", "$LATEST") != "$LATEST")


def _configured(config: AsyncConfig, properties: Mapping[str, Any], declared: Declared) -> AsyncConfig:
    destinations = properties.get("DestinationConfig") or {}
    return replace(
        config,
        retries=int(number(properties.get("MaximumRetryAttempts"), default=AsyncConfig.retries)),
        on_success=_destination(destinations, "OnSuccess", declared),
        on_failure=_destination(destinations, "OnFailure", declared),
    )


def _destination(destinations: Mapping[str, Any], when: str, declared: Declared) -> str | None:
    destination = (destinations.get(when) or {}).get("Destination")
    return None if destination is None else declared.reference(destination)
