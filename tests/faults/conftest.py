"""Copies of bigmouth that are made quickly: what never differs is built once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.cloud.interpreter import interpreter
from harness.cloud.requirements import Target, installed

from .projects import FUNCTIONS, REPOSITORY, Copy


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed requirements of bigmouth, and the interpreter of functions in the embedded cloud."""
    folder = tmp_path_factory.mktemp("warm")
    requirements = REPOSITORY / FUNCTIONS / "requirements.txt"
    installed(requirements, folder=folder, target=Target.here(), python=sys.executable, progress=print)
    interpreter(folder)
    return folder


@pytest.fixture(scope="session")
def bigmouth(warm: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Copy]:
    """Makes a copy of bigmouth that works."""
    return lambda: Copy.of_bigmouth(tmp_path_factory.mktemp("project"), warm=warm)
