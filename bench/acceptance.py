"""The acceptance run by system and mode, and what of it the harness itself takes: ``python bench/acceptance.py``.

With names of systems it is theirs only; ``--rounds=1`` measures each once. Last comes the whole run as ``tox -e
acceptance`` does it, from cold: ``pytest suites --mode=all`` where no cloud runs and nothing is deployed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from _measure import Row, report
from _places import ROOT, project_of, up
from _running import run

_MODES = ("handler", "invoke", "http")
# What is done for the harness: its own code, the AWS calls that it makes are with those of functions and steps.
_OURS = "harness"
_CLOUD = ("AWS calls", "waiting")


def main() -> int:
    """Run each suite in each mode some times over, then all of them together, and give the exit code."""
    asked = _asked()
    with project_of(*asked.systems) as root:
        up(root)
        places = [(system, mode) for system in asked.systems for mode in _MODES]
        books = {place: _measured(root, *place, rounds=asked.rounds) for place in places}
    with project_of(*asked.systems) as root:
        whole = run(root, suite="", mode="all", watched=False)
    rows = [*_rows(books), Row(what="all in one run, from cold", value=whole["wall"], unit="s", note=whole["said"])]
    return report("The acceptance run, cloud up", rows, notes=_NOTES, ratio="share")


def _asked() -> argparse.Namespace:
    systems = sorted(path.name for path in (ROOT / "suites").iterdir() if (ROOT / "systems" / path.name).is_dir())
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("systems", nargs="*", default=systems, help="all unless given")
    parser.add_argument("--rounds", type=int, default=3, help="how often each suite is measured")
    return parser.parse_args()


def _measured(root: Path, system: str, mode: str, *, rounds: int) -> list[dict[str, Any]]:
    run(root, suite=system, mode=mode, watched=False)
    return [run(root, suite=system, mode=mode, watched=True) for _ in range(rounds)]


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
    yield Row(what="all, one after the other", value=total, unit="s")
    yield Row(what="   the harness itself", value=ours, unit="s", beside=total, is_share=True)


_NOTES = (
    "A process for each system and mode, with the cloud up and the stages deployed.",
    "Each moment of the main thread is booked once; a function in this process counts as itself, not as the harness.",
    "From cold: one process for all, with the start of the cloud, packaging, deployment and the end of it all.",
)

if __name__ == "__main__":
    raise SystemExit(main())
