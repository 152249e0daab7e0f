"""A template's file, as plain lists and dictionaries.

CloudFormation's short tags (``!Ref``, ``!Sub``, …) become the long form; any other tag does too, and
nothing is ever executed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness._text import did_you_mean, listed
from harness.errors import MalformedTemplate, NoTemplate

__all__ = ["contents", "parse", "parse_any"]

_SUFFIXES = {".yaml", ".yml", ".json", ".template"}


def contents(path: Path) -> bytes:
    """Give the bytes of a template.

    Raises:
        NoTemplate: There is no such file; the error lists the templates that are in the folder.
    """
    try:
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        folder = path if path.is_dir() else path.parent
        near = _templates_in(folder) if folder.is_dir() else []
        raise NoTemplate(
            f"There is no template at {str(path)!r}.",
            facts=[(f"templates in {folder}", listed(near))],
            remedy=did_you_mean(path.name, near),
        ) from None


def _templates_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir() if entry.is_file() and entry.suffix in _SUFFIXES]


def parse(text: bytes, *, path: Path) -> dict[str, Any]:
    """Give a template, as YAML or JSON writes it.

    Raises:
        MalformedTemplate: It is neither, or it has no ``Resources``; the error tells line and column.
    """
    document = parse_any(text, path=path)
    if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
        raise MalformedTemplate("The template has no Resources.", facts=[("template", path)])
    for name, resource in document["Resources"].items():
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise MalformedTemplate(f"The resource {name!r} has no Type.", facts=[("template", path)])
    return document


def parse_any(text: bytes, *, path: Path) -> Any:
    """Give what a YAML or JSON file holds, short tags included.

    Raises:
        MalformedTemplate: It is neither; the error tells line and column.
    """
    if path.suffix == ".json" or text.lstrip().startswith(b"{"):
        return _from_json(text, path=path)
    return _from_yaml(text, path=path)


def _from_json(text: bytes, *, path: Path) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if path.suffix != ".json":
            # YAML may start with a brace as well.
            return _from_yaml(text, path=path)
        raise _malformed(path, line=error.lineno, column=error.colno, problem=error.msg) from None
    except UnicodeDecodeError as error:
        raise _malformed(path, line=1, column=error.start + 1, problem=error.reason) from None


def _from_yaml(text: bytes, *, path: Path) -> Any:
    import yaml  # noqa: PLC0415 - it takes 30 ms, and a template that is in the cache does not need it

    from harness.system.yaml_tags import loader  # noqa: PLC0415 - it imports yaml

    try:
        return yaml.load(text, Loader=loader())  # noqa: S506 - a SafeLoader with tags that only build dictionaries
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark or yaml.Mark("", 0, 0, 0, None, 0)
        raise _malformed(path, line=mark.line + 1, column=mark.column + 1, problem=str(error.problem)) from None
    except yaml.reader.ReaderError as error:
        raise _malformed(path, line=1, column=error.position + 1, problem=error.reason) from None


def _malformed(path: Path, *, line: int, column: int, problem: str) -> MalformedTemplate:
    kind = "JSON" if path.suffix == ".json" else "YAML"
    return MalformedTemplate(
        f"The template {str(path)!r} is not {kind}.",
        facts=[("line", line), ("column", column), ("problem", problem)],
    )
