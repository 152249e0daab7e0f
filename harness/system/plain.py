"""A template as plain CloudFormation, from the cache where it is there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from harness._files import write
from harness.system import code, includes, sam
from harness.system.bare_variables import with_bare_variables
from harness.system.intrinsics import Scope, resolve
from harness.system.parameters import seen_by_ref, values_of
from harness.system.template import contents, parse

__all__ = ["plain"]

# Raise it whenever the same template would give something else than before.
_FORMAT = 2


def plain(
    template: Path, parameters: Mapping[str, str], *, pseudo: Mapping[str, str], cache: Path | None = None
) -> dict[str, Any]:
    """Give a template as plain CloudFormation; local code stays local, as paths relative to the template.

    Args:
        template: SAM or plain CloudFormation, YAML or JSON.
        parameters: Values for its parameters.
        pseudo: The pseudo parameters, ``AWS::Region`` among them.
        cache: The folder in which results are kept, so that neither YAML nor SAM is read twice.

    Raises:
        NoTemplate: There is no such file.
        MalformedTemplate: It cannot be read.
    """
    text = contents(template)
    entry = cache / f"{_key(text, parameters, pseudo)}.json" if cache else None
    kept = _kept(entry, folder=template.parent) if entry else None
    if kept is not None:
        return kept
    document, fingerprints = _read(text, parameters, pseudo=pseudo, template=template)
    if entry:
        write(entry, json.dumps({"template": document, "taken_in": fingerprints}).encode())
    return document


def _read(
    text: bytes, parameters: Mapping[str, str], *, pseudo: Mapping[str, str], template: Path
) -> tuple[dict[str, Any], dict[str, str]]:
    document = parse(text, path=template)
    values = values_of(document, parameters, template=template)
    fingerprints = includes.take_in(document, template=template)
    if sam.is_sam(document):
        known = seen_by_ref(document, values)
        mappings, conditions = (document.get(section) or {} for section in ("Mappings", "Conditions"))
        scope = Scope(parameters=known, mappings=mappings, conditions=conditions, pseudo=pseudo)
        code.hidden_from_sam(document, resolved=lambda value: resolve(value, scope))
        document = sam.translated(document, values, region=pseudo["AWS::Region"], template=template)
    code.made_local(document)
    resources = {name: with_bare_variables(resource) for name, resource in document["Resources"].items()}
    return {**document, "Resources": resources}, fingerprints


def _key(text: bytes, parameters: Mapping[str, str], pseudo: Mapping[str, str]) -> str:
    rest = json.dumps([_FORMAT, sorted(parameters.items()), sorted(pseudo.items())], default=str)
    return hashlib.sha256(b"\0".join([text, rest.encode(), _translator()])).hexdigest()


def _translator() -> bytes:
    """Give the file that holds the version of the translator; importing it, or its metadata, takes 50 ms."""
    spec = find_spec("samtranslator")
    return Path(spec.origin).read_bytes() if spec and spec.origin else b""


def _kept(entry: Path, *, folder: Path) -> dict[str, Any] | None:
    """Give the template of an entry; None when there is none, or one that is broken or too old."""
    try:
        kept = json.loads(entry.read_bytes())
        document: dict[str, Any] = kept["template"]
        usable = isinstance(document["Resources"], dict) and includes.are_unchanged(kept["taken_in"], folder=folder)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return document if usable else None
