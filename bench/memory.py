"""How much memory the test process needs: ``python bench/memory.py``."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from _measure import Row, report
from _places import BENCH, ROOT, project_of, python, up

_ROUNDS = 3
_LIMIT = 200.0
_MODES = ("handler", "invoke", "http", "all")
_BARE = "pytest without the harness, boto3 imported"


def main() -> int:
    """Run the suite in each mode and give the exit code."""
    with project_of("bigmouth") as root, tempfile.TemporaryDirectory(prefix="bench-") as bare:
        up(root)
        (Path(bare) / "pytest.ini").write_text("[pytest]\n")
        (Path(bare) / "test_first.py").write_text("import boto3\n\ndef test_first(): pass\n")
        found: dict[str, list[float]] = {name: [] for name in (_BARE, *_MODES)}
        for _ in range(_ROUNDS):
            found[_BARE].append(_run(Path(bare), "-p", "no:harness", "-p", "no:faker"))
            for mode in _MODES:
                found[mode].append(_run(root, "suites/bigmouth", f"--mode={mode}"))
    return report("The largest resident set of the test process", _rows(found), ratio="to the bare run")


def _run(root: Path, *arguments: str) -> float:
    written = root / ".peak"
    own = {"BENCH_PEAK": str(written), "PYTHONPATH": f"{ROOT}:{BENCH}"}
    python("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "_peak", *arguments, cwd=root, **own)
    return float(written.read_text())


def _rows(found: dict[str, list[float]]) -> Iterator[Row]:
    bare = median(found[_BARE])
    yield Row(what=_BARE, value=bare, unit="MB")
    for mode in _MODES:
        limit = _LIMIT if mode == "all" else None
        what = f"the suite of bigmouth, --mode={mode}"
        yield Row(what=what, value=median(found[mode]), unit="MB", limit=limit, beside=bare)


if __name__ == "__main__":
    sys.exit(main())
