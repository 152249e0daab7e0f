from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from harness.system.model import System
from harness.system.reader import read

TEMPLATES = Path(__file__).parent / "templates"


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write a template beside a folder of functions."""

    def write(text: str, *, name: str = "template.yaml") -> Path:
        (tmp_path / "functions").mkdir(exist_ok=True)
        path = tmp_path / name
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write


@pytest.fixture
def system_of(written: Callable[..., Path]) -> Callable[..., System]:
    """Read a template from its text."""

    def system(text: str, **options: Any) -> System:
        return read(written(text), name="shop", **options)

    return system


@pytest.fixture
def rest_api() -> System:
    return read(TEMPLATES / "rest.yaml", name="rest")


@pytest.fixture
def rest_resources() -> System:
    return read(TEMPLATES / "cdk.out" / "shop.template.json", name="cdk")


@pytest.fixture
def http_apis() -> System:
    return read(TEMPLATES / "http.yaml", name="http")
