"""Where reports are written to."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.report.files import insist_on_places, write_reports
from tests.report.samples import green_run


def test_folders_are_made(tmp_path: Path) -> None:
    """As a CI job wants them."""
    path = tmp_path / "reports/of/today.json"

    insist_on_places({"--json": path})

    assert "" == path.read_text()


def test_what_stood_there_is_gone(tmp_path: Path) -> None:
    """A run that is killed must not leave the report of an earlier one."""
    path = tmp_path / "report.json"
    path.write_text("green")

    insist_on_places({"--json": path})

    assert "" == path.read_text()


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """Before anything runs for an hour."""
    (tmp_path / "file").touch()
    path = tmp_path / "file/report.json"

    with pytest.raises(UsageError) as raised:
        insist_on_places({"--summary": path})

    assert str(raised.value) == f"--summary cannot be written: {str(tmp_path / 'file')!r} is no folder."


def test_only_what_is_asked_for_is_written(tmp_path: Path) -> None:
    """The others cost nothing."""
    write_reports(green_run(), files={"--summary": tmp_path / "summary.md"})

    assert [tmp_path / "summary.md"] == list(tmp_path.iterdir())
