"""The suite of bigmouth in handler mode, cloud up, and where the time goes: ``python bench/suite.py``."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

from _measure import Row, report
from _places import project_of, up
from _running import run

_ROUNDS = 7
_WHAT = {
    "pytest": "pytest: start, collection, reporting, fixtures, the steps themselves",
    "imports": "imports: the harness, boto3, what the steps need",
    "harness": "harness: settings, template, deploy check, gateway, execution environments",
    "boto3 clients": "creation of boto3 clients, the functions' included",
    "AWS calls": "AWS calls, the functions' included",
    "imports of functions": "cold starts: the imports of the functions",
    "handlers": "handlers, without their AWS calls",
    "waiting": "waiting for what must come, or not come",
    "end": "end of the process",
}

_COUNTED = {"boto3 clients", "AWS calls", "imports of functions", "handlers"}


def main() -> int:
    """Run the suite some times over and give the exit code."""
    with project_of("bigmouth") as root:
        up(root)
        run(root, suite="bigmouth", mode="handler", watched=False)
        plain, books = [], []
        for _ in range(_ROUNDS):
            plain.append(run(root, suite="bigmouth", mode="handler", watched=False)["wall"])
            books.append(run(root, suite="bigmouth", mode="handler", watched=True))
    return report("The suite of bigmouth in handler mode, cloud up", _rows(plain, books), notes=_NOTES, ratio="share")


def _rows(plain: list[float], books: list[dict[str, Any]]) -> Iterator[Row]:
    whole = median(book["wall"] for book in books)
    yield Row(what="wall time", value=median(plain), unit="s", note=books[-1]["said"])
    yield Row(what="wall time while watched", value=whole, unit="s")
    for account, what in _WHAT.items():
        seconds = median(book["seconds"].get(account, 0.0) for book in books)
        times = books[-1]["times"].get(account)
        note = f"{times} times" if account in _COUNTED else ""
        yield Row(what=f"   {what}", value=seconds, unit="s", beside=whole, is_share=True, note=note)


_NOTES = ("Each moment is booked once: an AWS call that a handler makes counts as an AWS call.",)

if __name__ == "__main__":
    raise SystemExit(main())
