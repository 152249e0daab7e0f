"""How long it takes from the command to the first test: ``python bench/startup.py``.

The first test writes down the moment in which it begins. The yardstick is pytest without the harness, with a test
that imports boto3.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from _measure import Row, margin, report
from _places import ROOT, down, environment, project_of, up

_ROUNDS = 11
_ROUNDS_COLD = 5
_UP, _NO_CLOUD = 0.3, 1.5

# faker, which the harness needs, is a plugin of pytest too; a project without the harness would not have it.
_BARE_RUN = ("-p", "no:harness", "-p", "no:faker")

_MOMENT = "BENCH_MOMENT"
_NOTE = f"""
    with open(os.environ["{_MOMENT}"], "w") as file:
        file.write(f"{{time.time()}} {{time.process_time()}}")
"""
_BARE = f"import os, time\nimport boto3\n\ndef test_first():{_NOTE}"
_STAGE = f"import os, time\n\ndef test_first(stage):{_NOTE}"
_IMPORTING = """
import sys, time
started = time.process_time()
import harness
print(time.process_time() - started)
assert not {"boto3", "botocore", "pytest", "yaml"} & set(sys.modules), "something heavy was loaded"
"""


@dataclass
class Taken:
    """What the runs of one kind took until the first test began."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def main() -> int:
    """Measure in turn and give the exit code."""
    with project_of("bigmouth") as root, _bare_project() as bare:
        runs = {name: Taken() for name in ("bare", "plugins", "unused", "handler", "http", "suite", "cold")}
        up(root)
        _write(root / "first" / "bigmouth" / "test_first.py", _STAGE)
        _write(root / "unused" / "bigmouth" / "test_first.py", _BARE)
        _write(root / "suites" / "bigmouth" / "test_0.py", _STAGE)
        for round_ in range(_ROUNDS + 1):
            found = {
                "bare": _run(bare, *_BARE_RUN),
                "plugins": _run(bare, "-p", "no:harness"),
                "unused": _run(root, "unused"),
                "handler": _run(root, "first"),
                "http": _run(root, "first", "--mode=http"),
                "suite": _run(root, "suites/bigmouth/test_0.py"),
            }
            if round_:  # The first round makes the caches.
                _keep(found, runs)
        down(root)
        against = Taken()
        for _ in range(_ROUNDS_COLD):
            _keep({"bare": _run(bare, *_BARE_RUN), "cold": _run(root, "first")}, {**runs, "bare": against})
        imports = [_import_time() for _ in range(_ROUNDS)]
    rows = [*_rows(runs, against), Row(what="import harness", value=median(imports), note="of the processor")]
    return report("From the command to the first test", rows, notes=_NOTES, ratio="to the bare run")


@contextmanager
def _bare_project() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        root = Path(name)
        _write(root / "pytest.ini", "[pytest]\naddopts = --import-mode=importlib\n")
        _write(root / "test_first.py", _BARE)
        yield root


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _run(root: Path, *arguments: str) -> tuple[float, float]:
    """Run pytest and give the seconds until its first test: on the wall and of the processor."""
    moment = root / ".moment"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    started = time.time()
    done = subprocess.run(
        command, cwd=root, env=environment(**{_MOMENT: str(moment)}), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with code {done.returncode}:\n{done.stdout}{done.stderr}")
    wall, cpu = moment.read_text().split()
    return float(wall) - started, float(cpu)


def _keep(found: dict[str, tuple[float, float]], runs: dict[str, Taken]) -> None:
    for name, (wall, cpu) in found.items():
        runs[name].wall.append(wall)
        runs[name].cpu.append(cpu)


def _import_time() -> float:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTING], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def _rows(runs: dict[str, Taken], against: Taken) -> Iterator[Row]:
    bare = runs["bare"]
    yield _row("pytest without the harness, boto3 imported", bare, bare=bare)
    yield from _more("the same with the plugins of what the harness needs (faker)", runs["plugins"], bare=bare)
    yield from _more("the harness installed, no test uses it", runs["unused"], bare=bare)
    yield from _more("cloud up, nothing changed, mode handler", runs["handler"], bare=bare, limit=_UP)
    yield from _more("cloud up, nothing changed, mode http", runs["http"], bare=bare, limit=_UP)
    yield from _more("the same with what the suite brings: restaurants, a secret", runs["suite"], bare=bare)
    yield from _more("no cloud running, packages cached", runs["cold"], bare=against, limit=_NO_CLOUD)


def _row(what: str, taken: Taken, *, bare: Taken) -> Row:
    note = f"{median(taken.cpu):.2f} s of the processor"
    return Row(what=what, value=median(taken.wall), unit="s", beside=median(bare.wall), note=note)


def _more(what: str, taken: Taken, *, bare: Taken, limit: float | None = None) -> Iterator[Row]:
    yield _row(what, taken, bare=bare)
    more = margin(taken.wall, bare.wall)
    note = f"{margin(taken.cpu, bare.cpu):.2f} s of the processor"
    yield Row(what="   more than the bare run", value=more, unit="s", limit=limit, note=note)


_NOTES = (
    f"{os.cpu_count()} cores: what another process takes away shows in the seconds, not in those of the processor.",
    "Without a cloud, the embedded one does its part in a process of its own, whose processor time is not counted.",
)

if __name__ == "__main__":
    raise SystemExit(main())
