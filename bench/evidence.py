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
# Of the whole run, from the command to the prompt.
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
        spent = median(book["processor"] for book in runs)
        yield Row(what=name, value=median(book["wall"] for book in runs), unit="s", note=runs[-1]["said"])
        yield Row(what="   of the processor", value=spent, unit="s")
        if runs is not bare:
            whole = median(book["wall"] for book in bare)
            more = median(one["processor"] - other["processor"] for one, other in zip(runs, bare, strict=True))
            limit = _SHARE * whole
            yield Row(what="   more than without", value=more, limit=limit, unit="s", beside=whole, is_share=True)


_NOTES = (
    f"The suite of {_SYSTEM} in the modes handler, invoke and http, with the cloud up and the stages deployed.",
    "What is more is told in seconds of the processor: those of the clock differ by more between runs of the same.",
    "The share is of the clock's.",
)

if __name__ == "__main__":
    raise SystemExit(main())
