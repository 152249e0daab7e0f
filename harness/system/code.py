"""Where the code of functions and layers lies: local folders stay local until a deployment packages them.

A local place is a path as text, as ``aws cloudformation package`` accepts it. The translator of SAM
accepts only S3, so a local place takes the form of an S3 address while SAM is translated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from harness.errors import MalformedTemplate

__all__ = ["anchored", "folder_of", "hidden_from_sam", "made_local"]

_BUCKET = "local-code"
_SAM_PROPERTIES = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
_PROPERTIES = {"AWS::Lambda::Function": "Code", "AWS::Lambda::LayerVersion": "Content"}
_KINDS = {"AWS::Lambda::Function": "function", "AWS::Lambda::LayerVersion": "layer"}
_CDK_ASSET = re.compile(r"[0-9a-f]{64}\.zip")
# What else can say where a function's code is.
_ELSEWHERE = ("InlineCode", "ImageUri", "CodeUri")


def hidden_from_sam(document: dict[str, Any], *, resolved: Callable[[Any], Any]) -> None:
    """Give every local ``CodeUri`` and ``ContentUri``, in place, the form of an S3 address.

    A function that names no code at all gets the template's folder, as ``aws cloudformation package`` does it.
    """
    common = (document.get("Globals") or {}).get("Function") or {}
    if "CodeUri" in common:
        common["CodeUri"] = _hidden(common["CodeUri"], resolved)
    for resource in document["Resources"].values():
        name = _SAM_PROPERTIES.get(resource["Type"])
        properties = resource.get("Properties")
        if name is None or not isinstance(properties, dict):
            continue
        if name in properties:
            properties[name] = _hidden(properties[name], resolved)
        elif name == "CodeUri" and not _has_code({**common, **properties}):
            properties[name] = _hidden(".", resolved)


def _has_code(properties: Mapping[str, Any]) -> bool:
    return properties.get("PackageType") == "Image" or any(name in properties for name in _ELSEWHERE)


def _hidden(place: Any, resolved: Callable[[Any], Any]) -> Any:
    path = resolved(place)
    if not isinstance(path, str) or path.startswith("s3://"):
        return place
    return f"s3://{_BUCKET}/{quote(path, safe='')}"


def made_local(document: dict[str, Any]) -> None:
    """Write every local place, in place, as a path relative to the template.

    ``cdk synth`` says in the metadata of a resource which asset is the code:
    ``aws:asset:path`` and ``aws:asset:property``.
    """
    for resource in document["Resources"].values():
        name = _PROPERTIES.get(resource["Type"])
        if name is None:
            continue
        properties = resource["Properties"] = resource.get("Properties") or {}
        metadata = resource.get("Metadata") or {}
        if "aws:asset:path" in metadata and metadata.get("aws:asset:property") == name:
            properties[name] = metadata["aws:asset:path"]
        else:
            properties[name] = _shown(properties.get(name, "."))


def _shown(place: Any) -> Any:
    if isinstance(place, dict) and place.get("S3Bucket") == _BUCKET:
        return unquote(place["S3Key"])
    return place


def anchored(document: dict[str, Any], *, template: Path) -> None:
    """Write every local place, in place, as an absolute path.

    Raises:
        MalformedTemplate: There is nothing at such a path.
    """
    for name, resource in document["Resources"].items():
        place = _PROPERTIES.get(resource["Type"])
        if place is None:
            continue
        code = _packaged(resource["Properties"][place], folder=template.parent)
        if isinstance(code, str):
            resource["Properties"][place] = _absolute(code, name, resource["Type"], template=template)


def _absolute(code: str, name: str, kind: str, *, template: Path) -> str:
    path = (template.parent / code).resolve()
    if not path.exists():
        raise MalformedTemplate(
            f"The code of the {_KINDS[kind]} {name!r} is not at {code!r}.",
            facts=[("looked for", path), ("declared in", template)],
        )
    return str(path)


def _packaged(code: Any, *, folder: Path) -> Any:
    """Give what a tool packaged and laid beside the template, where an address in S3 speaks of it.

    The Serverless Framework uploads ``.serverless/shop.zip`` to ``serverless/shop/dev/<time>/shop.zip``,
    and cdk uploads ``asset.<hash>`` to ``<hash>.zip``.
    """
    key = code.get("S3Key") if isinstance(code, dict) else None
    if not isinstance(key, str):
        return code
    _, _, file = key.rpartition("/")
    asset = f"asset.{file.removesuffix('.zip')}" if _CDK_ASSET.fullmatch(file) else None
    found = file if key.startswith("serverless/") else asset
    return found if found and (folder / found).exists() else code


def folder_of(properties: Mapping[str, Any], name: str) -> Path | None:
    """Give the local folder that a property names; None for S3, for inline code and for an archive."""
    place = properties.get(name)
    if not isinstance(place, str):
        return None
    path = Path(place)
    if path.suffix == ".zip" and path.parent.name == ".serverless":
        # The Serverless Framework packs the folder around the one in which it leaves the archive.
        return path.parent.parent
    return path if path.is_dir() else None
