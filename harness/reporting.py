"""Reports of a run, for pytest: a record of each test, evidence below a failure, verdict and surface at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import HarnessError, UsageError
from harness.fixtures import PROJECT
from harness.modes_of_tests import Deselected
from harness.report.record import DriftRecord, Outcome, TestRecord
from harness.report.tally import COUNTED_AS, tally
from harness.story import STORY

if TYPE_CHECKING:
    from harness.report.collecting import Collected

__all__ = ["Reporting", "take_options"]

_RECORD = pytest.StashKey[TestRecord]()
# Under these names a worker of pytest-xdist gives its controller the record of a test, and its run's id.
_RECORD_THERE = "harness_record"
_RUN_THERE = "harness_run"
_CAUSE = "harness.cause"
_FILES = ("report", "report_json", "report_summary")


def take_options(group: pytest.OptionGroup) -> None:
    """Add the options of reports."""
    group.addoption("--report", type=Path, metavar="FILE", help="write what the run showed as one page of HTML")
    group.addoption("--report-json", type=Path, metavar="FILE", help="write the same as JSON")
    group.addoption("--report-summary", type=Path, metavar="FILE", help="write a summary in Markdown")
    group.addoption(
        "--surface", action="store_true", help="show what of each system the tests reached, and in which modes"
    )
    group.addoption("--surface-fail-under", type=float, metavar="PERCENT", help="fail when less of it was reached")


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
        from harness.report.collecting import Collected  # noqa: PLC0415
        from harness.report.gathering import Wanted  # noqa: PLC0415

        self._config = config
        self._project = config.stash[PROJECT]
        self._deselected = deselected
        self._left = left
        self._files = {name: path for name in _FILES if (path := config.getoption(name)) is not None}
        self._under: float | None = config.getoption("surface_fail_under")
        _insist_on_places(self._files)
        surface = bool(config.getoption("surface") or self._under is not None or self._files)
        self._wanted = Wanted(whole=bool(self._files), surface=surface)
        self._collected: Collected = Collected(self._project, modes=self._project.settings.modes)
        self._began: dict[str, float] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Begin a test: from here on it looks into the journal, and its steps are heard."""
        self._project.began = self._began[item.nodeid] = time.time()
        STORY.begin()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put evidence under a failure, and hand the record of the test over with its last report."""
        report = yield
        asked: Mapping[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
        if "stage_mode" not in asked:
            return report
        known = item.stash.get(_RECORD, None) or self._new(item, asked)
        record = self._told(known, item=item, report=report, call=call)
        item.stash[_RECORD] = record
        if report.failed:
            from harness.report.evidence import sections  # noqa: PLC0415 - needed only when a test fails

            report.sections.extend(sections(record))
        report.user_properties.append((COUNTED_AS, f"{record.system} {record.mode}"))
        if call.when == "teardown":
            self._over(item, report=report, record=record)
        return report

    def _new(self, item: pytest.Item, asked: Mapping[str, Any]) -> TestRecord:
        return TestRecord(
            test=_without_mode(item, mode=asked["stage_mode"]),
            system=asked["stage_system"],
            mode=asked["stage_mode"],
            outcome="passed",
            began=self._began.get(item.nodeid, time.time()),
        )

    def _told(
        self, known: TestRecord, *, item: pytest.Item, report: pytest.TestReport, call: pytest.CallInfo[None]
    ) -> TestRecord:
        """Give the record with what a phase of the test adds to it: the first failure is the one that counts."""
        outcome = _outcome(report)
        is_first = not known.is_broken and outcome in ("failed", "error")
        record = known if known.is_broken or outcome == "passed" else replace(known, outcome=outcome)
        stage: Any = (getattr(item, "funcargs", None) or {}).get("stage")
        if not hasattr(stage, "acts") or not (is_first or call.when == "call"):
            return record
        from harness.report.gathering import gathered  # noqa: PLC0415 - a run without a stage does without

        try:
            return gathered(
                stage,
                record,
                wanted=self._wanted,
                steps=STORY.steps,
                raised=call.excinfo.value if call.excinfo and record.is_broken else None,
                drift=lambda: self._drift(record.system),
            )
        except HarnessError as trouble:  # What the test itself says comes first.
            report.sections.append((f"{record.mode}: evidence that could not be had", str(trouble)))
            return record

    def _drift(self, system: str) -> list[DriftRecord]:
        return [DriftRecord(system=system, **asdict(one)) for one in self._project.drift(system)]

    def _over(self, item: pytest.Item, *, report: pytest.TestReport, record: TestRecord) -> None:
        from harness.report.plain import to_json  # noqa: PLC0415

        record = replace(record, seconds=round(time.time() - record.began, 4))
        report.user_properties += [(_CAUSE, f"{cause.area}: {cause.text}") for cause in record.causes]
        setattr(report, _RECORD_THERE, to_json(record))
        stage: Any = (getattr(item, "funcargs", None) or {}).get("stage")
        if hasattr(stage, "forget"):
            stage.forget()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in the record of a test, also of one that a worker of pytest-xdist ran."""
        if (record := getattr(report, _RECORD_THERE, None)) is not None and not self._is_worker:
            self._collected.add(record)

    @property
    def _is_worker(self) -> bool:
        return hasattr(self._config, "workerinput")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take in the id of a worker's run."""
        output: dict[str, Any] = getattr(node, "workeroutput", None) or {}
        if _RUN_THERE in output:
            self._collected.runs.append(output[_RUN_THERE])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports, and fail a run that has reached too little."""
        if self._is_worker:
            session.config.workeroutput[_RUN_THERE] = self._project.run  # type: ignore[attr-defined]
            return
        self._collected.deselected = list(self._deselected.lines())
        self._collected.write(self._files)
        if self._is_under() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _is_under(self) -> bool:
        return self._under is not None and bool(self._collected.tests) and self._collected.share < self._under

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say how each system fared in each mode, what was left out, where failures lie, and what was reached."""
        for line in [*tally(terminalreporter.stats), *self._deselected.lines(), *self._left()]:
            terminalreporter.write_line(line)
        self._section(terminalreporter, "verdict", self._collected.verdict())
        if self._config.getoption("surface"):
            self._section(terminalreporter, "surface", self._collected.surface())
        if self._is_under():
            share = self._collected.share
            terminalreporter.write_line(
                f"harness: the tests reached {share:.0f} % of the surface, but --surface-fail-under is {self._under:g}",
                red=True,
            )
        for path in self._files.values():
            terminalreporter.write_line(f"harness: report in {path}")

    def _section(self, terminal: Any, title: str, lines: Iterator[str]) -> None:
        first = next(lines, None)
        if first is None:
            return
        terminal.section(title)
        for line in (first, *lines):
            terminal.write_line(line)


def _insist_on_places(files: Mapping[str, Path]) -> None:
    for name, path in files.items():
        option = f"--{name.replace('_', '-')}"
        if path.is_dir():
            raise UsageError(f"{option} names the folder {str(path)!r}.", remedy="name a file")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8"):
                pass
        except OSError as error:
            raise UsageError(
                f"{option} cannot be written to {str(path)!r}.", facts=[("cause", error.strerror or str(error))]
            ) from error


def _without_mode(item: pytest.Item, *, mode: str) -> str:
    """Give the id of a test without its mode: ``test_it[handler-1]`` is ``test_it[1]`` in every mode."""
    name, bracket, inside = item.nodeid.partition("[")
    if not bracket:
        return name
    parts = inside.removesuffix("]").split("-")
    if mode in parts:
        parts.remove(mode)
    return f"{name}[{'-'.join(parts)}]" if parts else name


def _outcome(report: pytest.TestReport) -> Outcome:
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.skipped else "xpassed"
    if report.failed:
        return "failed" if report.when == "call" else "error"
    return "skipped" if report.skipped else "passed"
