"""The reports of a run as files: a page, JSON, a summary."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.errors import UsageError
from harness.report.gating import Gate
from harness.report.record import RunRecord, VerdictRecord

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
        if path.parent.exists() and not path.parent.is_dir():
            raise UsageError(f"{option} cannot be written: {str(path.parent)!r} is no folder.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8"):
                pass
        except OSError as error:
            raise UsageError(
                f"{option} cannot be written to {str(path)!r}.", facts=[("cause", error.strerror or str(error))]
            ) from error


def write_reports(
    run: RunRecord,
    *,
    files: Mapping[str, Path],
    verdicts: Sequence[VerdictRecord] | None = None,
    gate: Gate | None = None,
) -> None:
    """Write what is asked for.

    Args:
        run: The run.
        files: Where to, by option: ``--report`` is the page; ``--json``, ``--report-json`` the document; ``--summary``,
            ``--report-summary`` Markdown.
        verdicts: What the modes say together, where that is known already.
        gate: What the gate says; None where none was asked.
    """
    if verdicts is None:
        from harness.report.verdict import verdicts as concluded  # noqa: PLC0415 - few runs write reports

        verdicts = concluded(run.tests)
    for option, path in files.items():
        kind = option.removeprefix("--").removeprefix("report-")
        path.write_text(_WRITTEN[kind](run, verdicts, gate), encoding="utf-8")


def _page(run: RunRecord, verdicts: Sequence[VerdictRecord], _gate: Gate | None) -> str:
    from harness.report.page import page  # noqa: PLC0415 - each form loads what it needs

    return page(run, verdicts=verdicts)


def _document(run: RunRecord, verdicts: Sequence[VerdictRecord], gate: Gate | None) -> str:
    from harness.report.document import document  # noqa: PLC0415

    return json.dumps(document(run, verdicts=verdicts, gate=gate), ensure_ascii=False, indent=1) + "\n"


def _summary(run: RunRecord, verdicts: Sequence[VerdictRecord], gate: Gate | None) -> str:
    from harness.report.markdown import summary  # noqa: PLC0415

    return summary(run, verdicts=verdicts, gate=gate)


_WRITTEN = {"report": _page, "json": _document, "summary": _summary}
