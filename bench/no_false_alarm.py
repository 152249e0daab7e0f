"""An unbroken system, tested over and over: ``python bench/no_false_alarm.py [runs] [system]``.

`harness gate` runs the suite in all modes each time, on a stage that is deployed anew, looks for drift and for what was
left behind. All of it must be green every time, or this ends with code 1.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from _places import environment, project_of
from _table import table

_RUNS = 20
_SYSTEM = "bigmouth"
_GATE = "import sys; from harness.cli import main; sys.exit(main(sys.argv[1:]))"
_HEAD = ("run", "gate", "passed", "of", "drift", "left behind", "verdicts", "seconds")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What came of a run: the exit code of the gate, the report, and what was printed."""

    code: int
    report: dict[str, Any]
    printed: str
    seconds: float

    @property
    def is_green(self) -> bool:
        """Whether the gate passes, and each test in each mode has."""
        return self.code == 0 and bool(self._tests) and self._passed == len(self._tests) and not self._found

    @property
    def _tests(self) -> list[dict[str, Any]]:
        tests: list[dict[str, Any]] = self.report.get("tests", [])
        return tests

    @property
    def _passed(self) -> int:
        return sum(test["outcome"] == "passed" for test in self._tests)

    @property
    def _found(self) -> bool:
        # None is for what nobody has looked for, which is no good news.
        return any(self.report.get(part) != [] for part in ("drift", "left", "verdicts"))

    def cells(self, number: int) -> tuple[str, ...]:
        """Give the cells of the table."""
        looked = (self.report.get(part) for part in ("drift", "left", "verdicts"))
        found = ("not looked for" if part is None else str(len(part)) for part in looked)
        gate = "green" if self.is_green else f"RED ({self.code})"
        return str(number), gate, str(self._passed), str(len(self._tests)), *found, f"{self.seconds:.1f}"


def main(runs: int = _RUNS, system: str = _SYSTEM) -> int:
    """Run the gate so often and give the exit code."""
    with project_of(system) as root:
        found = [_run(root, system, number=number) for number in range(1, runs + 1)]
    print(table(_HEAD, [run.cells(number) for number, run in enumerate(found, start=1)]))
    red = [run for run in found if not run.is_green]
    for run in red:
        print(f"\n{run.printed}")
    print(f"\n{len(found) - len(red)} of {len(found)} runs green")
    return 1 if red else 0


def _run(root: Path, system: str, *, number: int) -> Run:
    report = root / f"report-{number}.json"
    began = perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _GATE, "gate", system, f"--json={report}"],
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = perf_counter() - began
    print(f"run {number}: code {done.returncode}, {seconds:.1f} s", file=sys.stderr)
    text = report.read_text() if report.exists() else ""
    return Run(
        code=done.returncode, report=json.loads(text or "{}"), printed=done.stdout + done.stderr, seconds=seconds
    )


if __name__ == "__main__":
    _, *given = sys.argv
    raise SystemExit(main(int(given[0]) if given else _RUNS, given[1] if len(given) > 1 else _SYSTEM))
