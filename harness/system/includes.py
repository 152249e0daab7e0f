"""Files that a template takes in: definitions of APIs and state machines, schemas, and ``AWS::Include``.

``aws cloudformation package`` would upload them; here their content takes the place of their name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.errors import MalformedTemplate
from harness.system.bare_variables import quoted
from harness.system.template import parse_any

__all__ = ["are_unchanged", "take_in"]

_DEFINITIONS = {
    "AWS::Serverless::Api": ("DefinitionUri", "DefinitionBody"),
    "AWS::Serverless::HttpApi": ("DefinitionUri", "DefinitionBody"),
    "AWS::Serverless::StateMachine": ("DefinitionUri", "Definition"),
    "AWS::ApiGateway::RestApi": ("BodyS3Location", "Body"),
    "AWS::ApiGatewayV2::Api": ("BodyS3Location", "Body"),
    "AWS::StepFunctions::StateMachine": ("DefinitionS3Location", "Definition"),
}
# Schemas of GraphQL stay text.
_TEXTS = {
    "AWS::AppSync::GraphQLSchema": ("DefinitionS3Location", "Definition"),
    "AWS::Serverless::GraphQLApi": ("SchemaUri", "SchemaInline"),
}


def take_in(document: dict[str, Any], *, template: Path) -> dict[str, str]:
    """Replace the names of local files, in place, by their content; give their fingerprints by name.

    Raises:
        MalformedTemplate: A file is not there or cannot be read.
    """
    taken: dict[str, str] = {}
    for resource in document["Resources"].values():
        properties = resource.get("Properties") or {}
        address, body = _DEFINITIONS.get(resource["Type"], ("", ""))
        if _is_local(properties.get(address)):
            is_machine = resource["Type"].endswith("::StateMachine")
            properties[body] = _content(properties.pop(address), taken, template=template, variables=is_machine)
        address, body = _TEXTS.get(resource["Type"], ("", ""))
        if _is_local(properties.get(address)):
            properties[body] = _text(properties.pop(address), taken, template=template).decode()
    document["Resources"] = _with_includes(document["Resources"], taken, template=template)
    return taken


def are_unchanged(fingerprints: Mapping[str, str], *, folder: Path) -> bool:
    """Say whether the files that were taken in are still the same."""
    return all(
        (folder / name).is_file() and _fingerprint((folder / name).read_bytes()) == fingerprint
        for name, fingerprint in fingerprints.items()
    )


def _is_local(place: Any) -> bool:
    return isinstance(place, str) and not place.startswith(("s3://", "https://"))


def _content(name: str, taken: dict[str, str], *, template: Path, variables: bool = False) -> Any:
    text, path = _text(name, taken, template=template), template.parent / name
    return parse_any(quoted(text.decode()).encode() if variables and path.suffix == ".json" else text, path=path)


def _text(name: str, taken: dict[str, str], *, template: Path) -> bytes:
    path = template.parent / name
    if not path.is_file():
        raise MalformedTemplate(
            f"The template takes in the file {name!r}, which is not there.",
            facts=[("looked for", path), ("declared in", template)],
        )
    text = path.read_bytes()
    taken[name] = _fingerprint(text)
    return text


def _fingerprint(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _with_includes(value: Any, taken: dict[str, str], *, template: Path) -> Any:
    """Give a value with ``Fn::Transform: {Name: AWS::Include, Parameters: {Location: file}}`` carried out."""
    if isinstance(value, list):
        return [_with_includes(item, taken, template=template) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _with_includes(item, taken, template=template) for key, item in value.items()}
    location = _location(kept.get("Fn::Transform"))
    if not _is_local(location):
        return kept
    del kept["Fn::Transform"]
    content = _content(location, taken, template=template)
    # The content stands beside the other keys, says the page of AWS::Include.
    return {**content, **kept} if isinstance(content, dict) else content


def _location(transform: Any) -> Any:
    if not isinstance(transform, dict) or transform.get("Name") != "AWS::Include":
        return None
    return (transform.get("Parameters") or {}).get("Location")
