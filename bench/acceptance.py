"""The acceptance run by system and mode, and what of it the harness itself takes: ``python bench/acceptance.py``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from _measure import Row, report
from _places import ROOT, project_of, up
from _running import run

_ROUNDS = 3
_MODES = ("handler", "invoke", "http")
# What is done for the harness: its own code, the AWS calls that it makes are with those of functions and steps.
_OURS = "harness"
_CLOUD = ("AWS calls", "waiting")


def main() -> int:
    """Run each suite in each mode some times over and give the exit code."""
    systems = sorted(path.name for path in (ROOT / "suites").iterdir() if (ROOT / "systems" / path.name).is_dir())
    with project_of(*systems) as root:
        up(root)
        books = {(system, mode): _measured(root, system, mode) for system in systems for mode in _MODES}
    return report("The acceptance run, cloud up", _rows(books), notes=_NOTES, ratio="share")


def _measured(root: Path, system: str, mode: str) -> list[dict[str, Any]]:
    run(root, suite=system, mode=mode, watched=False)
    return [run(root, suite=system, mode=mode, watched=True) for _ in range(_ROUNDS)]


def _rows(books: dict[tuple[str, str], list[dict[str, Any]]]) -> Iterator[Row]:
    total = ours = 0.0
    for (system, mode), runs in books.items():
        wall = median(book["wall"] for book in runs)
        harness = median(book["seconds"].get(_OURS, 0.0) for book in runs)
        cloud = median(sum(book["seconds"].get(account, 0.0) for account in _CLOUD) for book in runs)
        total, ours = total + wall, ours + harness
        yield Row(what=f"{system}  {mode}", value=wall, unit="s", note=runs[-1]["said"])
        yield Row(what="   the harness itself", value=harness, unit="s", beside=wall, is_share=True)
        yield Row(what="   calls of the cloud, and waiting for it", value=cloud, unit="s", beside=wall, is_share=True)
    yield Row(what="all", value=total, unit="s")
    yield Row(what="   the harness itself", value=ours, unit="s", beside=total, is_share=True)


_NOTES = (
    "A process for each system and mode, with the cloud up and the stages deployed.",
    "Each moment is booked once; a function in this process counts as itself, not as the harness.",
)

if __name__ == "__main__":
    raise SystemExit(main())
