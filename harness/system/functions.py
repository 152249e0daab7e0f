"""The functions of a template."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.system import code
from harness.system.model import Function, Resource
from harness.system.references import Declared, number

__all__ = ["functions_of"]


def functions_of(declared: Declared) -> dict[str, Function]:
    """Give the functions by logical id."""
    return {resource.name: _function(resource, declared) for resource in declared.of_type("AWS::Lambda::Function")}


def _function(resource: Resource, declared: Declared) -> Function:
    properties = resource.properties
    return Function(
        name=resource.name,
        # A container image has neither a handler nor a runtime here: both are in the image.
        handler=declared.text(properties.get("Handler", "")),
        runtime=declared.text(properties.get("Runtime", "")),
        code=code.folder_of(properties, "Code"),
        timeout=number(properties.get("Timeout"), default=Function.timeout),
        memory=int(number(properties.get("MemorySize"), default=Function.memory)),
        environment=_environment(properties),
        layers=tuple(_layers(properties, declared)),
        role=properties.get("Role"),
        architecture=_architecture(properties),
    )


def _environment(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    variables: Mapping[str, Any] = (properties.get("Environment") or {}).get("Variables") or {}
    return variables


def _layers(properties: Mapping[str, Any], declared: Declared) -> list[Path]:
    layers = properties.get("Layers") or []
    names = [declared.logical_id(layer, "AWS::Lambda::LayerVersion") for layer in layers]
    folders = [code.folder_of(declared.resources[name].properties, "Content") for name in names if name]
    return [folder for folder in folders if folder]


def _architecture(properties: Mapping[str, Any]) -> str:
    architectures = properties.get("Architectures") or [Function.architecture]
    return str(architectures[0])
