"""Big Mouth as its template declares it, and records of a test of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.report.causes import causes_of
from harness.report.record import DriftRecord, TestRecord
from harness.system.model import System
from harness.system.reader import read

TEMPLATE = Path(__file__).parents[3] / "systems/bigmouth/template.yaml"


@pytest.fixture(scope="session")
def bigmouth() -> System:
    """The system, as it is tested in a stage of its own."""
    return read(TEMPLATE, name="bigmouth", parameters={"StageName": "embedded", "Temporary": "true"})


@pytest.fixture
def said(bigmouth: System) -> Callable[..., list[str]]:
    """Gives the causes of a test that failed, each with its area."""

    def causes(record: TestRecord, *, system: System = bigmouth, drift: list[DriftRecord] | None = None) -> list[str]:
        found = causes_of(record, system=system, drift=lambda: drift or [])
        return [f"{cause.area}: {cause.text}" for cause in found]

    return causes
