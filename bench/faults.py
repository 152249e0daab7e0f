"""The catalogue of planted faults, and what the verdict says of each: ``python bench/faults.py``.

Every fault is planted in a copy of a system, in its project or in its deployed stage alone; the tests that it breaks
run in all modes; the conclusion is read from the report as JSON. It ends with code 1 if any is wrong.
``--keep=FOLDER`` keeps the reports, and what pytest printed; names of copies, or parts of them, choose a part.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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


def main() -> int:
    """Try the catalogue and give the exit code."""
    parser = ArgumentParser(description="Try the catalogue of planted faults.")
    parser.add_argument("names", nargs="*", help="parts of the names of copies; all if there are none")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where reports are kept")
    options = parser.parse_args()
    chosen = [one for one in CATALOGUE if not options.names or any(text in one.name for text in options.names)]
    began = perf_counter()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        tried = list(_tried(chosen, folder=Path(name), keep=options.keep))
    findings = [finding for one in tried for finding in one.findings]
    print(table(_HEAD, map(_row, findings)))
    print(f"\n{table(('copy', 'seconds'), [(one.planted.name, f'{one.seconds:.1f}') for one in tried])}\n")
    wrong = [finding for finding in findings if finding.wrong]
    print("".join(map(_told, wrong)), end="")
    faults = {id(finding.fault) for finding in findings}
    print(f"{len(faults)} faults, {len(wrong)} wrong findings, {perf_counter() - began:.0f} s")
    return 1 if wrong else 0


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A copy that was run."""

    planted: Planted
    findings: list[Finding]
    seconds: float


def _tried(chosen: Sequence[Planted], *, folder: Path, keep: Path | None) -> Iterator[Tried]:
    warm = folder / "warm"
    warm.mkdir()
    interpreter(warm)
    for system in dict.fromkeys(one.system for one in chosen):
        requirements = ROOT / f"systems/{system}/functions/requirements.txt"
        installed(requirements, folder=warm, target=Target.here(), python=sys.executable, progress=lambda _line: None)

    def tried(planted: Planted) -> Tried:
        began = perf_counter()
        home = folder / planted.name.replace(", ", "-").replace(" ", "-")
        home.mkdir()
        run, findings = planted.run(Copy.of(planted.system, home, warm=warm))
        if keep:
            _keep(home, keep / home.name, output=run.output)
        return Tried(planted=planted, findings=findings, seconds=perf_counter() - began)

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        yield from threads.map(tried, chosen)


def _keep(home: Path, folder: Path, *, output: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "output.txt").write_text(output)
    if (home / "report.json").exists():
        shutil.copy(home / "report.json", folder)


def _told(finding: Finding) -> str:
    said = "".join(f"  said: {cause}\n" for cause in finding.causes)
    return (
        f"WRONG {finding.fault.name} in the {finding.fault.where}, {finding.test}: {'; '.join(finding.wrong)}\n{said}"
    )


def _row(finding: Finding) -> tuple[str, ...]:
    fault = finding.fault
    words = finding.causes[0] if finding.causes else ""
    first = finding.first or "no mode"
    return (
        fault.name,
        fault.where,
        finding.test,
        first,
        finding.area,
        shorten(words or fault.why, 110),
        _verdict(finding),
    )


def _verdict(finding: Finding) -> str:
    return "WRONG" if finding.wrong else "right" if finding.fault.first else "not seen here"


if __name__ == "__main__":
    raise SystemExit(main())
