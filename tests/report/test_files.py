"""Where reports are written to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import StageError, UsageError
from harness.report.document import read
from harness.report.files import insist_on_places, write_reports
from harness.report.gating import judged
from tests.report.samples import MODES, green_run


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


def test_two_reports_need_two_files(tmp_path: Path) -> None:
    """The later would be written over the earlier; what stands there is left alone."""
    path = tmp_path / "report"
    path.write_text("green")

    with pytest.raises(UsageError) as raised:
        insist_on_places({"--json": path, "--summary": tmp_path / "sub" / ".." / "report"})

    assert str(raised.value) == (
        f"--json and --summary both name the file {str(tmp_path / 'sub/../report')!r}.\n  name a file for each"
    )
    assert "green" == path.read_text()


def test_texts_that_are_no_text_are_written(tmp_path: Path) -> None:
    """A lone surrogate, left of bytes that were no UTF-8, comes back from JSON as it was."""
    test = replace(green_run().tests[0], outcome="failed", failure="ValueError: bytes \udc80 here")
    run = replace(green_run(), tests=(test,))
    files = {f"--{name}": tmp_path / name for name in ("json", "report", "summary")}

    write_reports(run, files=files)

    assert run == read(tmp_path / "json")
    assert "\\udc80" in (tmp_path / "report").read_text(encoding="utf-8")
    assert (tmp_path / "summary").read_text(encoding="utf-8").startswith("## ❌ ")


def test_a_report_that_cannot_be_written_costs_no_other(tmp_path: Path) -> None:
    """It is named in the end, with what was wrong."""
    (tmp_path / "folder").mkdir()
    files = {"--json": tmp_path / "folder", "--summary": tmp_path / "summary.md"}

    with pytest.raises(StageError) as raised:
        write_reports(green_run(), files=files)

    assert str(raised.value) == (f"A report could not be written.\n  --json {tmp_path / 'folder'}: Is a directory")
    assert (tmp_path / "summary.md").read_text().startswith("## ✅ ")


def test_reports_that_cannot_be_made_are_told(tmp_path: Path) -> None:
    """All of them, whatever is wrong with them."""
    run = replace(green_run(), began="yesterday")  # type: ignore[arg-type]
    files = {"--summary": tmp_path / "summary.md", "--report": tmp_path / "summary.md" / "page.html"}

    with pytest.raises(StageError) as raised:
        write_reports(replace(run, seconds=object()), files={**files, "--json": tmp_path / "run.json"})  # type: ignore[arg-type]

    assert str(raised.value).startswith("3 reports could not be written.\n")
    assert "\n  --json " in str(raised.value)


def test_a_folder_that_was_removed_is_made_again(tmp_path: Path) -> None:
    """The tests may have tidied it away."""
    path = tmp_path / "out" / "summary.md"

    write_reports(green_run(), files={"--summary": path})

    assert path.exists()


def test_each_form_knows_of_the_gate(tmp_path: Path) -> None:
    """None of them is green where it does not pass."""
    run = replace(green_run(), drift=None)
    files = {f"--{name}": tmp_path / name for name in ("json", "report", "summary")}

    write_reports(run, files=files, gate=judged(run, modes=MODES))

    said = "The gate does not pass (drift): 8 tests pass in every mode"
    assert all(said in path.read_text(encoding="utf-8") for path in files.values())
