"""Reports of a run, for pytest: a record of each test, evidence below a failure, verdict and surface at the end."""

from __future__ import annotations

import math
import time
import traceback
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import HarnessError
from harness.fixtures import PROJECT
from harness.hiding import hide_secrets, hide_secrets_of_warning
from harness.modes_of_tests import LEFT_OUT, Deselected, without_mode
from harness.report.tally import COUNTED_AS, tally
from harness.story import STORY

if TYPE_CHECKING:
    from harness.report.collecting import Collected
    from harness.report.record import DriftRecord, TestRecord

__all__ = ["Reporting", "take_options"]

_TEST: pytest.StashKey[_Test] = pytest.StashKey()
# Under these names a worker of pytest-xdist gives its controller the record of a test, and how many it did not select.
_RECORD_THERE = "harness_record"
_UNSELECTED_THERE = "harness_unselected"
_CAUSE = "harness.cause"
# What pytest's exit codes say of a run that tested less than it was to test.
_ENDINGS = {
    2: "pytest was interrupted",
    3: "pytest ended with an internal error",
    4: "pytest was used wrongly",
    6: "the stage could not be tested",
}
_FILES = ("--report", "--report-json", "--report-summary")


def take_options(group: pytest.OptionGroup) -> None:
    """Add the options of reports."""
    group.addoption("--report", type=Path, metavar="FILE", help="write what the run showed as one page of HTML")
    group.addoption("--report-json", type=Path, metavar="FILE", help="write the same as JSON")
    group.addoption("--report-summary", type=Path, metavar="FILE", help="write a summary in Markdown")
    group.addoption(
        "--surface", action="store_true", help="show what of each system the tests reached, and in which modes"
    )
    group.addoption("--surface-fail-under", metavar="PERCENT", help="fail when less of it was reached")


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
        self._under = _threshold(config.getoption("surface_fail_under"))
        if config.option.collectonly:  # A report of an earlier run is worth more.
            self._files = {}
        if self._files and not self._is_worker:
            from harness.report.files import insist_on_places  # noqa: PLC0415 - a usual run writes no report

            insist_on_places(self._files)
        self._wants_surface = bool(config.getoption("surface") or self._under is not None)
        self._began = time.time()
        self._stage: Any = None
        # The last attempt counts, where a plugin runs a test that failed once more.
        self._tests: dict[tuple[str, ...], dict[str, Any]] = {}
        self._unselected = 0
        self._ended = ""
        self._trouble = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Begin a test: from here on it looks into the journal, and its steps are heard."""
        self._project.began = time.time()
        STORY.begin()
        item.stash[_TEST] = _test_of(item, began=self._project.began)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        """Know the stage before the test itself is given it: a fixture that stands on it may fail first."""
        result = yield
        if fixturedef.argname == "stage":
            self._stage = result
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put evidence under a failure, and hand the record of the test over with its last report."""
        report = yield
        test = item.stash.get(_TEST, None)
        if test is None:  # Another plugin has kept it from being set up.
            return report
        self._note(test, item=item, report=report, call=call)
        hide_secrets(report)
        if report.failed and test.record is not None:
            from harness.report.evidence import sections  # noqa: PLC0415 - needed only when a test fails

            report.sections.extend(sections(test.record))
        if test.mode:
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
        stage = self._stage_of(test, item=item)
        is_wanted = bool(self._files) or self._wants_surface
        if hasattr(stage, "acts") and (test.is_broken or (call.when == "call" and is_wanted)):
            try:
                test.record = self._gathered(test, stage=stage, call=call)
            # What the test itself says comes first, whatever is wrong with us; a plugin that watches the time of tests
            # may end this with a failure of its own.
            except (Exception, pytest.fail.Exception):  # noqa: BLE001
                report.sections.append((f"{test.mode}: evidence that could not be had", traceback.format_exc()))

    def _stage_of(self, test: _Test, *, item: pytest.Item) -> Any:
        given: Any = (getattr(item, "funcargs", None) or {}).get("stage")
        opened = self._stage
        if given is not None or "stage" not in getattr(item, "fixturenames", ()) or not hasattr(opened, "acts"):
            return given
        return opened if (opened.system.name, opened.mode) == (test.system, test.mode) else None

    def _gathered(self, test: _Test, *, stage: Any, call: pytest.CallInfo[None]) -> TestRecord:
        from harness.report.gathering import gathered  # noqa: PLC0415 - a usual run does without
        from harness.report.plain import from_json  # noqa: PLC0415
        from harness.report.recalling import recalled, remember  # noqa: PLC0415
        from harness.report.record import TestRecord  # noqa: PLC0415

        known = from_json(TestRecord, test.as_json())
        raised = call.excinfo.value if call.excinfo and test.is_broken else None
        of_setup = raised if call.when == "setup" else None
        # A test that has come to a verb itself has evidence of its own.
        if of_setup is not None and not stage.acts and (seen := recalled(of_setup, known)):
            return seen
        record = gathered(
            stage,
            known,
            whole=bool(self._files),
            steps=STORY.steps,
            raised=raised,
            drift=lambda: self._drift(test.system),
        )
        if of_setup is not None:
            remember(of_setup, record)
        return record

    def _drift(self, system: str) -> list[DriftRecord]:
        from harness.report.record import DriftRecord  # noqa: PLC0415 - a usual run does without

        return [DriftRecord(system=system, **asdict(one)) for one in self._project.drift(system)]

    def _hand_over(self, test: _Test, *, item: pytest.Item, report: pytest.TestReport) -> None:
        if test.record is not None:
            report.user_properties += [(_CAUSE, f"{one.area}: {one.text}") for one in test.record.causes]
        setattr(report, _RECORD_THERE, test.as_json())
        stage = self._stage_of(test, item=item)
        if hasattr(stage, "forget"):
            stage.forget()

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """Leave what is secret out of the summary of warnings."""
        hide_secrets_of_warning(warning_message)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in the record of a test, also of one that a worker of pytest-xdist ran."""
        if (record := getattr(report, _RECORD_THERE, None)) is not None:
            self._tests[record["system"], record["test"], record["mode"]] = record

    @property
    def _is_worker(self) -> bool:
        return hasattr(self._config, "workerinput")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take in how many tests a worker did not select."""
        output: dict[str, Any] = getattr(node, "workeroutput", None) or {}
        # All of them select the same tests.
        self._unselected = max(self._unselected, output.get(_UNSELECTED_THERE, 0))

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Count the tests that were not selected; those that make no sense in a mode are told with their reasons."""
        self._unselected += sum(LEFT_OUT not in item.stash for item in items)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports, and fail a run that has reached too little."""
        if self._is_worker:
            self._config.workeroutput[_UNSELECTED_THERE] = self._unselected  # type: ignore[attr-defined]
            return
        self._ended = self._said_of(session)
        if self._is_under and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            self._collected.ended = self._too_little
        if self._files:
            self._write_reports(session)

    def _write_reports(self, session: pytest.Session) -> None:
        try:
            self._collected.write(self._files)
        except HarnessError as trouble:
            self._trouble = str(trouble)
            if session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _said_of(self, session: pytest.Session) -> str:
        """Say how the run ended, where its tests do not tell."""
        if said := _ENDINGS.get(int(session.exitstatus)):
            return said
        told = sum(test["outcome"] in ("failed", "error") for test in self._tests.values())
        others = session.testsfailed - told
        if session.exitstatus != pytest.ExitCode.TESTS_FAILED or others <= 0:
            return ""
        what = "1 failure is" if others == 1 else f"{others} failures are"
        return f"{what} of no test that ended: a module that was not collected, a worker that crashed"

    @cached_property
    def _collected(self) -> Collected:
        from harness.report.collecting import Collected  # noqa: PLC0415 - a usual run does without

        return Collected(
            self._project,
            tests=self._tests.values(),
            runs=[self._project.run],
            deselected=list(self._deselected.lines()),
            began=self._began,
            unselected=self._unselected,
            ended=self._ended,
        )

    @property
    def _is_under(self) -> bool:
        return self._under is not None and self._collected.share < self._under

    @property
    def _too_little(self) -> str:
        reached = math.floor(self._collected.share)
        return f"the tests reached {reached} % of the surface, but --surface-fail-under is {self._under:g}"

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say how each system fared in each mode, what was left out, where failures lie, and what was reached."""
        for line in [*tally(terminalreporter.stats), *self._deselected.shown(), *self._left()]:
            terminalreporter.write_line(line)
        if any(test["outcome"] in ("failed", "error") for test in self._tests.values()):
            _write(terminalreporter, "verdict", self._collected.verdict())
        if self._config.getoption("surface"):
            _write(terminalreporter, "surface", self._collected.surface())
        if self._is_under:
            terminalreporter.write_line(f"harness: {self._too_little}", red=True)
        for path in () if self._trouble else self._files.values():
            terminalreporter.write_line(f"harness: report in {path}")
        if self._trouble:
            terminalreporter.write_line(f"harness: {self._trouble}", red=True)


def _write(terminal: Any, title: str, lines: Iterator[str]) -> None:
    shown = list(lines)
    if shown:
        terminal.section(title)
    for line in shown:
        terminal.write_line(line)


def _threshold(given: str | None) -> float | None:
    if given is None:
        return None
    from harness.report.threshold import percentage  # noqa: PLC0415 - a usual run has none

    return percentage(given)


def _test_of(item: pytest.Item, *, began: float) -> _Test:
    """Give a test as it is known before it runs; one without a stage has neither system nor mode."""
    callspec: Any = getattr(item, "callspec", None)
    asked: Mapping[str, Any] = getattr(callspec, "params", {})
    if "stage_mode" not in asked:
        return _Test(item.nodeid, "", "", began=began)
    mode = asked["stage_mode"]
    return _Test(without_mode(item, mode=mode), asked["stage_system"], mode, began=began)


def _outcome(report: pytest.TestReport) -> str:
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.skipped else "xpassed"
    if report.failed:
        return "failed" if report.when == "call" else "error"
    return "skipped" if report.skipped else "passed"
