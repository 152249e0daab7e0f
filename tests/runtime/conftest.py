"""Small functions in folders of their own, and their environments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from harness.runtime.environment import ExecutionEnvironment
from harness.system.model import Function

Build = Callable[..., ExecutionEnvironment]


def written(folder: Path, files: dict[str, str]) -> Path:
    """Write the files into the folder and give it back."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return folder


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Build environments from source text: `app` is the text of app.py, `files` are others."""
    made: list[ExecutionEnvironment] = []

    def build_one(  # noqa: PLR0913 - each by its name
        app: str = "",
        *,
        files: dict[str, str] | None = None,
        name: str = "Orders",
        code: Path | None = None,
        variables: dict[str, str] | None = None,
        declared: dict[str, Any] | None = None,
        **others: Any,
    ) -> ExecutionEnvironment:
        code = code or tmp_path / f"{name}-{len(made)}"
        written(code, {**({"app.py": app} if app else {}), **(files or {})})
        function = Function(**{"name": name, "handler": "app.handler", "code": code, **(declared or {})})
        given = {"account": "123456789012", "region": "eu-west-1", "variables": variables or {}, **others}
        made.append(ExecutionEnvironment(function, **given))
        return made[-1]

    yield build_one
    for environment in made:
        environment.close()
