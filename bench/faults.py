"""The catalogue of planted faults, and what the verdict says of each: ``python bench/faults.py [part of a name]``.

Every fault is planted in a copy of a system, in its project or in its deployed stage alone; the tests that it breaks run
in all modes; the conclusion is read from the report as JSON. It ends with code 1 if any is wrong.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import shorten
from time import perf_counter

from _places import ROOT
from _table import table

sys.path.insert(0, str(ROOT))

from harness.cloud.interpreter import interpreter
from harness.cloud.requirements import Target, installed
from tests.faults.catalogue import CATALOGUE, Finding, Planted
from tests.faults.projects import Copy

# As many as the machine has that this is written for.
_AT_ONCE = 2
_HEAD = ("fault", "planted in", "test", "fails first in", "area", "the cause in words", "")


def main(asked_for: Sequence[str]) -> int:
    """Try the catalogue, or the copies whose name holds one of the texts, and give the exit code."""
    chosen = [one for one in CATALOGUE if not asked_for or any(text in one.name for text in asked_for)]
    began = perf_counter()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        tried = list(_tried(chosen, folder=Path(name)))
    print(table(_HEAD, [_row(finding) for _planted, findings, _seconds in tried for finding in findings]))
    findings = [finding for _planted, findings, _seconds in tried for finding in findings]
    print("\n".join(f"{planted.name}: {seconds:.1f} s" for planted, _findings, seconds in tried))
    wrong = [finding for finding in findings if finding.wrong]
    for finding in wrong:
        print(f"WRONG {finding.fault.name} in the {finding.fault.where}, {finding.test}: {'; '.join(finding.wrong)}")
        print("".join(f"  said: {cause}\n" for cause in finding.causes), end="")
    faults = {id(finding.fault) for finding in findings}
    print(f"{len(faults)} faults, {len(wrong)} findings wrong, {perf_counter() - began:.0f} s")
    return 1 if wrong else 0


def _tried(chosen: Sequence[Planted], *, folder: Path) -> Iterator[tuple[Planted, list[Finding], float]]:
    warm = folder / "warm"
    warm.mkdir()
    interpreter(warm)
    for system in dict.fromkeys(one.system for one in chosen):
        requirements = ROOT / f"systems/{system}/functions/requirements.txt"
        installed(requirements, folder=warm, target=Target.here(), python=sys.executable, progress=lambda _line: None)

    def tried(number: int, planted: Planted) -> tuple[Planted, list[Finding], float]:
        began = perf_counter()
        home = folder / str(number)
        home.mkdir()
        run, findings = planted.run(Copy.of(planted.system, home, warm=warm))
        if any(finding.wrong for finding in findings):
            Path(tempfile.gettempdir(), f"faults-{number}.txt").write_text(run.output)
        return planted, findings, perf_counter() - began

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        yield from threads.map(tried, range(len(chosen)), chosen)


def _row(finding: Finding) -> tuple[str, ...]:
    fault = finding.fault
    words = finding.causes[0] if finding.causes else ""
    first = finding.first or "no mode"
    return fault.name, fault.where, finding.test, first, finding.area, shorten(words or fault.why, 110), _verdict(finding)


def _verdict(finding: Finding) -> str:
    return "WRONG" if finding.wrong else "right" if finding.fault.first else "not seen here"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
