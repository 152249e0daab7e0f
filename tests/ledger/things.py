"""Things to write down, and processes that do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.ledger import Kind, Thing

__all__ = ["BEGIN", "ENDPOINT", "RUN", "process", "thing"]

RUN = "0f3a9c21"
ENDPOINT = "http://127.0.0.1:9"


def thing(kind: Kind = "queue", name: str = "q", within: str = "", *, embedded: bool = True) -> Thing:
    """Give a thing of the embedded cloud, unless said otherwise."""
    return Thing(
        kind=kind,
        name=name,
        within=within,
        account="000000000000",
        region="us-east-1",
        endpoint=ENDPOINT if embedded else "",
        embedded=embedded,
    )


BEGIN = """
import sys
from pathlib import Path
from harness.ledger import Ledger, Thing

def thing(name):
    place = {"account": "000000000000", "region": "us-east-1", "endpoint": "http://127.0.0.1:9", "embedded": True}
    return Thing(kind="queue", name=name, **place)

ledger = Ledger(Path(sys.argv[1]), run="0f3a9c21")
"""


@contextmanager
def process(does: str, folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Start a process of the run, and wait until it says something.

    Args:
        does: What it does with ``ledger`` and ``thing``.
        folder: The project's folder for caches and state.
        words: What it finds in ``sys.argv[2:]``.
    """
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    started = subprocess.Popen(
        [sys.executable, "-c", BEGIN + does, str(folder), *words],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with started:
        try:
            assert started.stdout is not None
            assert started.stdout.readline()
            yield started
        finally:
            started.kill()
