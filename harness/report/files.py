"""The reports of a run as files: a page, JSON, a summary."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from harness.errors import UsageError
from harness.report.gating import Gate
from harness.report.record import RunRecord

__all__ = ["insist_on_places", "write_reports"]


def insist_on_places(files: Mapping[str, Path]) -> None:
    """Make sure that reports can be written before anything runs for an hour; what stood there is of an earlier run.

    Args:
        files: Where to, by the option that says so.

    Raises:
        UsageError: One of them cannot be written.
    """
    for option, path in files.items():
        if path.is_dir():
            raise UsageError(f"{option} names the folder {str(path)!r}.", remedy="name a file")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8"):
                pass
        except OSError as error:
            raise UsageError(
                f"{option} cannot be written to {str(path)!r}.", facts=[("cause", error.strerror or str(error))]
            ) from error


def write_reports(run: RunRecord, *, files: Mapping[str, Path], gate: Gate | None = None) -> None:
    """Write what is asked for.

    Args:
        run: The run.
        files: Where to, by option: ``--report`` is the page, ``--json`` the document, ``--summary`` Markdown.
        gate: What the gate says; None where none was asked.
    """
    from harness.report.verdict import verdicts  # noqa: PLC0415 - needed where reports are written only

    concluded = verdicts(run.tests)
    if "--report" in files:
        from harness.report.page import page  # noqa: PLC0415

        files["--report"].write_text(page(run, verdicts=concluded), encoding="utf-8")
    if "--json" in files:
        from harness.report.document import document  # noqa: PLC0415

        text = json.dumps(document(run, verdicts=concluded, gate=gate), ensure_ascii=False, indent=1)
        files["--json"].write_text(f"{text}\n", encoding="utf-8")
    if "--summary" in files:
        from harness.report.markdown import summary  # noqa: PLC0415

        files["--summary"].write_text(summary(run, verdicts=concluded, gate=gate), encoding="utf-8")
