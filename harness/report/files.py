"""The reports of a run as files: a page, JSON, a summary."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.errors import StageError, UsageError
from harness.report.gating import Gate
from harness.report.record import RunRecord, VerdictRecord

__all__ = ["insist_on_places", "write_reports"]


def insist_on_places(files: Mapping[str, Path]) -> None:
    """Make sure that reports can be written before anything runs for an hour; what stood there is of an earlier run.

    Args:
        files: Where to, by the option that says so.

    Raises:
        UsageError: One of them cannot be written, or would be written over another.
    """
    taken: dict[Path, str] = {}
    for option, path in files.items():
        if (before := taken.setdefault(path.resolve(), option)) != option:
            raise UsageError(f"{before} and {option} both name the file {str(path)!r}.", remedy="name a file for each")
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
    """Write what is asked for: each file for itself, so that one that cannot be written costs no other.

    Args:
        run: The run.
        files: Where to, by option: ``--report`` is the page; ``--json``, ``--report-json`` the document; ``--summary``,
            ``--report-summary`` Markdown.
        verdicts: What the modes say together, where that is known already.
        gate: What the gate says; None where none was asked.

    Raises:
        StageError: Some of them could not be written; the others were.
    """
    if verdicts is None:
        from harness.report.verdict import verdicts as concluded  # noqa: PLC0415 - few runs write reports

        verdicts = concluded(run.tests)
    unwritten: dict[str, Exception] = {}
    for option, path in files.items():
        kind = option.removeprefix("--").removeprefix("report-")
        try:
            _write(path, _WRITTEN[kind](run, verdicts, gate))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one report, the others are wanted all the more
            unwritten[option] = error
    if unwritten:
        facts = [(f"{option} {files[option]}", _why(error)) for option, error in unwritten.items()]
        what = "A report" if len(facts) == 1 else f"{len(facts)} reports"
        raise StageError(f"{what} could not be written.", facts=facts) from next(iter(unwritten.values()))


def _write(path: Path, text: str) -> None:
    # The tests may have taken the folder away.
    path.parent.mkdir(parents=True, exist_ok=True)
    # A lone surrogate, left of bytes that were no UTF-8, is written as an escape, which JSON has too.
    path.write_text(text, encoding="utf-8", errors="backslashreplace")


def _why(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else f"{type(error).__name__}: {error}"


def _page(run: RunRecord, verdicts: Sequence[VerdictRecord], gate: Gate | None) -> str:
    from harness.report.page import page  # noqa: PLC0415 - each form loads what it needs

    return page(run, verdicts=verdicts, gate=gate)


def _document(run: RunRecord, verdicts: Sequence[VerdictRecord], gate: Gate | None) -> str:
    from harness.report.document import document  # noqa: PLC0415

    return json.dumps(document(run, verdicts=verdicts, gate=gate), ensure_ascii=False, indent=1) + "\n"


def _summary(run: RunRecord, verdicts: Sequence[VerdictRecord], gate: Gate | None) -> str:
    from harness.report.markdown import summary  # noqa: PLC0415

    return summary(run, verdicts=verdicts, gate=gate)


_WRITTEN = {"report": _page, "json": _document, "summary": _summary}
