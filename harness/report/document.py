"""The report of a run as JSON: written by the schema that lies beside this module, and read back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from harness.errors import MalformedReport
from harness.report.gating import Gate
from harness.report.headline import headline
from harness.report.plain import from_json, to_json
from harness.report.record import SCHEMA, RunRecord, TestRecord, VerdictRecord

__all__ = ["document", "read", "run_of", "validated"]

_SCHEMA_FILE = Path(__file__).with_name("schema.json")


def document(run: RunRecord, *, verdicts: Sequence[VerdictRecord], gate: Gate | None = None) -> dict[str, Any]:
    """Give the report of a run as values of JSON: the record, the verdicts, counts, and what the gate says.

    Args:
        run: The run.
        verdicts: What the modes say together.
        gate: What the gate says; None where none was asked.
    """
    return {
        **to_json(run),
        "verdicts": to_json(list(verdicts)),
        "summary": _summary(run, verdicts=verdicts, gate=gate),
        "gate": None if gate is None else {"passed": gate.passed, **to_json(gate)},
    }


def _summary(run: RunRecord, *, verdicts: Sequence[VerdictRecord], gate: Gate | None) -> dict[str, Any]:
    from harness.report.surface import share  # noqa: PLC0415 - needed where a report is written only

    staged = [one for one in run.tests if one.mode]
    systems = dict.fromkeys(one.system for one in staged)
    head = headline(run, gate=gate)
    return {
        "headline": head.text,
        "state": head.state,
        "tests": head.tests,
        "passed": head.passed,
        "skipped": head.skipped,
        "broken": head.broken,
        "outcomes": _outcomes(run.tests),
        "systems": {
            system: {
                mode: _outcomes(one for one in staged if (one.system, one.mode) == (system, mode))
                for mode in dict.fromkeys(one.mode for one in staged if one.system == system)
            }
            for system in systems
        },
        "without_a_stage": _outcomes(one for one in run.tests if not one.mode),
        "areas": dict(Counter(one.area for one in verdicts)),
        # All of nothing would be 100 %.
        "surface": round(share(run), 2) if staged else None,
        "drift": None if run.drift is None else len(run.drift),
        "left": None if run.left is None else len(run.left),
    }


def _outcomes(tests: Iterable[TestRecord]) -> dict[str, int]:
    return dict(Counter(one.outcome for one in tests))


def read(path: Path) -> RunRecord:
    """Give the run that a report is of.

    Raises:
        MalformedReport: It is none, or of a schema that this version does not know.
    """
    return run_of(validated(path))


def run_of(document: dict[str, Any]) -> RunRecord:
    """Give the run that a document is of, which `validated` has given."""
    return from_json(RunRecord, document)


def validated(path: Path) -> dict[str, Any]:
    """Give the document in a file, after it was held against the schema.

    Raises:
        MalformedReport: It cannot be read, is no report, or is of a schema that this version does not know.
    """
    import fastjsonschema  # noqa: PLC0415 - needed where reports are read only

    found = _loaded(path)
    version = found.get("schema")
    if isinstance(version, int) and version > SCHEMA:
        raise MalformedReport(
            f"The report {str(path)!r} is of schema {version!r}, which this version of the harness does not know.",
            facts=[("known", f"up to {SCHEMA}"), ("written by", f"harness {found.get('version', '')}".rstrip())],
            remedy="read it with that version of the harness, or a later one",
        )
    try:
        _check()(found)
    except fastjsonschema.JsonSchemaValueException as fault:
        raise MalformedReport(
            f"The file {str(path)!r} is no report of the harness.",
            facts=[("schema", SCHEMA), ("where", fault.name), ("fault", fault.message.removeprefix(f"{fault.name} "))],
            remedy="write one: pytest --report-json=FILE, or harness gate --json=FILE",
        ) from None
    return found


def _loaded(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MalformedReport(f"The report {str(path)!r} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise MalformedReport(f"The file {str(path)!r} is not JSON.", facts=[("fault", error)]) from error
    if not isinstance(found, dict):
        raise MalformedReport(
            f"The file {str(path)!r} is no report of the harness.", facts=[("holds", type(found).__name__)]
        )
    return found


@cache
def _check() -> Callable[[Any], Any]:
    import fastjsonschema  # noqa: PLC0415 - see above

    compiled: Callable[[Any], Any] = fastjsonschema.compile(json.loads(_SCHEMA_FILE.read_text(encoding="utf-8")))
    return compiled
