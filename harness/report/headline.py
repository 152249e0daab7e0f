"""What came of a run, in a sentence: the head of each of its reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from harness.report.gating import Gate
from harness.report.record import RunRecord, TestRecord

__all__ = ["Headline", "headline"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Headline:
    """What came of a run.

    Args:
        text: In a sentence without a period.
        state: ``good`` only if every test passes, the run ended in order, and the gate passes, where one was asked;
            ``open`` where nothing failed and some test was skipped; else ``bad``.
        tests: How many tests there are; one that ran in three modes is one.
        passed: How many of them pass in each mode in which they are.
        skipped: How many were skipped in some mode, and failed in none.
        broken: How many failed in some mode.
    """

    text: str
    state: Literal["good", "open", "bad"]
    tests: int
    passed: int
    skipped: int
    broken: int


def headline(run: RunRecord, *, gate: Gate | None = None) -> Headline:
    """Give what came of a run.

    >>> headline(RunRecord()).text
    'No test ran'

    Args:
        run: The run.
        gate: What the gate says; None where none was asked.
    """
    tests: dict[tuple[str, str], dict[str, list[TestRecord]]] = {}
    for one in run.tests:
        tests.setdefault((one.system, one.test), {}).setdefault(one.mode, []).append(one)
    outcomes = [{one.outcome for records in modes.values() for one in records} for modes in tests.values()]
    broken = sum(bool(found & {"failed", "error"}) for found in outcomes)
    skipped = sum("skipped" in found and not found & {"failed", "error"} for found in outcomes)
    passed = len(tests) - broken - skipped
    said = _said(tests=len(tests), passed=passed, skipped=skipped, broken=broken)
    if tests and passed == len(tests):
        said += _where(run, tests)
    ended = run.ended or (gate.ended if gate else "")
    if ended:
        said += f": {ended}" if not tests else f", {'and' if broken else 'but'} {ended}"
    is_bad = not tests or bool(broken or ended) or (gate is not None and not gate.passed)
    return Headline(
        text=_of_gate(gate, said=said) if gate else said,
        state="bad" if is_bad else "open" if skipped else "good",
        tests=len(tests),
        passed=passed,
        skipped=skipped,
        broken=broken,
    )


def _said(*, tests: int, passed: int, skipped: int, broken: int) -> str:
    if not tests:
        return "No test ran"
    if skipped == tests:
        return f"{_tests(tests)} skipped"
    besides = f", {skipped:,} skipped" if skipped else ""
    if broken:
        return f"{broken:,} of {_tests(tests)} {'fails' if broken == 1 else 'fail'}{besides}"
    number = f"{passed:,} of {_tests(tests)}" if skipped else _tests(tests)
    return f"{number} {'passes' if passed == 1 else 'pass'}{besides}"


def _where(run: RunRecord, tests: Mapping[tuple[str, str], Mapping[str, object]]) -> str:
    """Give where tests pass that all do; every mode is said only of tests that ran in each."""
    modes = {*run.modes, *(one.mode for one in run.tests)} - {""}
    staged = [found.keys() for found in tests.values() if "" not in found]
    if not staged:
        return ""
    if any(found != modes for found in staged):
        return " wherever they ran" if len(tests) > 1 else " wherever it ran"
    return " in every mode" if len(modes) > 1 else f" in {next(iter(modes))} mode"


def _of_gate(gate: Gate, *, said: str) -> str:
    small = said[:1].lower() + said[1:]
    failed = ", ".join(one.name for one in gate.conditions if not one.passed)
    return f"The gate passes: {small}" if gate.passed else f"The gate does not pass ({failed}): {small}"


def _tests(number: int) -> str:
    return "1 test" if number == 1 else f"{number:,} tests"
