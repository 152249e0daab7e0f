"""The tables of the project's file, and what is wrong with them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness._text import did_you_mean, listed
from harness.errors import MalformedSettings

__all__ = ["FILE", "known_only", "names", "read_tool_table", "section", "table", "texts_only"]

FILE = "pyproject.toml"


def section(where: str) -> str:
    """Give the heading of a table, as people know it.

    >>> section(""), section("stages.dev")
    ('[tool.harness]', '[tool.harness.stages.dev]')
    """
    return f"[tool.harness{where and '.'}{where}]"


def read_tool_table(root: Path, *, known: tuple[str, ...]) -> dict[str, Any]:
    """Give ``[tool.harness]`` of a project; empty when there is none.

    Args:
        root: The project's folder.
        known: The settings that it may have.

    Raises:
        MalformedSettings: The file cannot be read, or holds something that is no setting.
    """
    path = root / FILE
    if not path.is_file():
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("harness", {})
    except tomllib.TOMLDecodeError as error:
        raise MalformedSettings(f"{str(path)!r} cannot be read: {error}.") from error
    if not isinstance(found, dict):
        raise MalformedSettings(f"[tool.harness] is {found!r}, which is no table.", facts=[("file", path)])
    known_only(found, known, where="", root=root)
    return dict(found)


def texts_only(table: Mapping[str, Any], texts: tuple[str, ...], *, root: Path) -> None:
    """Refuse settings of ``[tool.harness]`` that are no texts, as ``region`` where ``regions`` is meant."""
    for name in texts:
        if not isinstance(found := table.get(name, ""), str):
            raise MalformedSettings(
                f"{section('')} {name} is {found!r}, which is no text.", facts=[("file", root / FILE)]
            )


def names(table: Mapping[str, Any], name: str, *, where: str, root: Path) -> tuple[str, ...]:
    """Give a list of names; empty when it is not set."""
    found = table.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise MalformedSettings(
            f"{section(where)} {name} is {found!r}, which is no list of names.",
            facts=[("file", root / FILE)],
        )
    return tuple(found)


def table(holder: Mapping[str, Any], name: str, *, root: Path) -> Mapping[str, Any]:
    """Give a table within another; empty when it is not set."""
    found = holder.get(name, {})
    if not isinstance(found, Mapping):
        raise MalformedSettings(
            f"[tool.harness] {name} is {found!r}, which is no table.", facts=[("file", root / FILE)]
        )
    return found


def known_only(table: Mapping[str, Any], known: tuple[str, ...], *, where: str, root: Path) -> None:
    """Refuse what is no setting of a table."""
    for name in table:
        if name not in known:
            raise MalformedSettings(
                f"{section(where)} has no setting {name!r}.",
                facts=[("file", root / FILE), ("settings", listed(known))],
                remedy=did_you_mean(name, known),
            )
