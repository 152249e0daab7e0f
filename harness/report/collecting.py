"""The record of a run, put together from the records of its tests, and written as reports."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

from harness.errors import HarnessError
from harness.report.plain import from_json
from harness.report.record import RunRecord, SystemRecord, TestRecord, VerdictRecord
from harness.settings import Settings
from harness.system.model import System

__all__ = ["Collected", "Tested", "system_record"]

_DISTRIBUTION = "serverless-harness"


class Tested(Protocol):
    """A project as a report needs it."""

    settings: Settings

    def system(self, name: str) -> System:
        """Give a system as its template declares it."""
        ...


class Collected:
    """The records of a run's tests.

    Args:
        project: What is tested.
        tests: Their records as JSON, as the processes that ran them give them.
        runs: The id of the run, which its processes share.
        deselected: What was left out, a line each.
        began: When the run began, in epoch seconds.
        unselected: How many tests the user took away with pytest's own means: -k, -m, --deselect.
        ended: How the run ended, if not in order, or what failed besides these tests: a sentence without a period.
    """

    def __init__(  # noqa: PLR0913 - by keyword, each of them a fact of the run
        self,
        project: Tested,
        *,
        tests: Iterable[Mapping[str, Any]],
        runs: Sequence[str],
        deselected: Sequence[str],
        began: float,
        unselected: int = 0,
        ended: str = "",
    ) -> None:
        self._project = project
        self._runs = tuple(runs)
        self._deselected = tuple(deselected)
        self._began = began
        self._unselected = unselected
        self.ended = ended
        self.tests = [from_json(TestRecord, test) for test in tests]

    @cached_property
    def run(self) -> RunRecord:
        """The record of the whole run."""
        settings = self._project.settings
        return RunRecord(
            version=_version(),
            runs=self._runs,
            began=self._began,
            seconds=round(time.time() - self._began, 3),
            stage=settings.stage.value,
            cloud="embedded" if settings.embedded else "AWS",
            region=settings.region.value,
            modes=tuple(settings.modes),
            systems=tuple(map(self._system, sorted({test.system for test in self.tests if test.system}))),
            tests=tuple(self.tests),
            deselected=self._deselected,
            unselected=self._unselected,
        )

    def _system(self, name: str) -> SystemRecord:
        try:
            return system_record(self._project.system(name))
        except HarnessError:  # The tests have said so; a report of them is better than none.
            return SystemRecord(name=name)

    @cached_property
    def verdicts(self) -> list[VerdictRecord]:
        """What the modes say together; nothing of a run in one mode."""
        if not any(test.is_broken for test in self.tests):
            return []
        from harness.report.verdict import verdicts  # noqa: PLC0415 - a green run draws no conclusion

        return verdicts(self.tests)

    def verdict(self) -> Iterator[str]:
        """Give the lines of the verdict."""
        if self.verdicts:
            from harness.report.verdict import lines  # noqa: PLC0415

            yield from lines(self.verdicts)

    @property
    def share(self) -> float:
        """How much of the surface was reached in any mode, in percent."""
        from harness.report.surface import share  # noqa: PLC0415 - a usual run does not ask

        return share(self.run)

    def surface(self) -> Iterator[str]:
        """Give the lines of the surface."""
        from harness.report.surface import lines  # noqa: PLC0415 - a usual run does not ask

        if any(test.mode for test in self.tests):
            yield from lines(self.run)

    def write(self, files: Mapping[str, Path]) -> None:
        """Write the reports that are asked for, by option.

        Raises:
            StageError: Some of them could not be written; the others were.
        """
        from harness.report.files import write_reports  # noqa: PLC0415 - a usual run writes none

        write_reports(replace(self.run, ended=self.ended), files=files, verdicts=self.verdicts)


def system_record(system: System) -> SystemRecord:
    """Give the record of a system: its surface and its picture."""
    from harness.report.surface import picture_of, surface_of  # noqa: PLC0415

    nodes, edges = picture_of(system)
    return SystemRecord(
        name=system.name, template=system.template.name, surface=surface_of(system), nodes=nodes, edges=edges
    )


def _version() -> str:
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:  # It runs from a folder that was never installed.
        return ""
