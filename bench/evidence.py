"""What evidence and reports cost a green run: ``python bench/evidence.py``."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

from _measure import Row, report
from _places import project_of, up
from _running import run

_ROUNDS = 5
_SYSTEM = "bigmouth"
_MODE = "all"
# Of the processor's time of the whole run, from the command to the prompt, without evidence.
_SHARE = 0.05

_WITHOUT = "without evidence"
_WITH = "with evidence, as always"
_FILES = "with a page, JSON and a summary of it all"
_ARGUMENTS = {
    _WITHOUT: ("-p", "_no_evidence"),
    _WITH: (),
    _FILES: ("--report=.out/page.html", "--report-json=.out/run.json", "--report-summary=.out/run.md", "--surface"),
}


def main() -> int:
    """Run the suite with and without, in turn, and give the exit code."""
    books: dict[str, list[dict[str, Any]]] = {name: [] for name in _ARGUMENTS}
    with project_of(_SYSTEM) as root:
        up(root)
        for each in range(1 + _ROUNDS):
            for name, arguments in _ARGUMENTS.items():
                book = run(root, suite=_SYSTEM, mode=_MODE, watched=False, arguments=arguments)
                if each:  # The first one warms up.
                    books[name].append(book)
    return report("What evidence costs a green run", _rows(books), notes=_NOTES, ratio="share")


def _rows(books: dict[str, list[dict[str, Any]]]) -> Iterator[Row]:
    bare = books[_WITHOUT]
    for name, runs in books.items():
        yield Row(what=name, value=_median(runs, "wall"), unit="s", note=runs[-1]["said"])
        yield Row(what="   of the processor", value=_median(runs, "processor"), unit="s")
        if runs is not bare:
            yield _more("processor", runs, bare, what="   more of the processor than without", limit=_SHARE)
            yield _more("wall", runs, bare, what="   more of the clock than without")


def _more(measured: str, runs: list[dict[str, Any]], bare: list[dict[str, Any]], *, what: str, limit: float = 0) -> Row:
    """Give by how much the runs take longer than those without, within each round: the median and the range."""
    differences = [one[measured] - other[measured] for one, other in zip(runs, bare, strict=True)]
    whole = _median(bare, measured)
    return Row(
        what=what,
        value=median(differences),
        limit=limit * whole or None,
        unit="s",
        beside=whole,
        is_share=True,
        note=f"from {min(differences):+.2f} s to {max(differences):+.2f} s in a round",
    )


def _median(runs: list[dict[str, Any]], measured: str) -> float:
    return float(median(book[measured] for book in runs))


_NOTES = (
    f"The suite of {_SYSTEM} in the modes handler, invoke and http, with the cloud up and the stages deployed.",
    "The limit is for the processor: seconds of the clock differ by more between runs of the same, and are only shown.",
    "A share is of the same seconds without evidence.",
)

if __name__ == "__main__":
    raise SystemExit(main())
