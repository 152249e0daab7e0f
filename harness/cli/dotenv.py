"""Dotenv files of a stage: its outputs, and the environment of each function."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from harness.cloud.names import Names

__all__ = ["write_dotenv"]


def write_dotenv(names: Names, *, folder: Path) -> list[Path]:
    """Write ``.env`` with the outputs and ``.env.<Function>`` with each function's environment; give the paths.

    Only the user may read them (mode 0600): an environment may hold what others must not see.
    """
    files = {".env": names.outputs} | {f".env.{name}": one.environment for name, one in names.functions.items()}
    folder.mkdir(parents=True, exist_ok=True)
    return [_written(folder / name, variables) for name, variables in files.items()]


def _written(path: Path, variables: Mapping[str, str]) -> Path:
    lines = "".join(f"{name}={_quoted(value)}\n" for name, value in sorted(variables.items()))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        file.write(lines)
    return path


def _quoted(value: str) -> str:
    """Quote a value so that python-dotenv reads it back as it was.

    It expands ``${NAME}`` in any quotes and knows no escape for it, but it expands only once: a default value that is
    a dollar sign (``${NAME:-$}``) leaves one that stays.
    """
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "${_DOLLAR:-$}{")
    return f"'{escaped}'"
