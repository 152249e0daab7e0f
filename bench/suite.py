"""The suite of bigmouth in handler mode, cloud up, and where the time goes: ``python bench/suite.py``."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from _measure import Row, report
from _places import BENCH, ROOT, environment, project_of_bigmouth, up

_ROUNDS = 7
_WHAT = {
    "pytest": "pytest: start, collection, reporting, fixtures, the steps themselves",
    "imports": "imports: the harness, boto3, what the steps need",
    "harness": "harness: settings, template, deploy check, gateway, execution environments",
    "boto3 clients": "creation of boto3 clients, the functions' included",
    "AWS calls": "AWS calls, the functions' included",
    "imports of functions": "cold starts: the imports of the functions",
    "handlers": "handlers, without their AWS calls",
    "end": "end of the process",
}

_COUNTED = {"boto3 clients", "AWS calls", "imports of functions", "handlers"}


def main() -> int:
    """Run the suite some times over and give the exit code."""
    with project_of_bigmouth() as root:
        up(root)
        _run(root, watched=False)
        plain, books = [], []
        for _ in range(_ROUNDS):
            plain.append(_run(root, watched=False)["wall"])
            books.append(_run(root, watched=True))
    return report("The suite of bigmouth in handler mode, cloud up", _rows(plain, books), notes=_NOTES, ratio="share")


def _run(root: Path, *, watched: bool) -> dict[str, Any]:
    command = [sys.executable, "-m", "pytest", "suites/bigmouth", "--mode=handler", "-q", "-p", "no:cacheprovider"]
    book = root / ".book"
    book.write_text("{}")
    started = time.time()
    own = {"BENCH_STARTED": repr(started), "BENCH_BOOK": str(book), "PYTHONPATH": f"{ROOT}:{BENCH}"}
    done = subprocess.run(
        [*command, "-p", "_where"] if watched else command,
        cwd=root,
        env=environment() | own,
        capture_output=True,
        text=True,
        check=False,
    )
    ended = time.time()
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with code {done.returncode}:\n{done.stdout}{done.stderr}")
    found: dict[str, Any] = json.loads(book.read_text())
    if watched:
        found["seconds"]["end"] = ended - found["ended"]
    return {**found, "wall": ended - started, "said": done.stdout.strip().splitlines()[-1]}


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
