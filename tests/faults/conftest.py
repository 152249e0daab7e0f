"""Copies of systems that are made quickly: what never differs is built once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.cloud.interpreter import interpreter
from harness.cloud.requirements import Target, installed

from .projects import REPOSITORY, Copy


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of functions in the embedded cloud, and the requirements of each system that was copied."""
    folder = tmp_path_factory.mktemp("warm")
    interpreter(folder)
    return folder


@pytest.fixture(scope="session")
def copied(warm: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Copy]:
    """Makes a copy of a system that works; its requirements are installed for the first one only."""

    def copy(system: str) -> Copy:
        requirements = REPOSITORY / f"systems/{system}/functions/requirements.txt"
        installed(requirements, folder=warm, target=Target.here(), python=sys.executable, progress=print)
        return Copy.of(system, tmp_path_factory.mktemp("project"), warm=warm)

    return copy


@pytest.fixture(scope="session")
def bigmouth(copied: Callable[[str], Copy]) -> Callable[[], Copy]:
    """Makes a copy of bigmouth that works."""
    return lambda: copied("bigmouth")
