"""Reports of a run, for pytest: a record of each test, evidence below a failure, verdict and surface at the end."""

from __future__ import annotations

import math
import time
import traceback
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness._text import redacted
from harness.fixtures import PROJECT
from harness.modes_of_tests import Deselected
from harness.report.tally import COUNTED_AS, tally
from harness.story import STORY

if TYPE_CHECKING:
    from harness.report.collecting import Collected
    from harness.report.record import DriftRecord, TestRecord

__all__ = ["Reporting", "take_options"]

_TEST: pytest.StashKey[_Test] = pytest.StashKey()
# Under these names a worker of pytest-xdist gives its controller the record of a test, and its run's id.
_RECORD_THERE = "harness_record"
_RUN_THERE = "harness_run"
_CAUSE = "harness.cause"
_FILES = ("--report", "--report-json", "--report-summary")


def take_options(group: pytest.OptionGroup) -> None:
    """Add the options of reports."""
    group.addoption("--report", type=Path, metavar="FILE", help="write what the run showed as one page of HTML")
    group.addoption("--report-json", type=Path, metavar="FILE", help="write the same as JSON")
    group.addoption("--report-summary", type=Path, metavar="FILE", help="write a summary in Markdown")
    group.addoption(
        "--surface", action="store_true", help="show what of each system the tests reached, and in which modes"
    )
    group.addoption("--surface-fail-under", type=float, metavar="PERCENT", help="fail when less of it was reached")


@dataclass
class _Test:
    """A test while it runs: little more than pytest knows, until something of it is wanted."""

    test: str
    system: str
    mode: str
    began: float
    outcome: str = "passed"
    record: TestRecord | None = None

    @property
    def is_broken(self) -> bool:
        return self.outcome in ("failed", "error")

    def as_json(self) -> dict[str, Any]:
        """Give its record as JSON; records are not loaded for a test of which nothing is wanted."""
        known = {"test": self.test, "system": self.system, "mode": self.mode, "began": self.began}
        if self.record is not None:
            from harness.report.plain import to_json  # noqa: PLC0415 - a usual run does without

            known = to_json(self.record)
        return {**known, "outcome": self.outcome, "seconds": round(time.time() - self.began, 4)}


class Reporting:
    """Hooks of one run, in each of its processes.

    Args:
        config: Of pytest.
        deselected: What was left out.
        left: Gives the lines that workers have left for the terminal.

    Raises:
        UsageError: A report cannot be written where it is to be.
    """

    def __init__(self, config: pytest.Config, *, deselected: Deselected, left: Callable[[], Sequence[str]]) -> None:
        self._config = config
        self._project = config.stash[PROJECT]
        self._deselected = deselected
        self._left = left
        self._files: dict[str, Path] = {one: path for one in _FILES if (path := config.getoption(one)) is not None}
        self._under: float | None = config.getoption("surface_fail_under")
        if self._files and not self._is_worker:
            from harness.report.files import insist_on_places  # noqa: PLC0415 - a usual run writes no report

            insist_on_places(self._files)
        self._wants_surface = bool(config.getoption("surface") or self._under is not None)
        self._began = time.time()
        self._tests: list[dict[str, Any]] = []
        self._runs: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Begin a test: from here on it looks into the journal, and its steps are heard."""
        self._project.began = time.time()
        STORY.begin()
        asked: Mapping[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
        if "stage_mode" in asked:
            mode = asked["stage_mode"]
            item.stash[_TEST] = _Test(
                _without_mode(item, mode=mode), asked["stage_system"], mode, began=self._project.began
            )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put evidence under a failure, and hand the record of the test over with its last report."""
        report = yield
        test = item.stash.get(_TEST, None)
        if test is None:
            return report
        self._note(test, item=item, report=report, call=call)
        _hide_secrets(report)
        if report.failed and test.record is not None:
            from harness.report.evidence import sections  # noqa: PLC0415 - needed only when a test fails

            report.sections.extend(sections(test.record))
        report.user_properties.append((COUNTED_AS, f"{test.system} {test.mode}"))
        if call.when == "teardown":
            self._hand_over(test, item=item, report=report)
        return report

    def _note(self, test: _Test, *, item: pytest.Item, report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
        """Note what a phase of the test adds to what is known of it: the first failure is the one that counts."""
        if test.is_broken:
            return
        outcome = _outcome(report)
        test.outcome = test.outcome if outcome == "passed" else outcome
        stage: Any = (getattr(item, "funcargs", None) or {}).get("stage")
        is_wanted = bool(self._files) or self._wants_surface
        if hasattr(stage, "acts") and (test.is_broken or (call.when == "call" and is_wanted)):
            try:
                test.record = self._gathered(test, stage=stage, raised=call.excinfo and call.excinfo.value)
            except Exception:  # noqa: BLE001 - what the test itself says comes first, whatever is wrong with us
                report.sections.append((f"{test.mode}: evidence that could not be had", traceback.format_exc()))

    def _gathered(self, test: _Test, *, stage: Any, raised: BaseException | None) -> TestRecord:
        from harness.report.gathering import Wanted, gathered  # noqa: PLC0415 - a usual run does without
        from harness.report.plain import from_json  # noqa: PLC0415
        from harness.report.record import TestRecord  # noqa: PLC0415

        return gathered(
            stage,
            from_json(TestRecord, test.as_json()),
            wanted=Wanted(whole=bool(self._files), surface=True),
            steps=STORY.steps,
            raised=raised if test.is_broken else None,
            drift=lambda: self._drift(test.system),
        )

    def _drift(self, system: str) -> list[DriftRecord]:
        from harness.report.record import DriftRecord  # noqa: PLC0415 - a usual run does without

        return [DriftRecord(system=system, **asdict(one)) for one in self._project.drift(system)]

    def _hand_over(self, test: _Test, *, item: pytest.Item, report: pytest.TestReport) -> None:
        if test.record is not None:
            report.user_properties += [(_CAUSE, f"{one.area}: {one.text}") for one in test.record.causes]
        setattr(report, _RECORD_THERE, test.as_json())
        stage: Any = (getattr(item, "funcargs", None) or {}).get("stage")
        if hasattr(stage, "forget"):
            stage.forget()

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """Leave what is secret out of the summary of warnings."""
        said = str(warning_message.message)
        if (shown := redacted(said)) != said:
            warning_message.message = UserWarning(shown)  # Its category stays, and is what is shown.

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in the record of a test, also of one that a worker of pytest-xdist ran."""
        if (record := getattr(report, _RECORD_THERE, None)) is not None:
            self._tests.append(record)

    @property
    def _is_worker(self) -> bool:
        return hasattr(self._config, "workerinput")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take in the id of a worker's run."""
        output: dict[str, Any] = getattr(node, "workeroutput", None) or {}
        if _RUN_THERE in output:
            self._runs.append(output[_RUN_THERE])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports, and fail a run that has reached too little."""
        if self._is_worker:
            self._config.workeroutput[_RUN_THERE] = self._project.run  # type: ignore[attr-defined]
            return
        if self._files:
            self._collected.write(self._files)
        if self._is_under and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @cached_property
    def _collected(self) -> Collected:
        from harness.report.collecting import Collected  # noqa: PLC0415 - a usual run does without

        return Collected(
            self._project,
            tests=self._tests,
            runs=self._runs or [self._project.run],
            deselected=list(self._deselected.lines()),
            began=self._began,
        )

    @property
    def _is_under(self) -> bool:
        return self._under is not None and bool(self._tests) and self._collected.share < self._under

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say how each system fared in each mode, what was left out, where failures lie, and what was reached."""
        for line in [*tally(terminalreporter.stats), *self._deselected.lines(), *self._left()]:
            terminalreporter.write_line(line)
        if any(test["outcome"] in ("failed", "error") for test in self._tests):
            _write(terminalreporter, "verdict", self._collected.verdict())
        if self._config.getoption("surface"):
            _write(terminalreporter, "surface", self._collected.surface())
        if self._is_under:
            reached = f"the tests reached {math.floor(self._collected.share)} % of the surface"
            terminalreporter.write_line(f"harness: {reached}, but --surface-fail-under is {self._under:g}", red=True)
        for path in self._files.values():
            terminalreporter.write_line(f"harness: report in {path}")


def _hide_secrets(report: pytest.TestReport) -> None:
    """Leave what is secret out of what pytest itself shows: traces, values, properties, captured output.

    Captured output is in JUnit files of tests that passed, too.
    """
    report.sections = [(title, redacted(text)) for title, text in report.sections]
    report.user_properties = [(name, _hidden(value)) for name, value in report.user_properties]
    report.longrepr = _hidden(report.longrepr)


def _hidden(value: Any) -> Any:
    """Give a part of pytest's representation of a failure, which is made of dataclasses, without secrets."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, list | tuple):
        return type(value)(map(_hidden, value))
    if is_dataclass(value):
        for one in fields(value):
            setattr(value, one.name, _hidden(getattr(value, one.name)))
    return value


def _write(terminal: Any, title: str, lines: Iterator[str]) -> None:
    shown = list(lines)
    if shown:
        terminal.section(title)
    for line in shown:
        terminal.write_line(line)


def _without_mode(item: pytest.Item, *, mode: str) -> str:
    """Give the id of a test without its mode: ``test_it[handler-1]`` is ``test_it[1]`` in every mode."""
    name, bracket, inside = item.nodeid.partition("[")
    if not bracket:
        return name
    parts = inside.removesuffix("]").split("-")
    if mode in parts:
        parts.remove(mode)
    return f"{name}[{'-'.join(parts)}]" if parts else name


def _outcome(report: pytest.TestReport) -> str:
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.skipped else "xpassed"
    if report.failed:
        return "failed" if report.when == "call" else "error"
    return "skipped" if report.skipped else "passed"
